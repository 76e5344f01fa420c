//! `balances`: what the double-entry book says of each of its accounts. They sum to zero.

use matching_protocol::{AccountName, ContextName, grouped};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Outcome};
use super::table::{self, Column};
use crate::contexts::payment::view;

/// The book.
#[derive(Serialize, Deserialize)]
pub struct Balances {
    balances: Vec<Balance>,
    sum: i64,
}

/// One account of it: below zero it owes.
#[derive(Serialize, Deserialize)]
struct Balance {
    account: String,
    name: Option<AccountName>,
    amount: i64,
}

pub async fn show(admin: &Admin, answers: &Answers) -> Outcome {
    let book = admin.read(ContextName::Payment, answers, view::balances).await?;
    let sum = book.values().sum();
    let balance = |(account, amount): (String, i64)| {
        let name = admin.owner_of(&account);
        Balance { account, name, amount }
    };
    answers.row(&Balances { balances: book.into_iter().map(balance).collect(), sum }).await
}

pub fn text(book: &Balances) -> String {
    let columns = [Column::text("ACCOUNT"), Column::text("NAME"), Column::number("WON")];
    let cells = |balance: &Balance| {
        let name = balance.name.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![balance.account.clone(), name, grouped(balance.amount)]
    };
    let sum = vec!["sum".to_owned(), String::new(), grouped(book.sum)];
    let rows = book.balances.iter().map(cells).chain([sum]).collect();
    table::render(&columns, rows).trim_end().to_owned()
}
