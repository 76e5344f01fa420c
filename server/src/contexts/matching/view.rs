//! Match's own view: the status of each request, and when it expires.

use std::sync::Arc;

use matching_protocol::{AccountId, MatchId, MatchView, PageOf, Recorded, Time};
use rusqlite::{Connection, OptionalExtension, params};

use crate::contexts::Rules;
use crate::contexts::view::{
    MATCH_COLUMNS, MatchRows, View, fold_match_view, fold_rows, match_id, match_view, save_match_view,
};

/// Match's own view.
pub struct MatchingView;

impl View for MatchingView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<MatchingView>(connection, events)
    }
}

impl MatchRows for MatchingView {
    type Row = MatchView;

    fn load(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<MatchView>> {
        find(connection, match_id)
    }

    fn fold(row: Option<MatchView>, recorded: &Recorded) -> Option<MatchView> {
        fold_match_view(row, recorded)
    }

    fn save(connection: &Connection, row: &MatchView) -> rusqlite::Result<()> {
        save_match_view(connection, row)
    }
}

/// One match.
///
/// # Errors
/// Whatever SQLite reports.
pub fn find(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<MatchView>> {
    connection
        .prepare_cached(&format!("SELECT {MATCH_COLUMNS} FROM matches WHERE match_id = ?"))?
        .query_row([match_id.get()], match_view)
        .optional()
}

/// The matches of a student, or all, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn list(
    connection: &Connection,
    student: Option<AccountId>,
    page: &PageOf,
) -> rusqlite::Result<Vec<MatchView>> {
    let before = page.after.map_or(i64::MAX, MatchId::get);
    let columns = MATCH_COLUMNS;
    match student {
        Some(student) => connection
            .prepare_cached(&format!(
                "SELECT {columns} FROM matches WHERE student = ? AND match_id < ? ORDER BY match_id DESC LIMIT ?"
            ))?
            .query_map(params![student.0, before, page.rows()], match_view)?
            .collect(),
        None => connection
            .prepare_cached(&format!(
                "SELECT {columns} FROM matches WHERE match_id < ? ORDER BY match_id DESC LIMIT ?"
            ))?
            .query_map(params![before, page.rows()], match_view)?
            .collect(),
    }
}

/// How many of a student's requests are open.
///
/// # Errors
/// Whatever SQLite reports.
pub fn open_requests(connection: &Connection, student: AccountId) -> rusqlite::Result<u32> {
    connection
        .prepare_cached(
            "SELECT COUNT(*) FROM matches WHERE student = ?
             AND status NOT IN ('ClassFinished', 'MatchCanceled', 'MatchExpired', 'VisitCanceled', 'PaymentCanceled')",
        )?
        .query_row([student.0], |row| row.get(0))
}

/// Candidates for expiry, at most `limit`; the fold decides.
///
/// # Errors
/// Whatever SQLite reports.
pub fn due_to_expire(
    connection: &Connection,
    rules: &Rules,
    now: Time,
    limit: u32,
) -> rusqlite::Result<Vec<MatchId>> {
    let before = |wait: std::time::Duration| {
        now.as_millis().saturating_sub(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    };
    connection
        .prepare_cached(
            "SELECT match_id FROM matches WHERE status IN ('MatchRequested', 'PaymentDeclined') AND requested_at <= ?1
             UNION ALL
             SELECT match_id FROM matches WHERE status IN ('PaymentApproved', 'VisitWithdrawn') AND updated_at <= ?2
             LIMIT ?3",
        )?
        .query_map(params![before(rules.expire_unpaid), before(rules.expire_paid), limit], |row| match_id(row, 0))?
        .collect()
}
