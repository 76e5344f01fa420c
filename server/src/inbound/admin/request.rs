//! What crosses the admin socket: one line of JSON with the call, answered by lines up to the last.

use matching_protocol::{
    AccountName, Address, ContextName, Language, MatchId, PersonName, Phone, Reason, Role, Secret, Seq,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The longest line that a client may send.
pub const MAX_CALL: usize = 64 * 1024;

/// What a client sends: one line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminCall {
    /// In which language to refuse.
    #[serde(default)]
    pub language: Language,
    /// What is asked for.
    pub request: AdminRequest,
}

/// The closed list of what an admin may ask for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminRequest {
    /// Makes an account that may come in at once.
    AccountsAdd(AddAccount),
    /// Every account.
    AccountsList,
    /// Lets an account in.
    AccountsApprove(AccountName),
    /// Keeps an account out, and lists a teacher's open visits.
    AccountsDisable(AccountName),
    /// Sets a password.
    AccountsPassword(SetPassword),
    /// Every match, newest first.
    MatchesList,
    /// One match and what happened to it.
    MatchesShow(MatchId),
    /// Cancels at any time before the finish.
    MatchesCancel(WithReason),
    /// Withdraws a visit for a teacher who cannot.
    MatchesWithdraw(WithReason),
    /// Every payment, newest first.
    PaymentsList,
    /// What the book says of each of its accounts.
    Balances,
    /// How each context is.
    ContextsList,
    /// Stops a context of a running server.
    ContextsStop(ContextName),
    /// Starts it again.
    ContextsStart(ContextName),
    /// What comes behind a place, or from now on, without end.
    EventsTail(Option<Seq>),
    /// The whole log.
    EventsExport,
    /// Folds views again from the start of the log: one, or all.
    ViewsRebuild(Option<ContextName>),
    /// Compares views with a fresh fold: one, or all.
    ViewsCheck(Option<ContextName>),
    /// The invariants over the whole log, and every view.
    Verify,
    /// How the server is.
    Status,
}

impl AdminRequest {
    /// Whether its answer ends only when somebody ends it.
    pub fn is_endless(&self) -> bool {
        matches!(self, AdminRequest::EventsTail(_))
    }

    /// Whether it makes a data folder where there is none.
    pub fn makes_folder(&self) -> bool {
        matches!(self, AdminRequest::AccountsAdd(_))
    }
}

/// An account that is to be made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddAccount {
    /// The name to log in with.
    pub name: AccountName,
    /// What it may do.
    pub role: Role,
    /// Any that is not empty.
    pub password: Secret,
    /// The name that others see; the account's name if absent.
    pub display_name: Option<PersonName>,
    /// Shown to the other side of an assigned visit.
    pub phone: Option<Phone>,
    /// A student's: shown to the assigned teacher.
    pub address: Option<Address>,
    /// In which language to speak.
    pub language: Language,
    /// The IANA time zone.
    pub zone: String,
}

/// A password that is to be set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// Whose.
    pub name: AccountName,
    /// Any that is not empty.
    pub password: Secret,
}

/// A match, and why something is done to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    /// Which.
    pub match_id: MatchId,
    /// Why; the student and the teacher see it.
    pub reason: Reason,
}

/// What a server sends: `Ready` first, then any number of rows and notes, then `Done` or `Refused`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Send the call. Names the server's program and version.
    Ready(String),
    /// One row of a list, or the one document that was asked for.
    Row(Box<RawValue>),
    /// Something that the person should know beside it.
    Note(String),
    /// That was all.
    Done,
    /// It was not done, or what was found is not well.
    Refused {
        /// For programs.
        code: String,
        /// For people.
        message: String,
    },
}
