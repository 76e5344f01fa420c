//! A view's file: its rows and its cursor, changed in one transaction.

use std::path::Path;
use std::sync::Arc;

use matching_protocol::{LogId, Recorded, Seq};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use crate::contexts::view::View;
use crate::outbound::event_log::sqlite::keep_plans;
use crate::ports::EventLog;

const CURSOR: &str = "CREATE TABLE cursor (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;";

pub(super) struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the file. One that is of another version or log, ahead of the log, unreadable, or to be refolded, is made anew.
    pub fn open(
        path: &Path,
        view: &dyn View,
        log: LogId,
        refold: bool,
        head: Seq,
    ) -> rusqlite::Result<Store> {
        if refold {
            delete(path);
        }
        match Store::try_open(path, view, log, head) {
            Ok(store) => Ok(store),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a view's file can't be used; it is folded again from the log");
                delete(path);
                Store::try_open(path, view, log, head)
            }
        }
    }

    fn try_open(path: &Path, view: &dyn View, log: LogId, head: Seq) -> rusqlite::Result<Store> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -16_384)?;
        connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
        keep_plans(&connection)?;
        connection.set_prepared_statement_cache_capacity(64);
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let mut store = Store { connection };
        if version != view.version() || !store.belongs_to(log, head)? {
            store.reset(view, log)?;
        }
        Ok(store)
    }

    fn belongs_to(&self, log: LogId, head: Seq) -> rusqlite::Result<bool> {
        let (stored, seq): (String, i64) =
            self.connection
                .query_row("SELECT log, seq FROM cursor", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(stored == log.to_string() && Seq(seq as u64) <= head)
    }

    /// Empties the view and puts its cursor before the first event.
    pub fn reset(&mut self, view: &dyn View, log: LogId) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for table in tables(&transaction)? {
            transaction.execute_batch(&format!("DROP TABLE \"{table}\""))?;
        }
        make(&transaction, view, log)?;
        transaction.commit()
    }

    pub fn cursor(&self) -> rusqlite::Result<Seq> {
        cursor_of(&self.connection)
    }

    pub fn apply(
        &mut self,
        view: &mut dyn View,
        events: &[Arc<Recorded>],
        last: Seq,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        view.apply(&transaction, events)?;
        transaction.prepare_cached("UPDATE cursor SET seq = ?")?.execute([last.0 as i64])?;
        transaction.commit()
    }

    /// Everything to disk, before the marker of a clean stop is written.
    pub fn settle(&self) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}

pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    reader.busy_timeout(std::time::Duration::from_secs(5))?;
    reader.pragma_update(None, "cache_size", -4_096)?;
    keep_plans(&reader)?;
    reader.set_prepared_statement_cache_capacity(32);
    Ok(reader)
}

fn make(connection: &Connection, view: &dyn View, log: LogId) -> rusqlite::Result<()> {
    connection.execute_batch(CURSOR)?;
    connection.execute("INSERT INTO cursor (one, log, seq) VALUES (1, ?, 0)", [log.to_string()])?;
    connection.execute_batch(view.schema())?;
    connection.pragma_update(None, "user_version", view.version())
}

pub(super) fn cursor_of(connection: &Connection) -> rusqlite::Result<Seq> {
    let seq: i64 = connection.prepare_cached("SELECT seq FROM cursor")?.query_row([], |row| row.get(0))?;
    Ok(Seq(seq as u64))
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn delete(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if let Err(error) = std::fs::remove_file(&name)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "a view's file can't be removed");
        }
    }
}

/// Folds a view in memory from the start of the log up to a place.
///
/// # Errors
/// If the log can't be read or a row not be written.
pub fn fold_fresh(view: &mut dyn View, log: &dyn EventLog, up_to: Seq) -> anyhow::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    make(&connection, view, log.id())?;
    let mut cursor = Seq(0);
    while cursor < up_to {
        let limit = usize::try_from(up_to.0 - cursor.0).unwrap_or(usize::MAX).min(super::BATCH);
        let events = log.read_after(cursor, limit)?;
        let Some(last) = events.last().map(|event| event.seq) else { break };
        let transaction = connection.transaction()?;
        view.apply(&transaction, &events)?;
        transaction.execute("UPDATE cursor SET seq = ?", params![last.0 as i64])?;
        transaction.commit()?;
        cursor = last;
    }
    Ok(connection)
}

/// Every row of every table as text, in order: equal dumps, equal views.
///
/// # Errors
/// Whatever SQLite reports.
pub fn dump(connection: &Connection, mut row_to: impl FnMut(&str, String)) -> rusqlite::Result<()> {
    for table in tables(connection)? {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let values: Vec<String> = (0..columns)
                .map(|i| row.get_ref(i).map(|value| format!("{value:?}")))
                .collect::<Result<_, _>>()?;
            row_to(&table, values.join("|"));
        }
    }
    Ok(())
}
