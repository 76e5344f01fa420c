//! What the views of the contexts have in common: rows folded from events in batches.

use std::sync::Arc;

use matching_protocol::{
    AccountId, Area, MatchId, MatchView, Note, PageOf, PersonName, Price, Recorded, Seq, Subject, Time,
    VisitView,
};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use rustc_hash::FxHashMap;

/// A derived table of one context, kept in a file of its own. Deleted or stale, it is folded again from the log.
pub trait View: Send {
    /// The tables, made in an empty file.
    fn schema(&self) -> &'static str;

    /// Raised with every change of the schema or of the fold: an older file is folded again.
    fn version(&self) -> i64;

    /// Folds a batch in. It runs in a transaction together with the cursor.
    ///
    /// # Errors
    /// Whatever SQLite reports; the batch is rolled back.
    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()>;
}

/// A view with one row a match.
pub trait MatchRows {
    /// What is known of a match.
    type Row;

    /// The stored row.
    ///
    /// # Errors
    /// Whatever SQLite reports.
    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<Self::Row>>;

    /// The row after an event. `None` before the first event that this view knows.
    fn fold(row: Option<Self::Row>, recorded: &Recorded) -> Option<Self::Row>;

    /// Stores the row.
    ///
    /// # Errors
    /// Whatever SQLite reports.
    fn save(connection: &Connection, row: &Self::Row) -> rusqlite::Result<()>;
}

/// Folds a batch: each match that it touches is read once and written once, however many events it has there.
///
/// # Errors
/// Whatever SQLite reports.
pub fn fold_rows<V: MatchRows>(connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
    let mut places: FxHashMap<MatchId, usize> = FxHashMap::default();
    let mut rows: Vec<Option<V::Row>> = Vec::new();
    for recorded in events {
        let place = match places.get(&recorded.match_id) {
            Some(&place) => place,
            None => {
                let stored =
                    if recorded.version == 1 { None } else { V::load(connection, recorded.match_id)? };
                rows.push(stored);
                places.insert(recorded.match_id, rows.len() - 1);
                rows.len() - 1
            }
        };
        rows[place] = V::fold(rows[place].take(), recorded);
    }
    rows.iter().flatten().try_for_each(|row| V::save(connection, row))
}

/// The columns of a [`MatchView`], in the order that [`match_view`] reads and [`save_match_view`] writes.
const MATCH_COLUMNS: &str = "match_id, student, price, subject, area, note, status, money, teacher, teacher_name, visit_at, requested_at, updated_at, seq";

/// Reads the columns of [`MATCH_COLUMNS`].
///
/// # Errors
/// If they hold something else than [`save_match_view`] wrote.
fn match_view(row: &Row<'_>) -> rusqlite::Result<MatchView> {
    let visit = match row.get::<_, Option<i64>>(8)? {
        Some(teacher) => Some(VisitView {
            teacher: AccountId(teacher),
            teacher_name: parsed(row, 9)?,
            visit_at: time(row, 10)?,
        }),
        None => None,
    };
    Ok(MatchView {
        match_id: match_id(row, 0)?,
        student: AccountId(row.get(1)?),
        price: price(row, 2)?,
        subject: optional(row, 3)?,
        area: optional(row, 4)?,
        note: optional(row, 5)?,
        status: parsed(row, 6)?,
        money: parsed(row, 7)?,
        visit,
        requested_at: time(row, 11)?,
        updated_at: time(row, 12)?,
        seq: seq(row, 13)?,
    })
}

/// The table `matches` of [`MatchView`]s, which match and mypage each keep in a file of their own.
pub struct MatchViews;

impl MatchRows for MatchViews {
    type Row = MatchView;

    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<MatchView>> {
        find_match(connection, match_id)
    }

    fn fold(row: Option<MatchView>, recorded: &Recorded) -> Option<MatchView> {
        fold_match_view(row, recorded)
    }

    fn save(connection: &Connection, row: &MatchView) -> rusqlite::Result<()> {
        save_match_view(connection, row)
    }
}

/// One row of the table `matches`.
///
/// # Errors
/// Whatever SQLite reports.
pub fn find_match(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<MatchView>> {
    connection
        .prepare_cached(&format!("SELECT {MATCH_COLUMNS} FROM matches WHERE match_id = ?"))?
        .query_row([match_id.get()], match_view)
        .optional()
}

/// The rows of a student, or all, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn list_matches(
    connection: &Connection,
    student: Option<AccountId>,
    page: &PageOf,
) -> rusqlite::Result<Vec<MatchView>> {
    let before = page.after.map_or(i64::MAX, MatchId::get);
    let narrow = if student.is_some() { "student = ?1" } else { "?1 = 0" };
    connection
        .prepare_cached(&format!(
            "SELECT {MATCH_COLUMNS} FROM matches WHERE {narrow} AND match_id < ?2 ORDER BY match_id DESC LIMIT ?3"
        ))?
        .query_map(params![student.map_or(0, |student| student.0), before, page.rows()], match_view)?
        .collect()
}

/// Writes a [`MatchView`] into the table `matches`.
///
/// # Errors
/// Whatever SQLite reports.
fn save_match_view(connection: &Connection, view: &MatchView) -> rusqlite::Result<()> {
    let visit = view.visit.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO matches (match_id, student, price, subject, area, note, status, money, teacher, teacher_name, visit_at, requested_at, updated_at, seq)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (match_id) DO UPDATE SET status = excluded.status, money = excluded.money,
                teacher = excluded.teacher, teacher_name = excluded.teacher_name, visit_at = excluded.visit_at,
                updated_at = excluded.updated_at, seq = excluded.seq",
        )?
        .execute(params![
            view.match_id.get(),
            view.student.0,
            view.price.won(),
            view.subject.as_ref().map(Subject::as_str),
            view.area.as_ref().map(Area::as_str),
            view.note.as_ref().map(Note::as_str),
            view.status.as_str(),
            view.money.as_str(),
            visit.map(|v| v.teacher.0),
            visit.map(|v| PersonName::as_str(&v.teacher_name)),
            visit.map(|v| v.visit_at.as_millis()),
            view.requested_at.as_millis(),
            view.updated_at.as_millis(),
            view.seq.0 as i64,
        ])?;
    Ok(())
}

/// Folds a [`MatchView`].
fn fold_match_view(view: Option<MatchView>, recorded: &Recorded) -> Option<MatchView> {
    match view {
        Some(mut view) => {
            view.apply(recorded);
            Some(view)
        }
        None => MatchView::first(recorded),
    }
}

/// Reads a match number.
///
/// # Errors
/// If the column holds none.
pub fn match_id(row: &Row<'_>, column: usize) -> rusqlite::Result<MatchId> {
    MatchId::new(row.get(column)?).map_err(|error| broken(column, error))
}

/// Reads a price.
///
/// # Errors
/// If the column holds none.
pub fn price(row: &Row<'_>, column: usize) -> rusqlite::Result<Price> {
    Price::new(row.get(column)?).map_err(|error| broken(column, error))
}

/// Reads an instant, stored in milliseconds.
///
/// # Errors
/// If the column holds none.
pub fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    row.get(column).map(Time::from_millis)
}

/// Reads a place in the log.
///
/// # Errors
/// If the column holds none.
pub fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    row.get::<_, i64>(column).map(|seq| Seq(seq as u64))
}

/// Reads a text that has a type of its own.
///
/// # Errors
/// If the column holds something else.
pub fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|error| broken(column, error))
}

/// Reads a text that has a type of its own, or NULL.
///
/// # Errors
/// If the column holds something else.
pub fn optional<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => text.parse().map(Some).map_err(|error| broken(column, error)),
        None => Ok(None),
    }
}

fn broken(column: usize, error: impl std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.to_string().into())
}
