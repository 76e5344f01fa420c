//! Given a history, when a command comes, then exactly these events, or exactly this error.

use std::sync::Arc;

use matching_protocol::{
    AccountId, Actor, DeclineReason, ErrorCode, Event, MatchId, PersonName, Price, Reason, Recorded, Seq,
    Time,
};
use matching_server::contexts::{Ctx, Decider, Rules};

pub const STUDENT: AccountId = AccountId(1);
pub const OTHER_STUDENT: AccountId = AccountId(2);
pub const TEACHER: AccountId = AccountId(11);
pub const OTHER_TEACHER: AccountId = AccountId(12);

/// What has happened, what time it is, and the settings.
#[derive(Clone)]
pub struct Given {
    pub history: Vec<Arc<Recorded>>,
    now: Time,
    rules: Rules,
}

/// What a decision came to.
#[must_use]
#[derive(Debug)]
pub struct Decided(pub Result<Vec<Event>, ErrorCode>);

/// These events, one an hour, the first at [`start`]; now is an hour after the last.
pub fn given(events: impl IntoIterator<Item = Event>) -> Given {
    let recorded = |(version, event)| {
        Arc::new(Recorded {
            seq: Seq(u64::from(version) * 10),
            match_id: MatchId::new(42).expect("a match id"),
            version,
            at: hour(i64::from(version) - 1),
            by: Actor::Account(STUDENT),
            event,
        })
    };
    let history: Vec<_> = (1..).zip(events).map(recorded).collect();
    let now = hour(history.len() as i64);
    Given { history, now, rules: Rules::default() }
}

/// Hours after the first event.
pub fn hour(hours: i64) -> Time {
    let start: Time = "2026-11-24T10:00:00Z".parse().expect("a time");
    Time::from_millis(start.as_millis() + hours * 3_600_000)
}

/// A thousandth of a second earlier.
pub fn just_before(time: Time) -> Time {
    Time::from_millis(time.as_millis() - 1)
}

impl Given {
    /// What time it is.
    pub fn at(self, now: Time) -> Given {
        Given { now, ..self }
    }

    /// The settings.
    pub fn with(self, change: impl FnOnce(&mut Rules)) -> Given {
        let mut rules = self.rules;
        change(&mut rules);
        Given { rules, ..self }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx { now: self.now, rules: self.rules }
    }

    pub fn when<D: Decider>(&self, command: &D::Command) -> Decided {
        Decided(D::decide(&D::fold(&self.history), command, &self.ctx()))
    }
}

impl Decided {
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = Event>) {
        assert_eq!(self.0, Ok(events.into_iter().collect()));
    }

    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.0, Ok(Vec::new()));
    }

    #[track_caller]
    pub fn then_refused(self, code: ErrorCode) {
        assert_eq!(self.0, Err(code));
    }
}

pub fn price() -> Price {
    Price::new(50_000).expect("a price")
}

pub fn reason() -> Reason {
    Reason::new("sick").expect("a reason")
}

pub fn teacher_name() -> PersonName {
    PersonName::new("Sora Han").expect("a name")
}

pub fn no_money() -> DeclineReason {
    DeclineReason::new("no_money").expect("a reason")
}

/// When the visits of these tests take place.
pub fn visit_at() -> Time {
    hour(100)
}

pub fn requested() -> Event {
    Event::MatchRequested { student: STUDENT, price: price(), subject: None, area: None, note: None }
}

pub fn payment_requested(attempt: u32) -> Event {
    Event::PaymentRequested {
        provider: "test".to_owned(),
        key: format!("log-42-{attempt}"),
        attempt,
        amount: price(),
    }
}

pub fn approved() -> Event {
    Event::PaymentApproved { amount: price() }
}

pub fn declined() -> Event {
    Event::PaymentDeclined { reason: no_money() }
}

pub fn given_back() -> Event {
    Event::PaymentCanceled { amount: price() }
}

pub fn assigned() -> Event {
    assigned_to(TEACHER)
}

pub fn assigned_to(teacher: AccountId) -> Event {
    Event::VisitAssigned { teacher, teacher_name: teacher_name(), visit_at: visit_at() }
}

pub fn withdrawn() -> Event {
    Event::VisitWithdrawn { teacher: TEACHER, reason: reason() }
}

pub fn finished() -> Event {
    Event::ClassFinished { teacher: TEACHER }
}

pub fn canceled() -> Event {
    Event::MatchCanceled { reason: None }
}

pub fn expired() -> Event {
    Event::MatchExpired {}
}

pub fn called_off() -> Event {
    Event::VisitCanceled {}
}
