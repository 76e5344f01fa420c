//! The rows of the views, and the fold that the server's views and the clients share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Area, Contact, Event, MatchId, Money, Note, PersonName, Price, Recorded, Seq, Status, Subject,
    Time,
};

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
