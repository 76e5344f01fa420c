use clap::Args;
use matching_protocol::{OneMatch, Query, ResultBody};

use super::failure::Failure;
use super::link::unfitting;
use super::output::local;
use super::{Context, Which, output};

/// Tell where a match stands, by match's own view (students)
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    which: Which,
}

impl Show {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        let mut link = context.sign_in().await?;
        let ResultBody::Match(view) = link.query(Query::ShowMatch(OneMatch { match_id })).await? else {
            return Err(unfitting());
        };
        let zone = link.zone();
        link.close().await;
        if context.json {
            return output::json(&view);
        }
        let visit = view.visit.as_ref();
        output::fields(&[
            ("match_id", Some(view.match_id.to_string())),
            ("status", Some(view.status.to_string())),
            ("money", Some(view.money.to_string())),
            ("price", Some(view.price.to_string())),
            ("subject", view.subject.as_ref().map(ToString::to_string)),
            ("area", view.area.as_ref().map(ToString::to_string)),
            ("note", view.note.as_ref().map(ToString::to_string)),
            ("teacher_name", visit.map(|visit| visit.teacher_name.to_string())),
            ("visit_at", visit.map(|visit| local(visit.visit_at, &zone))),
            ("requested_at", Some(local(view.requested_at, &zone))),
            ("updated_at", Some(local(view.updated_at, &zone))),
        ])
    }
}
