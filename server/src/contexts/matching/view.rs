//! Match's own view: the status of each request, and when it expires.

use std::sync::Arc;

use matching_protocol::{AccountId, MatchId, Recorded, Time};
use rusqlite::{Connection, params};

use crate::contexts::Rules;
use crate::contexts::view::{MatchViews, View, fold_rows, match_id};
pub use crate::contexts::view::{find_match as find, list_matches as list};

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
        fold_rows::<MatchViews>(connection, events)
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
