use clap::Args;
use matching_protocol::{ClassRow, Query, ResultBody};

use super::failure::Failure;
use super::output::local;
use super::{Context, output};

/// List the class status of your matches, newest first
#[derive(Args)]
pub(super) struct Classes {}

impl Classes {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let rows: Vec<ClassRow> = link
            .all(Query::Classes, |result| match result {
                ResultBody::Classes(page) => Some(page),
                _ => None,
            })
            .await?;
        let zone = link.zone();
        link.close().await;
        if context.json {
            return output::json(&rows);
        }
        let cells: Vec<_> = rows
            .iter()
            .map(|row| {
                [
                    row.match_id.to_string(),
                    row.status.as_str().to_owned(),
                    row.teacher_name.to_string(),
                    local(row.visit_at, &zone),
                    row.finished_at.map(|at| local(at, &zone)).unwrap_or_default(),
                ]
            })
            .collect();
        output::table(["match_id", "status", "teacher_name", "visit_at", "finished_at"], &cells)
    }
}
