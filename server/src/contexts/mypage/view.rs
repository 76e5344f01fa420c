//! My page: a student's matches with status, teacher and meeting time.

use std::sync::Arc;

use matching_protocol::{AccountId, MatchId, MatchView, PageOf, Recorded};
use rusqlite::{Connection, OptionalExtension, params};

use crate::contexts::view::{
    MATCH_COLUMNS, MatchRows, View, fold_match_view, fold_rows, match_view, save_match_view,
};

/// My page.
pub struct MypageView;

impl View for MypageView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<MypageView>(connection, events)
    }
}

impl MatchRows for MypageView {
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

/// One row.
///
/// # Errors
/// Whatever SQLite reports.
pub fn find(connection: &Connection, match_id: MatchId) -> rusqlite::Result<Option<MatchView>> {
    connection
        .prepare_cached(&format!("SELECT {MATCH_COLUMNS} FROM matches WHERE match_id = ?"))?
        .query_row([match_id.get()], match_view)
        .optional()
}

/// A student's rows, or all, newest first.
///
/// # Errors
/// Whatever SQLite reports.
pub fn list(
    connection: &Connection,
    student: Option<AccountId>,
    page: &PageOf,
) -> rusqlite::Result<Vec<MatchView>> {
    let (lowest, highest) = student.map_or((i64::MIN, i64::MAX), |student| (student.0, student.0));
    let before = page.after.map_or(i64::MAX, MatchId::get);
    let columns = MATCH_COLUMNS;
    let narrow =
        if student.is_some() { "student = ?1 AND student = ?2" } else { "student BETWEEN ?1 AND ?2" };
    connection
        .prepare_cached(&format!(
            "SELECT {columns} FROM matches WHERE {narrow} AND match_id < ?3 ORDER BY match_id DESC LIMIT ?4"
        ))?
        .query_map(params![lowest, highest, before, page.rows()], match_view)?
        .collect()
}
