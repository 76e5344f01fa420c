//! What others see of a follower: whether it runs, how far it is, and its rows.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use matching_protocol::{ErrorCode, Seq};
use rusqlite::Connection;
use serde::Serialize;
use tokio::sync::watch;

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Whether a part runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// It takes commands and queries and follows the log.
    Running,
    /// An admin has stopped it.
    Stopped,
    /// It failed and is tried again by itself.
    Failed {
        /// Why, for the admin.
        error: String,
    },
}

pub(super) struct Part {
    pub name: &'static str,
    /// Copied out under the lock; never held over an await.
    condition: Mutex<Condition>,
    running: AtomicBool,
    rebuild: AtomicBool,
    /// Changes whenever the view was emptied to be folded again.
    emptied: watch::Sender<()>,
    cursor: watch::Sender<Seq>,
    /// One short read at a time.
    reader: Mutex<Connection>,
    path: PathBuf,
}

struct Condition {
    state: PartState,
    retry_at: Option<Instant>,
    failures: u32,
}

impl Part {
    pub fn new(name: &'static str, path: PathBuf, reader: Connection, cursor: Seq) -> Part {
        Part {
            name,
            condition: Mutex::new(Condition { state: PartState::Running, retry_at: None, failures: 0 }),
            running: AtomicBool::new(true),
            rebuild: AtomicBool::new(false),
            emptied: watch::Sender::new(()),
            cursor: watch::Sender::new(cursor),
            reader: Mutex::new(reader),
            path,
        }
    }

    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    pub fn state(&self) -> PartState {
        self.condition().state.clone()
    }

    pub fn set(&self, state: PartState) {
        let mut condition = self.condition();
        self.running.store(state == PartState::Running, Ordering::Release);
        *condition = Condition { state, retry_at: None, failures: 0 };
    }

    pub fn rebuild(&self) {
        self.rebuild.store(true, Ordering::Release);
    }

    pub fn take_rebuild(&self) -> bool {
        self.rebuild.swap(false, Ordering::AcqRel)
    }

    pub fn emptied(&self) -> watch::Receiver<()> {
        self.emptied.subscribe()
    }

    /// The view was emptied and its cursor stands before the first event.
    pub fn was_emptied(&self) {
        self.moved(Seq(0));
        self.emptied.send_replace(());
    }

    /// Running, or failed and to be tried again now.
    pub fn is_due(&self) -> bool {
        let condition = self.condition();
        match condition.state {
            PartState::Running => true,
            PartState::Stopped => false,
            PartState::Failed { .. } => condition.retry_at.is_none_or(|at| at <= Instant::now()),
        }
    }

    pub fn retry_in(&self) -> Option<Duration> {
        self.condition().retry_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Back from a failure, if there was one; an admin's stop that came meanwhile stays.
    pub fn succeeded(&self) {
        let mut condition = self.condition();
        if matches!(condition.state, PartState::Failed { .. }) {
            *condition = Condition { state: PartState::Running, retry_at: None, failures: 0 };
            self.running.store(true, Ordering::Release);
        }
    }

    pub fn failed(&self, error: String) {
        let mut condition = self.condition();
        if condition.state == PartState::Stopped {
            return;
        }
        let failures = condition.failures + 1;
        let wait = FIRST_RETRY.saturating_mul(1 << failures.min(8)).min(LAST_RETRY);
        let retry_at = Some(Instant::now() + wait);
        *condition = Condition { state: PartState::Failed { error }, retry_at, failures };
        self.running.store(false, Ordering::Release);
    }

    pub fn cursor(&self) -> Seq {
        *self.cursor.borrow()
    }

    pub fn watch(&self) -> watch::Receiver<Seq> {
        self.cursor.subscribe()
    }

    pub fn moved(&self, cursor: Seq) {
        self.cursor.send_replace(cursor);
    }

    /// Waits for a place; false if it takes longer than `limit`.
    pub async fn reached(&self, up_to: Seq, limit: Duration) -> bool {
        if self.cursor() >= up_to {
            return true;
        }
        let mut cursor = self.watch();
        let reached = tokio::time::timeout(limit, cursor.wait_for(|cursor| *cursor >= up_to)).await;
        matches!(reached, Ok(Ok(_)))
    }

    /// A connection of its own, for a read that takes long and must hold up no other.
    pub fn long_read(&self) -> rusqlite::Result<Connection> {
        super::store::reader(&self.path)
    }

    /// Runs a query and gives it the place that the rows stand for, both of one moment.
    pub fn read<T>(
        &self,
        query: impl FnOnce(&Connection, Seq) -> rusqlite::Result<T>,
    ) -> Result<T, ErrorCode> {
        let mut connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let read = connection.transaction().and_then(|moment| {
            let cursor = super::store::cursor_of(&moment)?;
            query(&moment, cursor)
        });
        read.map_err(|error| {
            tracing::error!(part = self.name, %error, "a view can't be read");
            ErrorCode::Internal
        })
    }
}
