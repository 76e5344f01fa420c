//! The sandbox's book: what became of each key. An SQLite file, on disk before any answer.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::outbound::payment::contract::{ChargeOrder, ChargeRecord, ChargeStatus, Currency, EndOrder};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS charges (
    key        TEXT    PRIMARY KEY,
    number     INTEGER NOT NULL UNIQUE, -- raised with each change: the cursor of the list
    amount     INTEGER NOT NULL,
    payer      TEXT,                    -- none if it was canceled before it arrived
    status     TEXT    NOT NULL,
    reason     TEXT,
    taken      INTEGER NOT NULL,
    given_back INTEGER NOT NULL CHECK (given_back BETWEEN 0 AND taken)
) STRICT;
-- What was pending when the sandbox ended was never charged.
DELETE FROM charges WHERE status = 'pending';";

/// Every key and what became of it.
pub struct Book(Mutex<Connection>);

/// Why the book was not changed.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The key stands there with another amount or payer.
    #[error("the key was used for another charge")]
    KeyReused,
    /// SQLite.
    #[error("the book failed")]
    Failed(#[from] rusqlite::Error),
}

/// What became of a charge when it arrived.
pub enum Received {
    /// It is to be decided.
    New,
    /// It stands where it stood.
    Known(ChargeRecord),
}

impl Book {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// If it can't be used.
    pub fn open(path: &Path) -> anyhow::Result<Book> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        let open = || {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.execute_batch(SCHEMA)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        let connection = open().with_context(|| format!("can't use the book in {}", path.display()))?;
        Ok(Book(Mutex::new(connection)))
    }

    /// Carries out one change or reading without holding up the runtime.
    pub(super) async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&Book) -> Result<T, BookError> + Send + 'static,
    ) -> Result<T, BookError> {
        let book = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || act(&book)).await;
        done.unwrap_or_else(|error| Err(rusqlite::Error::ToSqlConversionFailure(error.into()).into()))
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, BookError>,
    ) -> Result<T, BookError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let changed = change(&transaction)?;
        transaction.commit()?;
        Ok(changed)
    }

    /// Notes that a charge has arrived.
    pub(super) fn receive(&self, order: &ChargeOrder) -> Result<Received, BookError> {
        self.change(|book| {
            let Some((known, payer)) = find(book, &order.key)? else {
                book.execute(
                    "INSERT INTO charges (key, number, amount, payer, status, taken, given_back)
                     VALUES (?, (SELECT COALESCE(MAX(number), 0) + 1 FROM charges), ?, ?, 'pending', 0, 0)",
                    params![order.key, order.amount, order.payer],
                )?;
                return Ok(Received::New);
            };
            if known.amount != order.amount || payer.is_some_and(|payer| payer != order.payer) {
                return Err(BookError::KeyReused);
            }
            Ok(Received::Known(known))
        })
    }

    /// Decides a pending charge; what was canceled meanwhile stays canceled.
    pub(super) fn decide(
        &self,
        key: &str,
        declined: Option<&str>,
    ) -> Result<Option<ChargeRecord>, BookError> {
        self.change(|book| {
            let status = if declined.is_some() { "declined" } else { "approved" };
            book.execute(
                "UPDATE charges SET number = (SELECT MAX(number) + 1 FROM charges), status = ?2, reason = ?3,
                    taken = CASE WHEN ?2 = 'approved' THEN amount ELSE 0 END
                 WHERE key = ?1 AND status = 'pending'",
                params![key, status, declined],
            )?;
            Ok(find(book, key)?.map(|(record, _)| record))
        })
    }

    /// Makes sure that what was not approved never will be.
    pub(super) fn close(&self, key: &str, order: &EndOrder) -> Result<Option<ChargeRecord>, BookError> {
        self.end(key, order, false)
    }

    /// Gives back what was charged, or makes sure that it never will be.
    pub(super) fn cancel(&self, key: &str, order: &EndOrder) -> Result<Option<ChargeRecord>, BookError> {
        self.end(key, order, true)
    }

    fn end(
        &self,
        key: &str,
        order: &EndOrder,
        approved_too: bool,
    ) -> Result<Option<ChargeRecord>, BookError> {
        self.change(|book| {
            if find(book, key)?.is_some_and(|(known, _)| known.amount != order.amount) {
                return Err(BookError::KeyReused);
            }
            book.execute(
                "INSERT INTO charges (key, number, amount, status, taken, given_back)
                 VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM charges), ?2, 'canceled', 0, 0)
                 ON CONFLICT (key) DO UPDATE SET number = excluded.number, status = 'canceled', given_back = taken
                 WHERE status = 'pending' OR (?3 AND status = 'approved')",
                params![key, order.amount, approved_too],
            )?;
            Ok(find(book, key)?.map(|(record, _)| record))
        })
    }

    /// What became of a key.
    ///
    /// # Errors
    /// Whatever SQLite reports.
    pub fn look_up(&self, key: &str) -> Result<Option<ChargeRecord>, BookError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(find(&connection, key)?.map(|(record, _)| record))
    }

    /// At most `limit` charges whose last change lies behind `after`, with their numbers.
    ///
    /// # Errors
    /// Whatever SQLite reports.
    pub fn list(&self, after: i64, limit: i64) -> Result<Vec<(i64, ChargeRecord)>, BookError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = format!("SELECT {COLUMNS}, number FROM charges WHERE number > ? ORDER BY number LIMIT ?");
        let mut rows = connection.prepare_cached(&sql)?;
        let rows = rows.query_map(params![after, limit], |row| Ok((row.get(7)?, read(row)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

const COLUMNS: &str = "key, amount, status, reason, taken, given_back, payer";

fn find(connection: &Connection, key: &str) -> rusqlite::Result<Option<(ChargeRecord, Option<String>)>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM charges WHERE key = ?"))?
        .query_row([key], |row| Ok((read(row)?, row.get(6)?)))
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChargeRecord> {
    let status = match row.get_ref(2)?.as_str()? {
        "pending" => ChargeStatus::Pending,
        "approved" => ChargeStatus::Approved,
        "declined" => ChargeStatus::Declined,
        _ => ChargeStatus::Canceled,
    };
    Ok(ChargeRecord {
        key: row.get(0)?,
        amount: row.get(1)?,
        currency: Currency::Krw,
        status,
        reason: row.get(3)?,
        taken: row.get(4)?,
        given_back: row.get(5)?,
    })
}
