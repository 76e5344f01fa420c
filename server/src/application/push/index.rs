//! The push index: which events may concern whom, so that a resume reads only those. The fold decides what is shown.

use std::sync::Arc;

use matching_protocol::{AccountId, Recorded, Seq};
use rusqlite::{Connection, params};

use super::audience::Audience;
use crate::contexts::view::View;
use crate::ports::EventLog;

/// The push index, a view of its own.
pub struct AudienceIndex {
    log: Arc<dyn EventLog>,
}

impl AudienceIndex {
    /// Reads histories from the log: who may see an event depends on what came before.
    pub fn new(log: Arc<dyn EventLog>) -> AudienceIndex {
        AudienceIndex { log }
    }
}

impl View for AudienceIndex {
    fn schema(&self) -> &'static str {
        "CREATE TABLE own (account INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (account, seq)) STRICT, WITHOUT ROWID;
         CREATE TABLE board (seq INTEGER PRIMARY KEY) STRICT;"
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        let mut own = connection.prepare_cached("INSERT INTO own (account, seq) VALUES (?, ?)")?;
        let mut board = connection.prepare_cached("INSERT INTO board (seq) VALUES (?)")?;
        for recorded in events {
            let history = self.log.read_match(recorded.match_id).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
            })?;
            let audience = Audience::of(history.up_to(recorded.version));
            let seq = recorded.seq.0 as i64;
            for account in audience.student.iter().chain(&audience.teacher) {
                own.execute(params![account.0, seq])?;
            }
            if audience.board.is_some() {
                board.execute([seq])?;
            }
        }
        Ok(())
    }
}

/// The places behind `after` and not behind `up_to` that may concern an account, with the board or without.
///
/// # Errors
/// Whatever SQLite reports.
pub fn read(
    connection: &Connection,
    account: AccountId,
    board: bool,
    after: Seq,
    up_to: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<Seq>> {
    let with_board = "UNION SELECT seq FROM board WHERE seq > ?2 AND seq <= ?3";
    let board = if board { with_board } else { "" };
    connection
        .prepare_cached(&format!(
            "SELECT seq FROM own WHERE account = ?1 AND seq > ?2 AND seq <= ?3 {board} ORDER BY seq LIMIT ?4"
        ))?
        .query_map(params![account.0, after.0 as i64, up_to.0 as i64, limit as i64], |row| {
            row.get::<_, i64>(0).map(|seq| Seq(seq as u64))
        })?
        .collect()
}
