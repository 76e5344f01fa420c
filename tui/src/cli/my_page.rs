use clap::Args;
use matching_protocol::{MyPageRow, Query, ResultBody};

use super::failure::Failure;
use super::output::{cell, local};
use super::{Context, output};

/// List your matches with status, teacher and meeting time, newest first (students)
#[derive(Args)]
pub(super) struct MyPage {}

impl MyPage {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let rows: Vec<MyPageRow> = link
            .all(Query::MyPage, |result| match result {
                ResultBody::MyPage(page) => Some(page),
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
                let summary = &row.summary;
                let visit = summary.visit.as_ref();
                let phone = row.teacher_contact.as_ref().and_then(|contact| contact.phone.as_ref());
                [
                    summary.match_id.to_string(),
                    summary.status.to_string(),
                    summary.money.to_string(),
                    summary.price.to_string(),
                    cell(summary.subject.as_ref()),
                    cell(visit.map(|visit| &visit.teacher_name)),
                    visit.map(|visit| local(visit.visit_at, &zone)).unwrap_or_default(),
                    cell(phone),
                ]
            })
            .collect();
        let headings =
            ["match_id", "status", "money", "price", "subject", "teacher_name", "visit_at", "phone"];
        output::table(headings, &cells)
    }
}
