use clap::Args;
use jiff::tz::TimeZone;
use matching_protocol::{Event, OneMatch, Query, ResultBody};

use super::failure::Failure;
use super::link::unfitting;
use super::output::local;
use super::{Context, Which, output};

/// List what happened to a match, in order (students); with --json an array of events
#[derive(Args)]
pub(super) struct Timeline {
    #[command(flatten)]
    which: Which,
}

impl Timeline {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        let mut link = context.sign_in().await?;
        let ResultBody::Timeline(timeline) = link.query(Query::Timeline(OneMatch { match_id })).await? else {
            return Err(unfitting());
        };
        let zone = link.zone();
        link.close().await;
        if context.json {
            return output::json(&timeline.events);
        }
        let cells: Vec<_> = timeline
            .events
            .iter()
            .map(|recorded| {
                [
                    recorded.seq.to_string(),
                    local(recorded.at, &zone),
                    recorded.by.to_string(),
                    recorded.event.type_name().to_owned(),
                    details(&recorded.event, &zone),
                ]
            })
            .collect();
        output::table(["seq", "at", "by", "event", "details"], &cells)
    }
}

fn details(event: &Event, zone: &TimeZone) -> String {
    match event {
        Event::MatchRequested { price, .. } => price.to_string(),
        Event::PaymentRequested { amount, .. }
        | Event::PaymentApproved { amount }
        | Event::PaymentCanceled { amount } => amount.to_string(),
        Event::PaymentDeclined { reason } => reason.to_string(),
        Event::VisitAssigned { teacher_name, visit_at, .. } => {
            format!("{teacher_name}, {}", local(*visit_at, zone))
        }
        Event::VisitWithdrawn { .. } | Event::MatchCanceled { .. } => {
            event.reason().map(ToString::to_string).unwrap_or_default()
        }
        Event::MatchExpired {} | Event::VisitCanceled {} | Event::ClassFinished { .. } => String::new(),
    }
}
