//! What a client can ask for: commands (which append events), queries (which read a view) and its session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountName, Address, Area, ErrorCode, Language, LogId, MatchId, Note, PersonName, Phone, Price, Reason,
    Role, Seq, Subject, Time,
};

/// The body of a request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Appends events, or is refused.
    Command(Command),
    /// Reads a view.
    Query(Query),
    /// Who one is, and what is pushed.
    Session(SessionRequest),
}

/// The closed list of commands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Command {
    /// A student asks for a lesson.
    RequestMatch(RequestMatch),
    /// The student pays; the answer comes when the outcome is known.
    PayMatch(PayMatch),
    /// The student cancels; money goes back, the visit is called off.
    CancelMatch(CancelMatch),
    /// A teacher takes a paid request, with a name and a meeting time.
    ConfirmVisit(ConfirmVisit),
    /// The assigned teacher gives the visit back to the board.
    WithdrawVisit(WithdrawVisit),
    /// The assigned teacher declares that the class took place.
    FinishClass(FinishClass),
}

/// A student offers a price and asks for a lesson. All teachers see price, subject, area and note once it is paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestMatch {
    /// What is offered, in whole won.
    pub price: Price,
    /// What the lesson is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Where, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Anything else a teacher should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// The student pays the price that was offered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayMatch {
    /// Which.
    pub match_id: MatchId,
}

/// The student cancels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelMatch {
    /// Which.
    pub match_id: MatchId,
}

/// A teacher takes a paid request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmVisit {
    /// Which.
    pub match_id: MatchId,
    /// The name that the student will see.
    pub teacher_name: PersonName,
    /// When they meet; in the future, without an upper bound.
    pub visit_at: Time,
}

/// The assigned teacher gives the visit back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawVisit {
    /// Which.
    pub match_id: MatchId,
    /// Why; the student sees it.
    pub reason: Reason,
}

/// The assigned teacher declares the class finished.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishClass {
    /// Which.
    pub match_id: MatchId,
}

impl Command {
    /// The match that it is about; none for a request, whose number the server gives.
    pub fn match_id(&self) -> Option<MatchId> {
        match self {
            Command::RequestMatch(_) => None,
            Command::PayMatch(c) => Some(c.match_id),
            Command::CancelMatch(c) => Some(c.match_id),
            Command::ConfirmVisit(c) => Some(c.match_id),
            Command::WithdrawVisit(c) => Some(c.match_id),
            Command::FinishClass(c) => Some(c.match_id),
        }
    }
}

/// The closed list of queries. Lists come in pages: ask again with `after` = the `next` of the last page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Query {
    /// Match's own view of one match; answers [`crate::ResultBody::Match`]. Students: own; admins: any.
    ShowMatch(OneMatch),
    /// Match's own view of the caller's matches, newest first; answers [`crate::ResultBody::Matches`]. Admins: all.
    Matches(PageOf),
    /// My page: the student's matches with teacher and meeting time, newest first; answers [`crate::ResultBody::MyPage`]. Admins: all.
    MyPage(PageOf),
    /// What happened to one match, in order; answers [`crate::ResultBody::Timeline`]. Students: own; admins: any.
    Timeline(OneMatch),
    /// The board: paid requests that wait for a teacher, oldest first; answers [`crate::ResultBody::VisitRequests`]. Teachers and admins.
    VisitRequests(PageOf),
    /// The teacher's visits, newest first; answers [`crate::ResultBody::Visits`]. Admins: all.
    Visits(PageOf),
    /// The class status of the caller's matches, newest first; answers [`crate::ResultBody::Classes`]. Admins: all.
    Classes(PageOf),
}

/// Names one match.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneMatch {
    /// Which.
    pub match_id: MatchId,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageOf {
    /// Goes on behind this row; from the start if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MatchId>,
    /// At most so many rows: [`PageOf::MAX`] if absent or larger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl PageOf {
    /// The most rows that one reply holds.
    pub const MAX: u32 = 200;

    /// How many rows to read.
    pub fn rows(&self) -> u32 {
        self.limit.unwrap_or(PageOf::MAX).clamp(1, PageOf::MAX)
    }
}

/// Who one is, and what is pushed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum SessionRequest {
    /// Makes an account; answers like a login. A teacher's waits for approval: `account_pending`.
    Register(Register),
    /// By name and password; answers [`crate::ResultBody::SignedIn`].
    Login(Login),
    /// By an access token; answers [`crate::ResultBody::Account`].
    Authenticate(Authenticate),
    /// A new access token for a refresh token; answers [`crate::ResultBody::SignedIn`].
    Refresh(Refresh),
    /// Revokes a refresh token and forgets who one is; answers [`crate::ResultBody::Ok`].
    Logout(Refresh),
    /// Who one is; answers [`crate::ResultBody::Account`].
    WhoAmI(Nothing),
    /// Pushes what came after a place in the log, then goes on live; answers [`crate::ResultBody::Subscribed`].
    Subscribe(Subscribe),
}

/// No parameters.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A secret that is never shown by `Debug`, so that it can't get into a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// A password that is to be set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct NewPassword(Secret);

impl NewPassword {
    /// Takes 8 to 256 characters.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPassword`] otherwise.
    pub fn new(text: String) -> Result<NewPassword, ErrorCode> {
        if (8..=256).contains(&text.chars().count()) {
            Ok(NewPassword(Secret(text)))
        } else {
            Err(ErrorCode::InvalidPassword)
        }
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0.0
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)
            .map_err(|_| ErrorCode::InvalidPassword)
            .and_then(NewPassword::new)
            .map_err(serde::de::Error::custom)
    }
}

/// A person registers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The name to log in with.
    pub name: AccountName,
    /// The password to log in with.
    pub password: NewPassword,
    /// Student or teacher.
    pub role: Role,
    /// The name that others see.
    pub display_name: PersonName,
    /// Shown to the other side of an assigned visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A student's: shown to the assigned teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// In which language to speak.
    pub language: Language,
    /// The IANA time zone, such as `Asia/Seoul`.
    pub zone: String,
}

/// A person logs in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The account's name.
    pub name: AccountName,
    /// Its password.
    pub password: Secret,
}

/// Goes on under an access token.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authenticate {
    /// As the login gave it.
    pub access_token: Secret,
}

/// Names a refresh token.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// As the login gave it.
    pub refresh_token: Secret,
}

/// Asks for pushes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// Whose places are meant; the hello names it.
    pub log: LogId,
    /// What comes behind this place is pushed; 0 for all there is.
    pub after: Seq,
}
