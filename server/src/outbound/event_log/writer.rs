//! The writer thread: takes what is queued as one group, one transaction, one sync.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use matching_protocol::{MatchId, Recorded, Seq};
use rusqlite::{Connection, ErrorCode as SqliteCode, OptionalExtension, params};
use rustc_hash::FxHashMap;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::sqlite::{Shared, connect, head_of, stored_command};
use crate::ports::event_log::{Append, AppendError, Appended, CommandRecord, ReplyRecord};

/// The most appends that share one commit.
const GROUP: usize = 512;

type Answer = Result<Appended, AppendError>;

/// One append and who waits for it.
pub(super) struct Job {
    pub append: Append,
    pub answer: oneshot::Sender<Answer>,
}

pub(super) struct Writer {
    connection: Connection,
    head: Seq,
    shared: Arc<Shared>,
    /// Where the answers are handed out: waking one task there is cheaper than waking each caller from here.
    runtime: Option<Handle>,
}

/// What a group has done so far, before its commit.
struct Group {
    head: Seq,
    /// The last version of each stream that this group appended to.
    versions: FxHashMap<MatchId, u32>,
    appended: Vec<Vec<Arc<Recorded>>>,
    answers: Vec<Answer>,
}

impl Writer {
    pub fn new(connection: Connection, head: Seq, shared: Arc<Shared>, runtime: Option<Handle>) -> Writer {
        Writer { connection, head, shared, runtime }
    }

    /// Works until every sender is gone.
    pub fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(GROUP);
        while queue.blocking_recv_many(&mut jobs, GROUP) > 0 {
            let (answers, waiting) = self.group(std::mem::take(&mut jobs));
            // Known before the answers, so that whoever has one can ask for what stands behind it; followers wake after.
            let mut moved = false;
            self.shared.head.send_if_modified(|head| {
                moved = std::mem::replace(head, self.head) != self.head;
                false
            });
            match &self.runtime {
                Some(runtime) => drop(runtime.spawn(async { hand_out(answers, waiting) })),
                None => hand_out(answers, waiting),
            }
            if moved {
                self.shared.head.send_modify(|_| ());
            }
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the log was not checkpointed at the end");
        }
    }

    fn group(&mut self, jobs: Vec<Job>) -> (Vec<Answer>, Vec<oneshot::Sender<Answer>>) {
        let (appends, waiting): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.append, job.answer)).unzip();
        let count = appends.len();
        match self.commit(appends) {
            Ok(group) => {
                self.shared.writable.store(true, Ordering::Relaxed);
                self.head = group.head;
                self.shared.hot.committed(&group.appended);
                (group.answers, waiting)
            }
            Err(error) => (vec![Err(self.failed(&error)); count], waiting),
        }
    }

    fn commit(&mut self, appends: Vec<Append>) -> rusqlite::Result<Group> {
        let mut group = Group {
            head: self.head,
            versions: FxHashMap::default(),
            appended: Vec::with_capacity(appends.len()),
            answers: Vec::with_capacity(appends.len()),
        };
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        for append in appends {
            let answer = self.append(&mut group, append)?;
            group.answers.push(answer);
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(group)
    }

    /// Everything that can refuse is checked before the first insert, so that a refusal leaves nothing behind.
    fn append(&self, group: &mut Group, append: Append) -> rusqlite::Result<Answer> {
        let version = match group.versions.get(&append.match_id) {
            Some(&version) => version,
            None => self.stored_version(append.match_id)?,
        };
        if append.expected.0 != version {
            return Ok(Err(AppendError::Conflict));
        }
        let last = Seq(group.head.0 + append.events.len() as u64);
        if let Some(command) = &append.command
            && !self.insert_command(command, append.match_id, last)?
        {
            let stored = stored_command(&self.connection, command.account, command.id)?;
            return Ok(stored.map(Appended::Repeated).ok_or(AppendError::Conflict));
        }
        if let Some(reply) = append.settles {
            self.connection
                .prepare_cached(
                    "UPDATE commands SET reply = ?, seq = ? WHERE match_id = ? AND reply IS NULL",
                )?
                .execute(params![reply_text(reply), last.0 as i64, append.match_id.get()])?;
        }
        let recorded = self.insert_events(group.head, version, append)?;
        if let Some(event) = recorded.last() {
            group.head = event.seq;
            group.versions.insert(event.match_id, event.version);
        }
        group.appended.push(recorded.clone());
        Ok(Ok(Appended::Fresh(recorded)))
    }

    fn stored_version(&self, match_id: MatchId) -> rusqlite::Result<u32> {
        let version = self
            .connection
            .prepare_cached("SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1")?
            .query_row([match_id.get()], |row| row.get(0))
            .optional()?;
        Ok(version.unwrap_or(0))
    }

    /// False if the id is known.
    fn insert_command(
        &self,
        command: &CommandRecord,
        match_id: MatchId,
        last: Seq,
    ) -> rusqlite::Result<bool> {
        let inserted = self
            .connection
            .prepare_cached(
                "INSERT INTO commands (account, id, body, match_id, seq, reply) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                command.account.0,
                command.id.0.as_bytes(),
                command.body,
                match_id.get(),
                last.0 as i64,
                command.reply.map(reply_text),
            ])?;
        Ok(inserted == 1)
    }

    fn insert_events(&self, head: Seq, version: u32, append: Append) -> rusqlite::Result<Vec<Arc<Recorded>>> {
        let Append { match_id, events, at, by, .. } = append;
        let by_text = by.to_string();
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO events (seq, stream, version, type, at, by, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        let mut recorded = Vec::with_capacity(events.len());
        let (mut seq, mut version) = (head, version);
        for event in events {
            seq = seq.next();
            version += 1;
            let data = event
                .data_json()
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            insert.execute(params![
                seq.0 as i64,
                match_id.get(),
                version,
                event.type_name(),
                at.as_millis(),
                by_text,
                data
            ])?;
            recorded.push(Arc::new(Recorded { seq, match_id, version, at, by: by.clone(), event }));
        }
        Ok(recorded)
    }

    /// A failed write or sync is not tried again: the connection is closed, and what is stored decides.
    fn failed(&mut self, error: &rusqlite::Error) -> AppendError {
        let full = error.sqlite_error_code() == Some(SqliteCode::DiskFull);
        tracing::error!(%error, full, "the log could not be written");
        self.shared.writable.store(false, Ordering::Relaxed);
        if let Err(error) = self.recover() {
            tracing::error!(%error, "the log could not be opened again; the next append tries once more");
        }
        if full { AppendError::ReadOnly } else { AppendError::Failed(error.to_string()) }
    }

    fn recover(&mut self) -> rusqlite::Result<()> {
        let fresh = connect(&self.shared.path)?;
        let head = head_of(&fresh)?;
        self.connection = fresh;
        self.head = head;
        self.shared.hot.clear();
        Ok(())
    }
}

fn hand_out(answers: Vec<Answer>, waiting: Vec<oneshot::Sender<Answer>>) {
    for (waiter, answer) in waiting.into_iter().zip(answers) {
        // A caller that went away loses only its answer.
        let _ = waiter.send(answer);
    }
}

fn reply_text(reply: ReplyRecord) -> &'static str {
    match reply {
        ReplyRecord::Done(status) => status.as_str(),
        ReplyRecord::Refused(code) => code.as_str(),
    }
}
