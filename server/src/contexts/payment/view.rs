//! The payments, the double-entry book that is the built-in ledger, and what is still to be settled or given back.

use std::collections::BTreeMap;
use std::sync::Arc;

use matching_protocol::{AccountId, Event, MatchId, Money, PageOf, Recorded, Seq, Status, Time};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};
use serde::Serialize;

use crate::contexts::view::{MatchRows, View, fold_rows, match_id, parsed, seq, time};

/// The payments and the book.
pub struct PaymentView;

/// What payment knows of a match.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which.
    pub match_id: MatchId,
    /// Who pays.
    pub student: AccountId,
    /// Canceled or expired: what arrives goes back.
    pub called_off: bool,
    /// Where the money is.
    pub money: Money,
    /// The provider of the last attempt.
    pub provider: Option<String>,
    /// Its key.
    pub key: Option<String>,
    /// How many attempts were made.
    pub attempt: u32,
    /// What was asked for in the last attempt, in whole won.
    pub amount: i64,
    /// When it last changed.
    pub updated_at: Time,
    /// The last event folded in.
    pub seq: Seq,
    /// What the batch that is being folded moved.
    #[serde(skip)]
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    seq: Seq,
    account: String,
    amount: i64,
}

impl View for PaymentView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<PaymentView>(connection, events)
    }
}

const COLUMNS: &str = "match_id, student, called_off, money, provider, key, attempt, amount, updated_at, seq";

impl MatchRows for PaymentView {
    type Row = Row;

    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<Row>> {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM payments WHERE match_id = ?"))?
            .query_row([match_id.get()], read)
            .optional()
    }

    fn fold(row: Option<Row>, recorded: &Recorded) -> Option<Row> {
        let Some(mut row) = row else { return first(recorded) };
        let before = if row.called_off { Status::MatchCanceled } else { Status::MatchRequested };
        let money = row.money.after(before, &recorded.event);
        row.entries.extend(movement(&row, recorded));
        row.money = money;
        match &recorded.event {
            Event::PaymentRequested { provider, key, attempt, amount } => {
                row.provider = Some(provider.clone());
                row.key = Some(key.clone());
                row.attempt = *attempt;
                row.amount = amount.won();
            }
            Event::MatchCanceled { .. } | Event::MatchExpired {} => row.called_off = true,
            _ => {}
        }
        row.updated_at = recorded.at;
        row.seq = recorded.seq;
        Some(row)
    }

    fn save(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
        connection
            .prepare_cached(&format!(
                "INSERT INTO payments ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (match_id) DO UPDATE SET called_off = excluded.called_off, money = excluded.money,
                    provider = excluded.provider, key = excluded.key, attempt = excluded.attempt,
                    amount = excluded.amount, updated_at = excluded.updated_at, seq = excluded.seq"
            ))?
            .execute(params![
                row.match_id.get(),
                row.student.0,
                row.called_off,
                row.money.as_str(),
                row.provider,
                row.key,
                row.attempt,
                row.amount,
                row.updated_at.as_millis(),
                row.seq.0 as i64,
            ])?;
        for entry in &row.entries {
            connection
                .prepare_cached("INSERT INTO entries (seq, account, match_id, amount) VALUES (?, ?, ?, ?)")?
                .execute(params![entry.seq.0 as i64, entry.account, row.match_id.get(), entry.amount])?;
            connection
                .prepare_cached(
                    "INSERT INTO balances (account, amount) VALUES (?, ?)
                     ON CONFLICT (account) DO UPDATE SET amount = amount + excluded.amount",
                )?
                .execute(params![entry.account, entry.amount])?;
        }
        Ok(())
    }
}

fn first(recorded: &Recorded) -> Option<Row> {
    let Event::MatchRequested { student, price, .. } = &recorded.event else { return None };
    Some(Row {
        match_id: recorded.match_id,
        student: *student,
        called_off: false,
        money: Money::None,
        provider: None,
        key: None,
        attempt: 0,
        amount: price.won(),
        updated_at: recorded.at,
        seq: recorded.seq,
        entries: Vec::new(),
    })
}

/// Approve moves the price from the student into 'held', finish on to the teacher, cancel back to the student. With an
/// outside provider it is the provider that owes, not the student.
fn movement(row: &Row, recorded: &Recorded) -> Vec<Entry> {
    let payer = match row.provider.as_deref() {
        None | Some("ledger") => format!("student:{}", row.student),
        Some(provider) => format!("provider:{provider}"),
    };
    let held = || "held".to_owned();
    let (from, to, amount) = match &recorded.event {
        Event::PaymentApproved { amount } => (payer, held(), amount.won()),
        Event::PaymentCanceled { amount } => (held(), payer, amount.won()),
        Event::ClassFinished { teacher } => (held(), format!("teacher:{teacher}"), row.amount),
        _ => return Vec::new(),
    };
    let seq = recorded.seq;
    vec![Entry { seq, account: from, amount: -amount }, Entry { seq, account: to, amount }]
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        match_id: match_id(row, 0)?,
        student: AccountId(row.get(1)?),
        called_off: row.get(2)?,
        money: parsed(row, 3)?,
        provider: row.get(4)?,
        key: row.get(5)?,
        attempt: row.get(6)?,
        amount: row.get(7)?,
        updated_at: time(row, 8)?,
        seq: seq(row, 9)?,
        entries: Vec::new(),
    })
}

/// All payments, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn list(connection: &Connection, page: &PageOf) -> rusqlite::Result<Vec<Row>> {
    let before = page.after.map_or(i64::MAX, MatchId::get);
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM payments WHERE match_id < ? ORDER BY match_id DESC LIMIT ?"
        ))?
        .query_map(params![before, page.rows()], read)?
        .collect()
}

/// The balance of every account of the book, in whole won: below zero it owes. They sum to zero.
///
/// # Errors
/// Whatever SQLite reports.
pub fn balances(connection: &Connection) -> rusqlite::Result<BTreeMap<String, i64>> {
    connection
        .prepare_cached("SELECT account, amount FROM balances ORDER BY account")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// What each event of a match's history, from its first on, moved in the book: accounts and amounts, as the view books them.
pub fn moved(history: &[Arc<Recorded>]) -> Vec<Vec<(String, i64)>> {
    let mut row = None;
    let mut booked = |recorded: &Arc<Recorded>| {
        row = PaymentView::fold(row.take(), recorded);
        let entries = row.as_mut().map(|row| std::mem::take(&mut row.entries)).unwrap_or_default();
        entries.into_iter().map(|entry| (entry.account, entry.amount)).collect()
    };
    history.iter().map(&mut booked).collect()
}

/// How many matches have their money in this state: a charge under way, or a refund going back.
///
/// # Errors
/// Whatever SQLite reports.
pub fn count(connection: &Connection, money: Money) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(&format!("SELECT COUNT(*) FROM payments WHERE money = '{money}'"))?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

/// Charges whose outcome is to be looked up, behind `after`.
///
/// # Errors
/// Whatever SQLite reports.
pub fn under_way(connection: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<MatchId>> {
    matches_with(connection, "under_way", after, limit)
}

/// Money that is to be given back, behind `after`.
///
/// # Errors
/// Whatever SQLite reports.
pub fn going_back(connection: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<MatchId>> {
    matches_with(connection, "going_back", after, limit)
}

fn matches_with(
    connection: &Connection,
    money: &'static str,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<MatchId>> {
    connection
        .prepare_cached(&format!(
            "SELECT match_id FROM payments WHERE money = '{money}' AND match_id > ? ORDER BY match_id LIMIT ?"
        ))?
        .query_map(params![after, limit], |row| match_id(row, 0))?
        .collect()
}
