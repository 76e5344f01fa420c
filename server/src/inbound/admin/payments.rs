//! `payments list`: every payment, newest first.

use matching_protocol::{AccountId, AccountName, ContextName, MatchId, Money, PageOf, Seq, Time, grouped};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Outcome, next_page};
use super::table::Column;
use crate::contexts::payment::view::{self, Row};

/// A payment with the name of who pays.
#[derive(Serialize, Deserialize)]
pub struct PaymentRow {
    match_id: MatchId,
    student: AccountId,
    student_name: Option<AccountName>,
    money: Money,
    amount: i64,
    called_off: bool,
    provider: Option<String>,
    key: Option<String>,
    attempt: u32,
    updated_at: Time,
    seq: Seq,
}

pub async fn list(admin: &Admin, answers: &Answers) -> Outcome {
    let mut page = Some(PageOf::default());
    while let Some(of) = page {
        let rows =
            admin.read(ContextName::Payment, answers, |connection| view::list(connection, &of)).await?;
        page = next_page(&rows, &of, |row| row.match_id);
        for row in rows.into_iter().filter(|row| row.money != Money::None) {
            answers.row(&with_name(admin, row)).await?;
        }
    }
    Ok(())
}

fn with_name(admin: &Admin, row: Row) -> PaymentRow {
    PaymentRow {
        match_id: row.match_id,
        student: row.student,
        student_name: admin.name_of(row.student),
        money: row.money,
        amount: row.amount,
        called_off: row.called_off,
        provider: row.provider,
        key: row.key,
        attempt: row.attempt,
        updated_at: row.updated_at,
        seq: row.seq,
    }
}

pub const COLUMNS: &[Column] = &[
    Column::number("MATCH"),
    Column::text("MONEY"),
    Column::number("AMOUNT"),
    Column::text("STUDENT"),
    Column::text("PROVIDER"),
    Column::number("ATTEMPT"),
    Column::text("CHANGED"),
];

pub fn cells(row: &PaymentRow) -> Vec<String> {
    let student = row.student_name.as_ref().map(ToString::to_string);
    vec![
        row.match_id.to_string(),
        row.money.to_string(),
        format!("₩{}", grouped(row.amount)),
        student.unwrap_or_else(|| format!("account:{}", row.student)),
        row.provider.clone().unwrap_or_default(),
        row.attempt.to_string(),
        row.updated_at.to_string(),
    ]
}
