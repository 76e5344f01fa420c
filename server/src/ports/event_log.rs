//! The event log: the only thing that is written. Everything else is a fold of it.

use std::sync::Arc;

use matching_protocol::{
    AccountId, Actor, CommandId, Done, ErrorCode, Event, LogId, MatchId, Recorded, Seq, Status, Time,
};
use tokio::sync::watch;

use super::BoxFuture;

/// The whole history of one match, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Versions 1, 2, 3 ... without a gap.
    pub events: Vec<Arc<Recorded>>,
}

impl History {
    /// The token that an append based on this history gives back to the log.
    pub fn version(&self) -> Expected {
        Expected(self.events.last().map_or(0, |event| event.version))
    }

    /// The events alone.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|recorded| &recorded.event)
    }

    /// The history as it was with this version as its last.
    pub fn up_to(&self, version: u32) -> &[Arc<Recorded>] {
        let end = self.events.partition_point(|event| event.version <= version);
        &self.events[..end]
    }
}

/// What a decision has seen. Opaque to all but the log: here the version, elsewhere perhaps another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected(pub(crate) u32);

impl Expected {
    /// That there is no such stream yet.
    pub const NOTHING: Expected = Expected(0);
}

/// The events of one decision. They go in together or not at all.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose stream.
    pub match_id: MatchId,
    /// What the decision has seen of it.
    pub expected: Expected,
    /// At least one.
    pub events: Vec<Event>,
    /// The time that they carry.
    pub at: Time,
    /// Who caused them.
    pub by: Actor,
    /// The client's command that they answer, if one does.
    pub command: Option<CommandRecord>,
    /// The reply to the command that is pending on this match, if these events settle it.
    pub settles: Option<ReplyRecord>,
}

/// A client's command, kept with the events that it appended, for ever.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandRecord {
    /// Whose.
    pub account: AccountId,
    /// Its id, unique per account.
    pub id: CommandId,
    /// A digest of its body.
    pub body: i64,
    /// Its reply; none yet for an intent to pay, whose reply comes with the outcome.
    pub reply: Option<ReplyRecord>,
}

/// A reply that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyRecord {
    /// It was done, and the match stood there.
    Done(Status),
    /// It was done in vain: the outcome is an error.
    Refused(ErrorCode),
}

impl ReplyRecord {
    /// As the caller gets it.
    ///
    /// # Errors
    /// The code, if the reply is a refusal.
    pub fn to_result(self, match_id: MatchId, seq: Seq) -> Result<Done, ErrorCode> {
        match self {
            ReplyRecord::Done(status) => Ok(Done { match_id, status, seq }),
            ReplyRecord::Refused(code) => Err(code),
        }
    }
}

/// A command that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredCommand {
    /// A digest of its body.
    pub body: i64,
    /// What it was answered; an intent to pay that is not settled has no reply yet.
    pub reply: Option<Result<Done, ErrorCode>>,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// The events are on disk.
    Fresh(Vec<Arc<Recorded>>),
    /// The command id was there before; nothing was appended.
    Repeated(StoredCommand),
}

/// Why nothing was appended, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else was faster: read again, decide again.
    #[error("the match changed meanwhile")]
    Conflict,
    /// The disk is full; nothing was appended.
    #[error("the log can only be read")]
    ReadOnly,
    /// Whether the events are there is not known; the same command id tells.
    #[error("the log failed: {0}")]
    Failed(String),
}

/// The log could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log can't be read: {0}")]
pub struct ReadError(pub String);

/// One log. An adapter returns [`AppendError::Conflict`] if and only if the stream's last event is not the one that
/// `expected` stands for, and [`Appended::Repeated`] if the command id is known and there is no conflict. What was
/// answered with [`Appended::Fresh`] survives any crash.
pub trait EventLog: Send + Sync {
    /// Which log this is.
    fn id(&self) -> LogId;

    /// Appends the events of one decision.
    fn append(&self, append: Append) -> BoxFuture<'_, Result<Appended, AppendError>>;

    /// The whole history of a match; empty if there is none.
    ///
    /// # Errors
    /// If the log can't be read.
    fn read_match(&self, match_id: MatchId) -> Result<Arc<History>, ReadError>;

    /// The same, read from where it is stored and not from memory: after a conflict.
    ///
    /// # Errors
    /// If the log can't be read.
    fn read_match_again(&self, match_id: MatchId) -> Result<Arc<History>, ReadError>;

    /// At most `limit` events behind a place, in order.
    ///
    /// # Errors
    /// If the log can't be read.
    fn read_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Recorded>>, ReadError>;

    /// The command with this id, if it appended anything.
    ///
    /// # Errors
    /// If the log can't be read.
    fn command(&self, account: AccountId, id: CommandId) -> Result<Option<StoredCommand>, ReadError>;

    /// The highest match number that there is; 0 if there is none.
    ///
    /// # Errors
    /// If the log can't be read.
    fn highest_match(&self) -> Result<i64, ReadError>;

    /// The place of the last event, changing as events are appended.
    fn head(&self) -> watch::Receiver<Seq>;

    /// Whether appends are taken.
    fn is_writable(&self) -> bool;
}
