//! The log in memory, for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use matching_protocol::{AccountId, CommandId, Done, ErrorCode, LogId, MatchId, Recorded, Seq};
use rustc_hash::FxHashMap;
use tokio::sync::watch;
use uuid::Uuid;

use crate::ports::BoxFuture;
use crate::ports::event_log::{
    Append, AppendError, Appended, EventLog, Expected, History, ReadError, ReplyRecord, StoredCommand,
};

/// The log in memory.
pub struct MemoryLog {
    id: LogId,
    /// One lock for everything: an append is as atomic as a transaction.
    inner: Mutex<Inner>,
    head: watch::Sender<Seq>,
}

#[derive(Default)]
struct Inner {
    events: Vec<Arc<Recorded>>,
    matches: FxHashMap<MatchId, Arc<History>>,
    commands: FxHashMap<(AccountId, CommandId), Kept>,
}

struct Kept {
    body: i64,
    match_id: MatchId,
    seq: Seq,
    reply: Option<ReplyRecord>,
}

impl Kept {
    fn stored(&self) -> StoredCommand {
        let reply: Option<Result<Done, ErrorCode>> =
            self.reply.map(|reply| reply.to_result(self.match_id, self.seq));
        StoredCommand { body: self.body, reply }
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        MemoryLog {
            id: LogId(Uuid::new_v4()),
            inner: Mutex::default(),
            head: watch::Sender::new(Seq::default()),
        }
    }
}

impl MemoryLog {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        let history = self.matches.get(&append.match_id).cloned().unwrap_or_default();
        if append.expected != history.version() {
            return Err(AppendError::Conflict);
        }
        let last = Seq((self.events.len() + append.events.len()) as u64);
        if let Some(command) = append.command {
            let key = (command.account, command.id);
            if let Some(kept) = self.commands.get(&key) {
                return Ok(Appended::Repeated(kept.stored()));
            }
            let kept =
                Kept { body: command.body, match_id: append.match_id, seq: last, reply: command.reply };
            self.commands.insert(key, kept);
        }
        if let Some(reply) = append.settles {
            for kept in
                self.commands.values_mut().filter(|k| k.match_id == append.match_id && k.reply.is_none())
            {
                kept.reply = Some(reply);
                kept.seq = last;
            }
        }
        let Expected(version) = append.expected;
        let first = self.events.len() as u64 + 1;
        let recorded: Vec<_> = (0..)
            .zip(append.events)
            .map(|(i, event)| {
                Arc::new(Recorded {
                    seq: Seq(first + i),
                    match_id: append.match_id,
                    version: version + 1 + i as u32,
                    at: append.at,
                    by: append.by.clone(),
                    event,
                })
            })
            .collect();
        let events = history.events.iter().chain(&recorded).cloned().collect();
        self.matches.insert(append.match_id, Arc::new(History { events }));
        self.events.extend(recorded.iter().cloned());
        Ok(Appended::Fresh(recorded))
    }
}

impl EventLog for MemoryLog {
    fn id(&self) -> LogId {
        self.id
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Box::pin(async move {
            let mut inner = self.inner();
            let appended = inner.append(append);
            self.head.send_replace(Seq(inner.events.len() as u64));
            appended
        })
    }

    fn read_match(&self, match_id: MatchId) -> Result<Arc<History>, ReadError> {
        Ok(self.inner().matches.get(&match_id).cloned().unwrap_or_default())
    }

    fn read_match_again(&self, match_id: MatchId) -> Result<Arc<History>, ReadError> {
        self.read_match(match_id)
    }

    fn read_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Recorded>>, ReadError> {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        Ok(self.inner().events.iter().skip(skip).take(limit).cloned().collect())
    }

    fn command(&self, account: AccountId, id: CommandId) -> Result<Option<StoredCommand>, ReadError> {
        Ok(self.inner().commands.get(&(account, id)).map(Kept::stored))
    }

    fn highest_match(&self) -> Result<i64, ReadError> {
        Ok(self.inner().matches.keys().map(|id| id.get()).max().unwrap_or(0))
    }

    fn head(&self) -> watch::Receiver<Seq> {
        self.head.subscribe()
    }

    fn is_writable(&self) -> bool {
        true
    }
}
