//! Where a match and its money stand, and how an event changes that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Event;

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
