//! The file `accounts.sqlite`: one thread writes, everybody reads.

use std::fs::OpenOptions;
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, anyhow, bail};
use lru::LruCache;
use matching_protocol::{AccountId, ErrorCode};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::rows;
use crate::ports::accounts::{Account, AccountsError};

const FILE: &str = "accounts.sqlite";

/// Each brings the file from the version before; `PRAGMA user_version` counts them.
const MIGRATIONS: [(u32, &str); 1] = [(1, include_str!("0001_accounts.sql"))];

/// So many writes wait; beyond that the answer is `busy`.
const WAITING: usize = 256;

/// So many accounts are kept in memory; others are read from the file.
const CACHED: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");

type Write = Box<dyn FnOnce(&mut Connection) -> Written + Send>;

/// How a write ended for the connection.
#[derive(PartialEq)]
enum Written {
    /// Done or refused.
    Clean,
    /// The disk failed: what the connection believes may not be what is on the disk.
    Broken,
}

/// Reads and writes accounts.
pub struct Store {
    reads: Arc<Mutex<Reads>>,
    writes: Option<SyncSender<Write>>,
    thread: Option<JoinHandle<()>>,
}

/// A look-up and its result in the cache are one step under this lock: else a slow reader could put back what a write
/// has changed meanwhile. It is held for one look-up by key.
struct Reads {
    connection: Connection,
    cached: LruCache<AccountId, Arc<Account>>,
}

impl Store {
    pub fn open(folder: &Path) -> anyhow::Result<Store> {
        let path = folder.join(FILE);
        let mut connection = connect(&path)?;
        migrate(&mut connection, &path)?;
        let reads = Reads { connection: connect(&path)?, cached: LruCache::new(CACHED) };
        let (writes, queue) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("accounts".to_owned())
            .spawn(move || serve(&queue, connection, &path))
            .context("no thread for accounts")?;
        Ok(Store { reads: Arc::new(Mutex::new(reads)), writes: Some(writes), thread: Some(thread) })
    }

    /// Reads from the file, under the lock of the cache.
    pub fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, AccountsError> {
        let reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        query(&reads.connection).map_err(failure)
    }

    /// The account with this number, from the cache if it is there.
    pub fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, AccountsError> {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = reads.cached.get(&id) {
            return Ok(Some(Arc::clone(account)));
        }
        let account = rows::by_id(&reads.connection, id).map_err(failure)?.map(Arc::new);
        if let Some(account) = &account {
            reads.cached.put(id, Arc::clone(account));
        }
        Ok(account)
    }

    /// Writes in one transaction: what `work` did is on the disk when this is `Ok`, and undone when it is not.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, AccountsError> + Send + 'static,
    ) -> Result<T, AccountsError> {
        self.write_then(work, |_| ()).await
    }

    /// As [`Store::write`], for what changes an account: the cache has it and `then` has run before the answer, and also
    /// if nobody waits for the answer any more.
    pub async fn write_account(
        &self,
        work: impl FnOnce(&Connection) -> Result<Account, AccountsError> + Send + 'static,
        then: impl FnOnce(&Account) + Send + 'static,
    ) -> Result<Arc<Account>, AccountsError> {
        let reads = Arc::clone(&self.reads);
        let keep = move |account: &Arc<Account>| {
            let mut reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
            reads.cached.put(account.id, Arc::clone(account));
            drop(reads);
            then(account);
        };
        self.write_then(move |connection| work(connection).map(Arc::new), keep).await
    }

    async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, AccountsError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, AccountsError> {
        let (answer, result) = oneshot::channel();
        let write = move |connection: &mut Connection| {
            let done = in_transaction(connection, work);
            if let Ok(done) = &done {
                then(done);
            }
            let written = if matches!(done, Err(AccountsError::ReadOnly(_))) {
                Written::Broken
            } else {
                Written::Clean
            };
            // Nobody waits any more: what was written stays written.
            let _ = answer.send(done);
            written
        };
        let writes = self.writes.as_ref().ok_or_else(stopped)?;
        writes.try_send(Box::new(write)).map_err(|full| match full {
            TrySendError::Full(_) => AccountsError::Refused(ErrorCode::Busy),
            TrySendError::Disconnected(_) => stopped(),
        })?;
        result.await.map_err(|_| stopped())?
    }
}

impl Drop for Store {
    /// What was queued is written.
    fn drop(&mut self) {
        self.writes = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread for accounts panicked");
        }
    }
}

fn serve(queue: &Receiver<Write>, mut connection: Connection, path: &Path) {
    while let Ok(write) = queue.recv() {
        if write(&mut connection) == Written::Broken {
            // A failed sync is not retried: a new connection finds out what the disk really holds.
            match connect(path) {
                Ok(fresh) => connection = fresh,
                Err(error) => tracing::error!(error = format!("{error:#}"), "accounts can't be opened again"),
            }
        }
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<T, AccountsError>,
) -> Result<T, AccountsError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure)?;
    let done = work(&transaction)?;
    transaction.commit().map_err(failure)?;
    Ok(done)
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let open = || -> anyhow::Result<Connection> {
        // SQLite gives its own two files the mode of this one.
        OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "journal_size_limit", 4 * 1024 * 1024)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(connection)
    };
    open().with_context(|| format!("{} can't be opened", path.display()))
}

fn migrate(connection: &mut Connection, path: &Path) -> anyhow::Result<()> {
    let context = || format!("{} can't be brought up to date", path.display());
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).with_context(context)?;
    let version: u32 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).with_context(context)?;
    if version > MIGRATIONS.last().map_or(0, |(number, _)| *number) {
        bail!(
            "{} was written by a newer version of this server (schema {version}); start that version",
            path.display()
        );
    }
    for (number, migration) in MIGRATIONS.iter().filter(|(number, _)| *number > version) {
        transaction.execute_batch(migration).with_context(context)?;
        transaction.pragma_update(None, "user_version", number).with_context(context)?;
    }
    transaction.commit().with_context(context)
}

/// A full or failing disk is told apart, since reads go on then.
pub fn failure(error: rusqlite::Error) -> AccountsError {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, ReadOnly, SystemIoFailure};
    match error.sqlite_error_code() {
        Some(DiskFull | ReadOnly | SystemIoFailure | CannotOpen) => AccountsError::ReadOnly(error.into()),
        _ => AccountsError::Failed(error.into()),
    }
}

fn stopped() -> AccountsError {
    AccountsError::Failed(anyhow!("the thread for accounts has stopped"))
}
