//! The frames: JSON text, one frame a WebSocket message, each an object with one key that says what it is.
//!
//! A connection starts with a hello from both sides. Then the client sends requests, each with an id of its own; each
//! gets one reply with that id, in any order. Pushes come by themselves once one has subscribed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountView, Body, ClassRow, CommandId, ErrorReply, Language, LogId, MatchId, MatchView, MyPageRow,
    PriceRange, Push, Secret, Seq, Status, Time, Timeline, VisitRequest, VisitRow,
};

/// The version of the protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// The longest message that the server takes, in bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// What a client sends. `B` is the body of a request; a server may read it in a second step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame<B = Body> {
    /// The first frame.
    Hello(ClientHello),
    /// Asks for something.
    Request(Request<B>),
}

/// What a server sends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to the client's hello.
    Hello(ServerHello),
    /// Answers one request.
    Reply(Reply),
    /// What happened, in the order of `seq`; each after all that was pushed before.
    Push(Vec<Push>),
    /// Nothing is missing up to this place.
    Idle(Idle),
    /// The server ends the connection, and why.
    Bye(ErrorReply),
}

/// Which client, and which version it speaks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClientHello {
    /// [`VERSION`].
    pub version: u32,
    /// The program and its version, for the server's log.
    #[serde(default)]
    pub client: String,
    /// The language of error messages.
    #[serde(default)]
    pub language: Language,
}

/// Which server, and what holds there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ServerHello {
    /// [`VERSION`].
    pub version: u32,
    /// The program and its version.
    pub server: String,
    /// Whose places a subscription means.
    pub log: LogId,
    /// The server's clock.
    pub now: Time,
    /// The prices that may be asked for.
    pub prices: PriceRange,
    /// Whether people may register themselves.
    pub registration: bool,
    /// Whether a class may be finished before its meeting time (a setting for trials).
    pub finish_early: bool,
    /// Whether a meeting time may lie in the past (a setting for trials).
    pub past_visits: bool,
}

/// Asks for something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Request<B = Body> {
    /// A UUID of the client's. For a command it is its command id: the same id again gets the same reply.
    pub id: CommandId,
    /// What is asked.
    pub body: B,
}

/// Answers one request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// The request's; null if it could not be read.
    pub id: Option<CommandId>,
    /// Done, or not.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Done, or not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Result(ResultBody),
    /// Refused, or failed.
    Error(ErrorReply),
}

/// What a request brought.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultBody {
    /// A command appended its events.
    Done(Done),
    /// One match.
    Match(MatchView),
    /// Own matches.
    Matches(Page<MatchView>),
    /// My page.
    MyPage(Page<MyPageRow>),
    /// What happened to one match.
    Timeline(Timeline),
    /// The board.
    VisitRequests(Page<VisitRequest>),
    /// Own visits.
    Visits(Page<VisitRow>),
    /// Class status.
    Classes(Page<ClassRow>),
    /// Logged in.
    SignedIn(SignedIn),
    /// Who one is.
    Account(AccountView),
    /// Pushes come from here on.
    Subscribed(Subscribed),
    /// Done, and there is nothing to tell.
    Ok(crate::Nothing),
}

/// A command appended its events. Kept with them: the same command id gets the same answer for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// Which match.
    pub match_id: MatchId,
    /// Where it stood then.
    pub status: Status,
    /// The last event that the command appended.
    pub seq: Seq,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The place in the log that the page stands for: go on from the first page's.
    pub seq: Seq,
    /// Ask for what comes behind this row; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<MatchId>,
}

/// Logged in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    /// As whom.
    pub account: AccountView,
    /// Short-lived and signed.
    pub access_token: Secret,
    /// Until when it is good.
    pub access_expires_at: Time,
    /// Brings new access tokens until it is revoked.
    pub refresh_token: Secret,
    /// Until when it is good.
    pub refresh_expires_at: Time,
}

/// Pushes come from here on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Subscribed {
    /// The end of the log at that moment: what is pushed up to here is the past.
    pub head: Seq,
}

/// Nothing is missing up to this place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Idle {
    /// The place.
    pub seq: Seq,
}
