//! Who and what: numbers and keys that name things.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::ErrorCode;

/// Names a match; the correlation key of everything. A positive integer that people can say on the phone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct MatchId(i64);

impl MatchId {
    /// Takes a positive number.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidMatchId`] for zero and below.
    pub fn new(id: i64) -> Result<MatchId, ErrorCode> {
        if id > 0 { Ok(MatchId(id)) } else { Err(ErrorCode::InvalidMatchId) }
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for MatchId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)
            .map_err(|_| ErrorCode::InvalidMatchId)
            .and_then(MatchId::new)
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for MatchId {
    fn schema_name() -> Cow<'static, str> {
        "MatchId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "description": "Names a match; the correlation key of everything." })
    }
}

impl fmt::Display for MatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MatchId {
    type Err = ErrorCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map_err(|_| ErrorCode::InvalidMatchId).and_then(MatchId::new)
    }
}

/// Names an account. Names and contacts stay with the accounts, so that a person can be forgotten.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the log: 1, 2, 3 ... without a gap. Zero stands before the first event.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place after this one.
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seq {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Seq)
    }
}

/// Names one request of a client, a UUID that the client makes. For a command it is unique per account, for ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CommandId(#[schemars(with = "String", extend("format" = "uuid"))] pub Uuid);

impl CommandId {
    /// A new id, ordered by time.
    pub fn generate() -> CommandId {
        CommandId(Uuid::now_v7())
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one log. Random, made at first start, new after a restore: a cursor of another log is void.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LogId(#[schemars(with = "String", extend("format" = "uuid"))] pub Uuid);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LogId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(LogId)
    }
}

/// Who caused an event: `account:17`, `admin:root` (a person at the server's machine) or `system:visit` (a context).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    /// Somebody who is logged in.
    Account(AccountId),
    /// An admin at the server's machine, by the name of the operating system's user.
    Admin(String),
    /// A context acting by policy or by the clock.
    System(ContextName),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Account(id) => write!(f, "account:{id}"),
            Actor::Admin(user) => write!(f, "admin:{user}"),
            Actor::System(context) => write!(f, "system:{context}"),
        }
    }
}

/// The text is not an [`Actor`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an actor: {0}")]
pub struct NotAnActor(String);

impl FromStr for Actor {
    type Err = NotAnActor;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || NotAnActor(text.to_owned());
        match text.split_once(':') {
            Some(("account", id)) => {
                id.parse().map(|id| Actor::Account(AccountId(id))).map_err(|_| unknown())
            }
            Some(("admin", user)) => Ok(Actor::Admin(user.to_owned())),
            Some(("system", context)) => context.parse().map(Actor::System).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Actor {
    fn schema_name() -> Cow<'static, str> {
        "Actor".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(account:[0-9]+|admin:.*|system:[a-z]+)$",
            "description": "Who caused an event: account:17, admin:root or system:visit."
        })
    }
}

/// The closed list of the five contexts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContextName {
    /// The request and its status (the word match is taken in Rust).
    Matching,
    /// Money taken and given back.
    Payment,
    /// The board; who visits when.
    Visit,
    /// Whether the lesson took place.
    Class,
    /// What a student sees, a view of events only.
    Mypage,
}

impl ContextName {
    /// All five, in the order of DOMAIN.md.
    pub const ALL: [ContextName; 5] = [
        ContextName::Matching,
        ContextName::Payment,
        ContextName::Visit,
        ContextName::Class,
        ContextName::Mypage,
    ];

    /// The name as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            ContextName::Matching => "matching",
            ContextName::Payment => "payment",
            ContextName::Visit => "visit",
            ContextName::Class => "class",
            ContextName::Mypage => "mypage",
        }
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names none of the five contexts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such context: use one of matching (or match), payment, visit, class, mypage")]
pub struct NoSuchContext;

impl FromStr for ContextName {
    type Err = NoSuchContext;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "matching" | "match" => Ok(ContextName::Matching),
            "payment" => Ok(ContextName::Payment),
            "visit" => Ok(ContextName::Visit),
            "class" => Ok(ContextName::Class),
            "mypage" => Ok(ContextName::Mypage),
            _ => Err(NoSuchContext),
        }
    }
}
