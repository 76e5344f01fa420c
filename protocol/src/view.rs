//! What is read: the rows of the views, and how an event changes a status.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AccountName, Address, Area, Event, MatchId, Note, PersonName, Phone, Price, Reason, Recorded,
    Seq, Subject, Time,
};

/// The two languages of the service.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// The language as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ko => "ko",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Language::En),
            "ko" => Ok(Language::Ko),
            _ => Err("use en or ko".to_owned()),
        }
    }
}

/// What an account may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for lessons.
    Student,
    /// Gives them.
    Teacher,
    /// Sees all and changes nothing; what an admin does is done at the server's machine.
    Admin,
}

impl Role {
    /// The role as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Student => "student",
            Role::Teacher => "teacher",
            Role::Admin => "admin",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Role::Student, Role::Teacher, Role::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| "use student, teacher or admin".to_owned())
    }
}

/// Where a match stands: the name of an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Status {
    /// Asked for, not paid.
    MatchRequested,
    /// The outcome of a payment is awaited.
    PaymentRequested,
    /// Paid; teachers see it.
    PaymentApproved,
    /// Not paid; it may be paid again.
    PaymentDeclined,
    /// A teacher comes.
    VisitAssigned,
    /// The teacher gave it back; others see it again.
    VisitWithdrawn,
    /// The lesson took place.
    ClassFinished,
    /// Canceled.
    MatchCanceled,
    /// Nobody paid, or nobody came, in time.
    MatchExpired,
    /// Canceled or expired, and the visit called off.
    VisitCanceled,
    /// Canceled or expired, and the money given back.
    PaymentCanceled,
}

impl Status {
    /// Every status there is.
    pub const ALL: [Status; 11] = [
        Status::MatchRequested,
        Status::PaymentRequested,
        Status::PaymentApproved,
        Status::PaymentDeclined,
        Status::VisitAssigned,
        Status::VisitWithdrawn,
        Status::ClassFinished,
        Status::MatchCanceled,
        Status::MatchExpired,
        Status::VisitCanceled,
        Status::PaymentCanceled,
    ];

    /// The name as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::MatchRequested => "MatchRequested",
            Status::PaymentRequested => "PaymentRequested",
            Status::PaymentApproved => "PaymentApproved",
            Status::PaymentDeclined => "PaymentDeclined",
            Status::VisitAssigned => "VisitAssigned",
            Status::VisitWithdrawn => "VisitWithdrawn",
            Status::ClassFinished => "ClassFinished",
            Status::MatchCanceled => "MatchCanceled",
            Status::MatchExpired => "MatchExpired",
            Status::VisitCanceled => "VisitCanceled",
            Status::PaymentCanceled => "PaymentCanceled",
        }
    }

    /// Canceled, expired, or what follows from it.
    pub fn is_called_off(self) -> bool {
        matches!(
            self,
            Status::MatchCanceled | Status::MatchExpired | Status::VisitCanceled | Status::PaymentCanceled
        )
    }

    /// Nothing more can be asked of this match: finished or called off.
    pub fn is_closed(self) -> bool {
        self == Status::ClassFinished || self.is_called_off()
    }

    /// The status after an event. Once called off, only `VisitCanceled` and `PaymentCanceled` change it (DOMAIN.md, status).
    #[must_use]
    pub fn after(self, event: &Event) -> Status {
        let next = event.status();
        let changes =
            !self.is_called_off() || matches!(next, Status::VisitCanceled | Status::PaymentCanceled);
        if changes { next } else { self }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Status {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Status::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| format!("no status {text:?}"))
    }
}

/// Where the money of a match is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// Nothing was asked for.
    #[default]
    None,
    /// A charge is under way, its outcome unknown.
    UnderWay,
    /// The provider said no.
    Declined,
    /// Taken, and held for the teacher.
    Held,
    /// Owed back to the student.
    GoingBack,
    /// Back with the student.
    GivenBack,
    /// The teacher's.
    PaidOut,
}

impl Money {
    /// Every state there is.
    pub const ALL: [Money; 7] = [
        Money::None,
        Money::UnderWay,
        Money::Declined,
        Money::Held,
        Money::GoingBack,
        Money::GivenBack,
        Money::PaidOut,
    ];

    /// The name as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Money::None => "none",
            Money::UnderWay => "under_way",
            Money::Declined => "declined",
            Money::Held => "held",
            Money::GoingBack => "going_back",
            Money::GivenBack => "given_back",
            Money::PaidOut => "paid_out",
        }
    }

    /// The state after an event on a match that had this status before it.
    #[must_use]
    pub fn after(self, before: Status, event: &Event) -> Money {
        match event {
            Event::PaymentRequested { .. } => Money::UnderWay,
            Event::PaymentApproved { .. } if before.is_called_off() => Money::GoingBack,
            Event::PaymentApproved { .. } => Money::Held,
            Event::PaymentDeclined { .. } => Money::Declined,
            Event::PaymentCanceled { .. } => Money::GivenBack,
            Event::ClassFinished { .. } => Money::PaidOut,
            Event::MatchCanceled { .. } | Event::MatchExpired {} if self == Money::Held => Money::GoingBack,
            Event::MatchCanceled { .. }
            | Event::MatchExpired {}
            | Event::MatchRequested { .. }
            | Event::VisitAssigned { .. }
            | Event::VisitWithdrawn { .. }
            | Event::VisitCanceled {} => self,
        }
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Money {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Money::ALL
            .into_iter()
            .find(|m| m.as_str() == text)
            .ok_or_else(|| format!("no state of money {text:?}"))
    }
}

/// A match as match's own view and my page show it. A client folds pushed events into it with [`MatchView::apply`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MatchView {
    /// Which.
    pub match_id: MatchId,
    /// Whose.
    pub student: AccountId,
    /// What was offered.
    pub price: Price,
    /// What the lesson is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Where, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Where it stands.
    pub status: Status,
    /// Where the money is.
    pub money: Money,
    /// Who comes, while somebody does or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitView>,
    /// When it was asked for.
    pub requested_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// The last event folded in: an event up to here changes nothing.
    pub seq: Seq,
}

/// A teacher and a meeting time, as they were confirmed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VisitView {
    /// Who.
    pub teacher: AccountId,
    /// The name typed for this visit.
    pub teacher_name: PersonName,
    /// When they meet.
    pub visit_at: Time,
}

impl MatchView {
    /// The match as its first event makes it; `None` for any other event.
    pub fn first(recorded: &Recorded) -> Option<MatchView> {
        let Event::MatchRequested { student, price, subject, area, note } = &recorded.event else {
            return None;
        };
        Some(MatchView {
            match_id: recorded.match_id,
            student: *student,
            price: *price,
            subject: subject.clone(),
            area: area.clone(),
            note: note.clone(),
            status: Status::MatchRequested,
            money: Money::None,
            visit: None,
            requested_at: recorded.at,
            updated_at: recorded.at,
            seq: recorded.seq,
        })
    }

    /// Folds one event of this match in. One that is folded already changes nothing.
    pub fn apply(&mut self, recorded: &Recorded) {
        if recorded.seq <= self.seq {
            return;
        }
        self.money = self.money.after(self.status, &recorded.event);
        self.status = self.status.after(&recorded.event);
        self.updated_at = recorded.at;
        self.seq = recorded.seq;
        match &recorded.event {
            Event::VisitAssigned { teacher, teacher_name, visit_at } => {
                self.visit = Some(VisitView {
                    teacher: *teacher,
                    teacher_name: teacher_name.clone(),
                    visit_at: *visit_at,
                });
            }
            Event::VisitWithdrawn { .. } | Event::VisitCanceled {} => self.visit = None,
            Event::MatchRequested { .. }
            | Event::MatchCanceled { .. }
            | Event::MatchExpired {}
            | Event::PaymentRequested { .. }
            | Event::PaymentApproved { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaymentCanceled { .. }
            | Event::ClassFinished { .. } => {}
        }
    }
}

/// A row of my page: the match, and how to reach the teacher while one is assigned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MyPageRow {
    /// The match.
    #[serde(flatten)]
    pub summary: MatchView,
    /// The assigned teacher's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_contact: Option<Contact>,
}

/// How to reach a person: shown to the other side of an assigned visit only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The account's display name.
    pub name: PersonName,
    /// If there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A student's, for the assigned teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A request on the board. Who asks is never shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VisitRequest {
    /// Which.
    pub match_id: MatchId,
    /// What is offered.
    pub price: Price,
    /// What the lesson is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Where, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Since when.
    pub asked_at: Time,
    /// The last event folded in.
    pub seq: Seq,
}

/// Where a teacher's visit stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitStatus {
    /// The teacher is expected.
    Assigned,
    /// The class took place.
    Finished,
    /// Called off.
    Canceled,
}

impl VisitStatus {
    /// The name as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            VisitStatus::Assigned => "assigned",
            VisitStatus::Finished => "finished",
            VisitStatus::Canceled => "canceled",
        }
    }
}

/// A visit of a teacher. A withdrawn one is no longer the teacher's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VisitRow {
    /// Which.
    pub match_id: MatchId,
    /// Who comes.
    pub teacher: AccountId,
    /// The name typed for this visit.
    pub teacher_name: PersonName,
    /// When they meet.
    pub visit_at: Time,
    /// Where it stands.
    pub status: VisitStatus,
    /// What is paid.
    pub price: Price,
    /// What the lesson is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Where, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The student, from the assignment until finish, cancel or withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student: Option<Contact>,
    /// The last event folded in.
    pub seq: Seq,
}

/// Whether the lesson took place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassStatus {
    /// A teacher is assigned; the lesson is to come or under way.
    Open,
    /// The teacher declared it finished.
    Finished,
    /// Called off or withdrawn.
    Closed,
}

impl ClassStatus {
    /// The name as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ClassStatus::Open => "open",
            ClassStatus::Finished => "finished",
            ClassStatus::Closed => "closed",
        }
    }
}

/// The class status of a match.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClassRow {
    /// Which.
    pub match_id: MatchId,
    /// Where it stands.
    pub status: ClassStatus,
    /// Who teaches.
    pub teacher: AccountId,
    /// The name typed for this visit.
    pub teacher_name: PersonName,
    /// When they meet.
    pub visit_at: Time,
    /// When it was declared finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The last event folded in.
    pub seq: Seq,
}

/// What happened to one match, in order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Which.
    pub match_id: MatchId,
    /// Every event of it.
    pub events: Vec<Recorded>,
}

/// An account as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountView {
    /// Its number.
    pub account: AccountId,
    /// The name to log in with.
    pub name: AccountName,
    /// The name that others see.
    pub display_name: PersonName,
    /// What it may do.
    pub role: Role,
    /// In which language to speak.
    pub language: Language,
    /// The IANA time zone.
    pub zone: String,
}

/// A change of the board, made from the event with that `seq` for teachers who may not see the event itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BoardPush {
    /// The event's place in the log.
    pub seq: Seq,
    /// Which.
    pub match_id: MatchId,
    /// What changed.
    #[serde(flatten)]
    pub change: BoardChange,
}

/// What changed on the board.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum BoardChange {
    /// A request appeared.
    VisitListed {
        /// What is offered.
        price: Price,
        /// What the lesson is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// Where, roughly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Area>,
        /// Anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
        /// Since when.
        asked_at: Time,
    },
    /// A request is gone: taken, canceled or expired.
    VisitUnlisted {},
}

/// What is pushed: an event, to those whom it concerns, or a change of the board.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Push {
    /// An event as it stands in the log.
    Event(Recorded),
    /// A change of the board.
    Board(BoardPush),
}

impl Push {
    /// The place in the log that it comes from.
    pub fn seq(&self) -> Seq {
        match self {
            Push::Event(recorded) => recorded.seq,
            Push::Board(push) => push.seq,
        }
    }

    /// Which match it is about.
    pub fn match_id(&self) -> MatchId {
        match self {
            Push::Event(recorded) => recorded.match_id,
            Push::Board(push) => push.match_id,
        }
    }
}

/// Why a match was canceled or a visit withdrawn, from its timeline.
pub fn reason_of(event: &Event) -> Option<&Reason> {
    match event {
        Event::MatchCanceled { reason } => reason.as_ref(),
        Event::VisitWithdrawn { reason, .. } => Some(reason),
        _ => None,
    }
}
