//! The followers of the log: one thread brings every view up to date, each in its own file and transaction.
//!
//! A part that fails or is stopped holds up no other; what it missed it gets when it is back, since its cursor stands
//! in the same transaction as its rows.

mod part;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use matching_protocol::{ContextName, ErrorCode, LogId, Recorded, Seq};
use rusqlite::Connection;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::Notify;

pub use part::PartState;
pub use store::{dump, fold_fresh};

use crate::contexts::class::view::ClassView;
use crate::contexts::matching::view::MatchingView;
use crate::contexts::mypage::view::MypageView;
use crate::contexts::payment::view::PaymentView;
use crate::contexts::view::View;
use crate::contexts::visit::view::VisitView;
use crate::ports::EventLog;
use part::Part;
use store::Store;

/// Events that one part takes in one transaction.
const BATCH: usize = 2_000;
/// The least time between two rounds under load: what comes meanwhile is applied together, so that a match that
/// changes several times is written once.
const PACE: Duration = Duration::from_millis(10);
/// How long a query waits for its view to take in what was in the log when it was asked.
const CATCH_UP: Duration = Duration::from_secs(2);
/// How long a resume waits for the push index: longer, since it ends the connection.
const RESUME_CATCH_UP: Duration = Duration::from_secs(30);

/// The views of the five contexts and the push index.
pub struct Views {
    contexts: [Arc<Part>; 5],
    audience: Arc<Part>,
    wake: Arc<Notify>,
    stopping: Arc<AtomicBool>,
    /// Taken once, at the end.
    thread: Mutex<Option<JoinHandle<()>>>,
    log: Arc<dyn EventLog>,
}

/// How a part is.
#[derive(Clone, Debug, Serialize)]
pub struct PartStatus {
    /// Which.
    pub name: &'static str,
    /// Running, stopped or failed.
    pub state: PartState,
    /// The last event that it has taken in.
    pub cursor: Seq,
    /// How many events it has still to take in.
    pub lag: u64,
}

/// A fresh view of a context.
pub fn view_of(context: ContextName) -> Box<dyn View> {
    match context {
        ContextName::Matching => Box::new(MatchingView),
        ContextName::Payment => Box::new(PaymentView),
        ContextName::Visit => Box::new(VisitView),
        ContextName::Class => Box::new(ClassView),
        ContextName::Mypage => Box::new(MypageView),
    }
}

impl Views {
    /// Opens the view files in a folder and starts to follow the log. With `refold` they are folded again from the start.
    ///
    /// # Errors
    /// If a file can neither be opened nor made again.
    pub fn open(
        folder: &Path,
        log: Arc<dyn EventLog>,
        audience: Box<dyn View>,
        refold: bool,
        runtime: Handle,
    ) -> rusqlite::Result<Views> {
        let mut followers = Vec::with_capacity(6);
        let mut open = |name: &'static str, view: Box<dyn View>| -> rusqlite::Result<Arc<Part>> {
            let path = folder.join(format!("{name}.sqlite"));
            let store = Store::open(&path, view.as_ref(), log.id(), refold, *log.head().borrow())?;
            let part = Arc::new(Part::new(name, path.clone(), store::reader(&path)?, store.cursor()?));
            followers.push(Follower { part: Arc::clone(&part), view, store });
            Ok(part)
        };
        let mut contexts = Vec::with_capacity(5);
        for context in ContextName::ALL {
            contexts.push(open(context.as_str(), view_of(context))?);
        }
        let audience = open("audience", audience)?;
        let contexts = contexts
            .try_into()
            .map_err(|_| rusqlite::Error::InvalidParameterName("five contexts".to_owned()))?;
        let (wake, stopping) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (log, wake, stopping) = (Arc::clone(&log), Arc::clone(&wake), Arc::clone(&stopping));
            std::thread::Builder::new()
                .name("views".to_owned())
                .spawn(move || follow(&mut followers, log.as_ref(), &wake, &stopping, &runtime))
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?
        };
        Ok(Views { contexts, audience, wake, stopping, thread: Mutex::new(Some(thread)), log })
    }

    fn part(&self, context: ContextName) -> &Arc<Part> {
        &self.contexts[context as usize]
    }

    /// Whether a context takes commands and queries.
    pub fn is_running(&self, context: ContextName) -> bool {
        self.part(context).is_running()
    }

    /// Stops a context: its commands and queries answer `context_unavailable`, its view and policies rest.
    pub fn stop(&self, context: ContextName) {
        self.part(context).set(PartState::Stopped);
    }

    /// Starts a stopped context: it takes in what it missed.
    pub fn start(&self, context: ContextName) {
        self.part(context).set(PartState::Running);
        self.wake.notify_one();
    }

    /// Folds a context's view again from the start of the log.
    pub fn rebuild(&self, context: ContextName) {
        self.part(context).rebuild();
        self.wake.notify_one();
    }

    /// Tells when a context's view was emptied to be folded again.
    pub fn emptied(&self, context: ContextName) -> tokio::sync::watch::Receiver<()> {
        self.part(context).emptied()
    }

    /// How each context is.
    pub fn status(&self) -> Vec<PartStatus> {
        let head = *self.log.head().borrow();
        let status = |part: &Arc<Part>| PartStatus {
            name: part.name,
            state: part.state(),
            cursor: part.cursor(),
            lag: head.0.saturating_sub(part.cursor().0),
        };
        self.contexts.iter().map(status).collect()
    }

    /// The cursor of a context's view, changing as events are taken in.
    pub fn cursor(&self, context: ContextName) -> tokio::sync::watch::Receiver<Seq> {
        self.part(context).watch()
    }

    /// Reads a context's view as of now: what was in the log when this was called is in it.
    ///
    /// # Errors
    /// [`ErrorCode::ContextUnavailable`] if the context is stopped or has failed, [`ErrorCode::Busy`] if it does not come
    /// so far in time, [`ErrorCode::Internal`] if it can't be read.
    pub async fn read<T>(
        &self,
        context: ContextName,
        query: impl FnOnce(&Connection, Seq) -> rusqlite::Result<T>,
    ) -> Result<T, ErrorCode> {
        let part = self.part(context);
        if !part.is_running() {
            return Err(ErrorCode::ContextUnavailable);
        }
        let head = *self.log.head().borrow();
        if !part.reached(head, CATCH_UP).await && part.is_running() {
            return Err(ErrorCode::Busy);
        }
        self.read_now(context, query)
    }

    /// Reads a context's view as it is, which may be behind the log.
    ///
    /// # Errors
    /// As [`Views::read`].
    pub fn read_now<T>(
        &self,
        context: ContextName,
        query: impl FnOnce(&Connection, Seq) -> rusqlite::Result<T>,
    ) -> Result<T, ErrorCode> {
        let part = self.part(context);
        if !part.is_running() {
            return Err(ErrorCode::ContextUnavailable);
        }
        part.read(query)
    }

    /// Reads a context's view as it is, for long, on a connection of its own.
    ///
    /// # Errors
    /// Whatever SQLite reports.
    pub fn read_long<T>(
        &self,
        context: ContextName,
        query: impl FnOnce(&Connection, Seq) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut connection = self.part(context).long_read()?;
        let moment = connection.transaction()?;
        let cursor = store::cursor_of(&moment)?;
        query(&moment, cursor)
    }

    /// Reads the push index, once it has taken in everything up to a place.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] if it does not come so far in time, [`ErrorCode::Internal`] if it can't be read.
    pub async fn read_audience<T>(
        &self,
        up_to: Seq,
        query: impl FnOnce(&Connection, Seq) -> rusqlite::Result<T>,
    ) -> Result<T, ErrorCode> {
        if !self.audience.reached(up_to, RESUME_CATCH_UP).await {
            return Err(ErrorCode::Busy);
        }
        self.audience.read(query)
    }

    /// Waits until every running view has taken in everything up to a place; false if that takes longer than `limit`.
    pub async fn reached(&self, up_to: Seq, limit: Duration) -> bool {
        for part in self.contexts.iter().filter(|part| part.is_running()).chain([&self.audience]) {
            if !part.reached(up_to, limit).await {
                return false;
            }
        }
        true
    }
}

impl Views {
    /// Ends the thread once it has finished its batch and written everything to disk. Blocks.
    pub fn close(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the views' thread had panicked");
        }
    }
}

impl Drop for Views {
    fn drop(&mut self) {
        self.close();
    }
}

struct Follower {
    part: Arc<Part>,
    view: Box<dyn View>,
    store: Store,
}

fn follow(
    followers: &mut [Follower],
    log: &dyn EventLog,
    wake: &Notify,
    stopping: &AtomicBool,
    runtime: &Handle,
) {
    let mut head = log.head();
    while !stopping.load(Ordering::Acquire) {
        let end = *head.borrow_and_update();
        let mut read = Tail { log, id: log.id(), last: None };
        let mut worked = false;
        for follower in followers.iter_mut() {
            worked |= follower.round(&mut read, end);
        }
        if worked {
            std::thread::sleep(PACE);
            continue;
        }
        let retry = followers.iter().filter_map(|follower| follower.part.retry_in()).min();
        runtime.block_on(async {
            tokio::select! {
                _ = head.changed() => {}
                () = wake.notified() => {}
                () = tokio::time::sleep(retry.unwrap_or(Duration::from_secs(60))) => {}
            }
        });
    }
    for follower in followers {
        if let Err(error) = follower.store.settle() {
            tracing::warn!(part = follower.part.name, %error, "a view was not written out; it is folded again after an unclean stop of the machine");
        }
    }
}

/// Most parts stand at the same place, so that what one has read serves the next.
struct Tail<'a> {
    log: &'a dyn EventLog,
    id: LogId,
    last: Option<(Seq, Arc<[Arc<Recorded>]>)>,
}

impl Tail<'_> {
    fn after(&mut self, after: Seq) -> Result<Arc<[Arc<Recorded>]>, crate::ports::event_log::ReadError> {
        if let Some((place, events)) = &self.last
            && *place == after
        {
            return Ok(Arc::clone(events));
        }
        let events: Arc<[_]> = self.log.read_after(after, BATCH)?.into();
        self.last = Some((after, Arc::clone(&events)));
        Ok(events)
    }
}

impl Follower {
    /// Takes in one batch; false if there was nothing to do.
    fn round(&mut self, tail: &mut Tail<'_>, end: Seq) -> bool {
        if !self.part.is_due() {
            return false;
        }
        if self.part.take_rebuild() {
            let rebuilt = self.store.reset(self.view.as_ref(), tail.id);
            if !self.note(rebuilt.map_err(|error| error.to_string())) {
                self.part.rebuild();
                return false;
            }
            self.part.was_emptied();
        }
        let cursor = self.part.cursor();
        if cursor >= end {
            return false;
        }
        let started = Instant::now();
        let applied = catch_unwind(AssertUnwindSafe(|| {
            let events = tail.after(cursor).map_err(|error| error.to_string())?;
            let Some(last) = events.last() else { return Ok(cursor) };
            self.store.apply(self.view.as_mut(), &events, last.seq).map_err(|error| error.to_string())?;
            Ok(last.seq)
        }));
        let applied = applied.unwrap_or_else(|panic| Err(panic_text(panic.as_ref())));
        let ok = applied.as_ref().is_ok();
        if let Ok(seq) = &applied {
            self.part.moved(*seq);
            tracing::trace!(part = self.part.name, %seq, took = ?started.elapsed(), "applied");
        }
        self.note(applied.map(|_| ())) && ok
    }

    fn note(&self, result: Result<(), String>) -> bool {
        match result {
            Ok(()) => {
                self.part.succeeded();
                true
            }
            Err(error) => {
                tracing::error!(part = self.part.name, %error, "a view failed; it is set aside and tried again");
                self.part.failed(error);
                false
            }
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
