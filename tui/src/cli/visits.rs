use clap::Args;
use matching_protocol::{Query, ResultBody, VisitRow};

use super::failure::Failure;
use super::output::{cell, local};
use super::{Context, output};

/// List your visits with the student's name and contact, newest first (teachers)
#[derive(Args)]
pub(super) struct Visits {}

impl Visits {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let rows: Vec<VisitRow> = link
            .all(Query::Visits, |result| match result {
                ResultBody::Visits(page) => Some(page),
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
                let student = row.student.as_ref();
                [
                    row.match_id.to_string(),
                    row.status.as_str().to_owned(),
                    local(row.visit_at, &zone),
                    row.price.to_string(),
                    cell(row.subject.as_ref()),
                    cell(student.map(|student| &student.name)),
                    cell(student.and_then(|student| student.phone.as_ref())),
                    cell(student.and_then(|student| student.address.as_ref())),
                ]
            })
            .collect();
        let headings = ["match_id", "status", "visit_at", "price", "subject", "student", "phone", "address"];
        output::table(headings, &cells)
    }
}
