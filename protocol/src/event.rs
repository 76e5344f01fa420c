//! What happened. The log holds these, and everything else is a fold of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Actor, Area, DeclineReason, MatchId, Note, PersonName, Price, Reason, Seq, Status, Subject,
    Time,
};

/// The closed list of events, written as `{"type": ..., "data": {...}}`.
///
/// A stored event is read for ever: a new field has a default, and a field is never renamed or removed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// match: a student asked for a lesson.
    MatchRequested {
        /// Who asked.
        student: AccountId,
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
    },
    /// match: the student or an admin canceled.
    MatchCanceled {
        /// An admin gives one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// match: nobody paid, or no teacher confirmed, in time.
    MatchExpired {},
    /// payment: the intent to charge, before the provider is asked.
    PaymentRequested {
        /// Which provider; look-up and refund use it, whatever the setting is by then.
        provider: String,
        /// The idempotency key: log id, match, attempt.
        key: String,
        /// 1, 2, 3 ... of this match.
        attempt: u32,
        /// What is to be charged.
        amount: Price,
    },
    /// payment: the money is held.
    PaymentApproved {
        /// What was charged.
        amount: Price,
    },
    /// payment: nothing was charged; it may be paid again.
    PaymentDeclined {
        /// In the provider's word, or `unavailable`.
        reason: DeclineReason,
    },
    /// payment: the money went back.
    PaymentCanceled {
        /// What went back.
        amount: Price,
    },
    /// visit: a teacher got the request.
    VisitAssigned {
        /// Who.
        teacher: AccountId,
        /// The name typed for this visit.
        teacher_name: PersonName,
        /// When they meet.
        visit_at: Time,
    },
    /// visit: the teacher gave it back; others see it again.
    VisitWithdrawn {
        /// Who had it.
        teacher: AccountId,
        /// Why.
        reason: Reason,
    },
    /// visit: called off, since the match was canceled or expired after it had been paid.
    VisitCanceled {},
    /// class: the lesson took place.
    ClassFinished {
        /// Who taught.
        teacher: AccountId,
    },
}

impl Event {
    /// The event's name, which is also the status that it brings about.
    pub fn status(&self) -> Status {
        match self {
            Event::MatchRequested { .. } => Status::MatchRequested,
            Event::MatchCanceled { .. } => Status::MatchCanceled,
            Event::MatchExpired {} => Status::MatchExpired,
            Event::PaymentRequested { .. } => Status::PaymentRequested,
            Event::PaymentApproved { .. } => Status::PaymentApproved,
            Event::PaymentDeclined { .. } => Status::PaymentDeclined,
            Event::PaymentCanceled { .. } => Status::PaymentCanceled,
            Event::VisitAssigned { .. } => Status::VisitAssigned,
            Event::VisitWithdrawn { .. } => Status::VisitWithdrawn,
            Event::VisitCanceled {} => Status::VisitCanceled,
            Event::ClassFinished { .. } => Status::ClassFinished,
        }
    }

    /// The event's name as it is written on the wire and in the log.
    pub fn type_name(&self) -> &'static str {
        self.status().as_str()
    }

    /// Why a match was canceled or a visit withdrawn, where somebody said so.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Event::MatchCanceled { reason } => reason.as_ref(),
            Event::VisitWithdrawn { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The data alone, as JSON text: what a log stores beside the type.
    ///
    /// # Errors
    /// Never in practice: every field can be written as JSON.
    pub fn data_json(&self) -> serde_json::Result<String> {
        let whole = serde_json::to_string(self)?;
        let start = "{\"type\":\"\",\"data\":".len() + self.type_name().len();
        Ok(whole[start..whole.len() - 1].to_owned())
    }

    /// Reads what [`Event::data_json`] wrote, by any version of this crate up to this one.
    ///
    /// # Errors
    /// If the type is unknown or the data does not fit it.
    pub fn from_stored(type_name: &str, data: &str) -> serde_json::Result<Event> {
        let data: &serde_json::value::RawValue = serde_json::from_str(data)?;
        serde_json::from_str(&format!("{{\"type\":{},\"data\":{data}}}", serde_json::to_string(type_name)?))
    }
}

/// An event in its place in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The place in the log.
    pub seq: Seq,
    /// Whose stream it belongs to.
    pub match_id: MatchId,
    /// 1, 2, 3 ... within the stream.
    pub version: u32,
    /// When, by the server's clock; never decides an order.
    pub at: Time,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}
