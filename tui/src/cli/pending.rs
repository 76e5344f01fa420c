use clap::Args;
use matching_protocol::{Query, ResultBody, VisitRequest};

use super::failure::Failure;
use super::output::{cell, local};
use super::{Context, output};

/// List the board: paid requests that wait for a teacher, oldest first (teachers)
#[derive(Args)]
pub(super) struct Pending {}

impl Pending {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let rows: Vec<VisitRequest> = link
            .all(Query::VisitRequests, |result| match result {
                ResultBody::VisitRequests(page) => Some(page),
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
                    row.price.to_string(),
                    cell(row.subject.as_ref()),
                    cell(row.area.as_ref()),
                    local(row.asked_at, &zone),
                    cell(row.note.as_ref()),
                ]
            })
            .collect();
        output::table(["match_id", "price", "subject", "area", "asked_at", "note"], &cells)
    }
}
