//! The log in one SQLite file: WAL, synchronous=FULL, one writer thread, group commit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use matching_protocol::{
    AccountId, Actor, CommandId, Done, ErrorCode, Event, LogId, MatchId, Recorded, Seq, Status, Time,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::hot::Hot;
use super::writer::{Job, Writer};
use crate::ports::BoxFuture;
use crate::ports::event_log::{Append, AppendError, Appended, EventLog, History, ReadError, StoredCommand};

/// Appends that wait for the writer; a caller waits when it is full.
const QUEUE: usize = 4_096;
const READERS: usize = 2;

/// The log in one SQLite file.
pub struct SqliteLog {
    id: LogId,
    shared: Arc<Shared>,
    /// Read-only connections. Each is locked for one short read; none is held over an await.
    readers: Vec<Mutex<Connection>>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// What the writer thread and the readers share.
pub(super) struct Shared {
    pub path: PathBuf,
    pub hot: Hot,
    pub head: watch::Sender<Seq>,
    pub writable: AtomicBool,
}

impl SqliteLog {
    /// Opens the log, making it if there is none.
    ///
    /// # Errors
    /// If the file can't be opened, or is of a newer version.
    pub fn open(path: &Path) -> rusqlite::Result<SqliteLog> {
        let mut connection = connect(path)?;
        let id = prepare(&mut connection)?;
        let head = head_of(&connection)?;
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            hot: Hot::new(),
            head: watch::Sender::new(head),
            writable: AtomicBool::new(true),
        });
        let readers = (0..READERS).map(|_| reader(path).map(Mutex::new)).collect::<Result<_, _>>()?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = Writer::new(connection, head, Arc::clone(&shared), Handle::try_current().ok());
        let thread = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok(SqliteLog { id, shared, readers, jobs: Some(jobs), thread: Some(thread) })
    }

    fn reader(&self, hint: i64) -> MutexGuard<'_, Connection> {
        let index = hint.unsigned_abs() as usize % self.readers.len();
        self.readers[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer finishes what is queued and checkpoints.
impl Drop for SqliteLog {
    fn drop(&mut self) {
        self.readers.clear();
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer had panicked");
        }
    }
}

impl EventLog for SqliteLog {
    fn id(&self) -> LogId {
        self.id
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Box::pin(async move {
            let gone = || AppendError::Failed("the writer has stopped".to_owned());
            let (answer, answered) = oneshot::channel();
            let jobs = self.jobs.as_ref().ok_or_else(gone)?;
            jobs.send(Job { append, answer }).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }

    fn read_match(&self, match_id: MatchId) -> Result<Arc<History>, ReadError> {
        match self.shared.hot.get(match_id) {
            Some(history) => Ok(history),
            None => self.read_match_again(match_id),
        }
    }

    fn read_match_again(&self, match_id: MatchId) -> Result<Arc<History>, ReadError> {
        let history = Arc::new(history_of(&self.reader(match_id.get()), match_id)?);
        if !history.events.is_empty() {
            self.shared.hot.offer(match_id, &history);
        }
        Ok(history)
    }

    fn read_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Recorded>>, ReadError> {
        if after >= *self.shared.head.borrow() {
            return Ok(Vec::new());
        }
        if let Some(events) = self.shared.hot.after(after, limit) {
            return Ok(events);
        }
        let reader = self.reader(0);
        let mut statement = reader.prepare_cached(
            "SELECT seq, stream, version, type, at, by, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        )?;
        let rows = statement.query_map(params![after.0 as i64, limit as i64], recorded)?;
        Ok(rows.map(|row| row.map(Arc::new)).collect::<Result<_, _>>()?)
    }

    fn command(&self, account: AccountId, id: CommandId) -> Result<Option<StoredCommand>, ReadError> {
        Ok(stored_command(&self.reader(account.0), account, id)?)
    }

    fn highest_match(&self) -> Result<i64, ReadError> {
        let highest =
            self.reader(0).query_row("SELECT COALESCE(MAX(stream), 0) FROM events", [], |row| row.get(0))?;
        Ok(highest)
    }

    fn head(&self) -> watch::Receiver<Seq> {
        self.shared.head.subscribe()
    }

    fn is_writable(&self) -> bool {
        self.shared.writable.load(Ordering::Relaxed)
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        ReadError(error.to_string())
    }
}

/// A connection for the writer, with every setting that durability needs.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 1000)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "cache_size", -8_192)?;
    keep_plans(&connection)?;
    Ok(connection)
}

/// Without it SQLite may plan a prepared statement anew for each value that is bound to it.
///
/// # Errors
/// Whatever SQLite reports.
pub(crate) fn keep_plans(connection: &Connection) -> rusqlite::Result<bool> {
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
}

const VERSION: i64 = 1;

/// Makes or checks the schema, and gives the log's id.
fn prepare(connection: &mut Connection) -> rusqlite::Result<LogId> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            let id = Uuid::new_v4().to_string();
            transaction.execute("INSERT INTO meta (name, value) VALUES ('log_id', ?)", [id])?;
        }
        VERSION => {}
        newer => {
            return Err(invalid(format!(
                "the log has schema version {newer}, this program knows {VERSION}: update it"
            )));
        }
    }
    let id: String =
        transaction.query_row("SELECT value FROM meta WHERE name = 'log_id'", [], |row| row.get(0))?;
    transaction.commit()?;
    id.parse().map_err(|error: uuid::Error| invalid(format!("log id: {error}")))
}

pub(super) fn head_of(connection: &Connection) -> rusqlite::Result<Seq> {
    let head: i64 = connection.query_row("SELECT COALESCE(MAX(seq), 0) FROM events", [], |row| row.get(0))?;
    Ok(Seq(head as u64))
}

pub(super) fn history_of(connection: &Connection, match_id: MatchId) -> rusqlite::Result<History> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, stream, version, type, at, by, data FROM events WHERE stream = ? ORDER BY version",
    )?;
    let rows = statement.query_map([match_id.get()], recorded)?;
    Ok(History { events: rows.map(|row| row.map(Arc::new)).collect::<Result<_, _>>()? })
}

pub(super) fn stored_command(
    connection: &Connection,
    account: AccountId,
    id: CommandId,
) -> rusqlite::Result<Option<StoredCommand>> {
    connection
        .prepare_cached("SELECT body, match_id, seq, reply FROM commands WHERE account = ?1 AND id = ?2")?
        .query_row(params![account.0, id.0.as_bytes()], |row| {
            let reply: Option<String> = row.get(3)?;
            let match_id = MatchId::new(row.get(1)?).map_err(|error| invalid(error.to_string()))?;
            let seq = Seq(row.get::<_, i64>(2)? as u64);
            let reply = reply.map(|text| parse_reply(&text, match_id, seq)).transpose()?;
            Ok(StoredCommand { body: row.get(0)?, reply })
        })
        .optional()
}

fn parse_reply(text: &str, match_id: MatchId, seq: Seq) -> rusqlite::Result<Result<Done, ErrorCode>> {
    if let Ok(status) = text.parse::<Status>() {
        return Ok(Ok(Done { match_id, status, seq }));
    }
    let code = ErrorCode::ALL.iter().copied().find(|code| code.as_str() == text);
    code.map(Err).ok_or_else(|| invalid(format!("stored reply {text:?}")))
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    let seq = Seq(row.get::<_, i64>(0)? as u64);
    let bad = |what: String| invalid(format!("event {seq}: {what}"));
    let event = Event::from_stored(row.get_ref(3)?.as_str()?, row.get_ref(6)?.as_str()?)
        .map_err(|error| bad(error.to_string()))?;
    Ok(Recorded {
        seq,
        match_id: MatchId::new(row.get(1)?).map_err(|error| bad(error.to_string()))?,
        version: row.get(2)?,
        at: Time::from_millis(row.get(4)?),
        by: row.get_ref(5)?.as_str()?.parse::<Actor>().map_err(|error| bad(error.to_string()))?,
        event,
    })
}

/// Something stored that is not as this program writes it.
fn invalid(what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}
