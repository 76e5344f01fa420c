//! The rules of the request: asked, paid, canceled, expired.

use matching_protocol::{AccountId, ErrorCode, Event, Price, Reason, Recorded, RequestMatch, Time};

use crate::contexts::{Caller, Ctx, Decider, Rules};

/// The context that decides about the request.
pub struct Matching;

/// The request, if there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// There is none.
    #[default]
    None,
    /// Asked for by a student, at a price.
    Asked {
        /// Whose.
        student: AccountId,
        /// What is offered.
        price: Price,
        /// How far it has come.
        phase: Phase,
    },
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// Requested, or declined: may be paid.
    Unpaid {
        /// When it was asked for.
        asked_at: Time,
    },
    /// The outcome of a payment is awaited.
    Paying {
        /// When it was asked for.
        asked_at: Time,
    },
    /// Paid, for the first time or after a withdrawal: waits for a teacher.
    Paid {
        /// Since when.
        since: Time,
    },
    /// A teacher comes.
    Assigned {
        /// When they meet.
        visit_at: Time,
    },
    /// The class took place.
    Finished,
    /// Canceled.
    Canceled,
    /// Nobody paid, or nobody came, in time.
    Expired,
}

/// What may be asked of match.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A student asks for a lesson.
    Request {
        /// Who.
        student: AccountId,
        /// What is offered.
        offer: RequestMatch,
    },
    /// Calls it off.
    Cancel {
        /// Who asks.
        by: Caller,
        /// An admin gives one.
        reason: Option<Reason>,
    },
    /// The clock says that it may be due; nothing happens if it is not.
    Expire,
}

impl Decider for Matching {
    type State = State;
    type Command = Command;

    fn evolve(state: State, recorded: &Recorded) -> State {
        match (state, &recorded.event) {
            (State::None, Event::MatchRequested { student, price, .. }) => State::Asked {
                student: *student,
                price: *price,
                phase: Phase::Unpaid { asked_at: recorded.at },
            },
            (State::None, _) => State::None,
            (State::Asked { student, price, phase }, _) => {
                State::Asked { student, price, phase: phase.after(recorded) }
            }
        }
    }

    fn decide(state: &State, command: &Command, ctx: &Ctx) -> Result<Vec<Event>, ErrorCode> {
        match command {
            Command::Request { student, offer } => request(state, *student, offer, &ctx.rules),
            Command::Cancel { by, reason } => cancel(state, *by, reason.clone(), ctx),
            Command::Expire => Ok(expire(state, ctx)),
        }
    }
}

impl Phase {
    fn after(self, recorded: &Recorded) -> Phase {
        match (self, &recorded.event) {
            // Money that crosses a cancel, and its way back, open nothing again.
            (Phase::Canceled | Phase::Expired, _) => self,
            (Phase::Unpaid { asked_at }, Event::PaymentRequested { .. }) => Phase::Paying { asked_at },
            (Phase::Paying { asked_at }, Event::PaymentDeclined { .. }) => Phase::Unpaid { asked_at },
            (_, Event::PaymentApproved { .. } | Event::VisitWithdrawn { .. }) => {
                Phase::Paid { since: recorded.at }
            }
            (_, Event::VisitAssigned { visit_at, .. }) => Phase::Assigned { visit_at: *visit_at },
            (_, Event::ClassFinished { .. }) => Phase::Finished,
            (_, Event::MatchCanceled { .. }) => Phase::Canceled,
            (_, Event::MatchExpired {}) => Phase::Expired,
            (
                _,
                Event::MatchRequested { .. }
                | Event::PaymentRequested { .. }
                | Event::PaymentDeclined { .. }
                | Event::PaymentCanceled { .. }
                | Event::VisitCanceled {},
            ) => self,
        }
    }
}

fn request(
    state: &State,
    student: AccountId,
    offer: &RequestMatch,
    rules: &Rules,
) -> Result<Vec<Event>, ErrorCode> {
    if *state != State::None {
        return Err(ErrorCode::MatchExists);
    }
    if !rules.prices.contains(offer.price) {
        return Err(ErrorCode::InvalidPrice);
    }
    Ok(vec![Event::MatchRequested {
        student,
        price: offer.price,
        subject: offer.subject.clone(),
        area: offer.area.clone(),
        note: offer.note.clone(),
    }])
}

/// Whether a student may pay, and what. The events are payment's to decide.
///
/// # Errors
/// The rule that forbids it.
pub fn payable(state: &State, caller: AccountId) -> Result<Price, ErrorCode> {
    let (price, phase) = owned(state, Caller::Account(caller))?;
    match phase {
        Phase::Unpaid { .. } => Ok(price),
        Phase::Paying { .. } => Err(ErrorCode::PaymentInProgress),
        Phase::Paid { .. } | Phase::Assigned { .. } | Phase::Finished => Err(ErrorCode::AlreadyPaid),
        Phase::Canceled => Err(ErrorCode::MatchCanceled),
        Phase::Expired => Err(ErrorCode::MatchExpired),
    }
}

fn cancel(state: &State, by: Caller, reason: Option<Reason>, ctx: &Ctx) -> Result<Vec<Event>, ErrorCode> {
    let (_, phase) = owned(state, by)?;
    match phase {
        Phase::Assigned { visit_at }
            if by != Caller::Admin && !ctx.rules.past_visits && ctx.now >= visit_at =>
        {
            Err(ErrorCode::TooLateToCancel)
        }
        Phase::Unpaid { .. } | Phase::Paying { .. } | Phase::Paid { .. } | Phase::Assigned { .. } => {
            Ok(vec![Event::MatchCanceled { reason }])
        }
        Phase::Finished => Err(ErrorCode::ClassFinished),
        Phase::Canceled => Err(ErrorCode::AlreadyCanceled),
        Phase::Expired => Err(ErrorCode::MatchExpired),
    }
}

fn expire(state: &State, ctx: &Ctx) -> Vec<Event> {
    match state {
        State::Asked { phase, .. } if phase.expires_at(&ctx.rules).is_some_and(|due| due <= ctx.now) => {
            vec![Event::MatchExpired {}]
        }
        State::Asked { .. } | State::None => Vec::new(),
    }
}

impl Phase {
    /// When it expires, if it waits for something that may not come.
    pub fn expires_at(self, rules: &Rules) -> Option<Time> {
        match self {
            Phase::Unpaid { asked_at } => Some(asked_at.plus(rules.expire_unpaid)),
            Phase::Paid { since } => Some(since.plus(rules.expire_paid)),
            Phase::Paying { .. }
            | Phase::Assigned { .. }
            | Phase::Finished
            | Phase::Canceled
            | Phase::Expired => None,
        }
    }
}

/// A match that is not the caller's is as good as none.
fn owned(state: &State, caller: Caller) -> Result<(Price, Phase), ErrorCode> {
    match (state, caller) {
        (State::Asked { student, price, phase }, Caller::Account(account)) if *student == account => {
            Ok((*price, *phase))
        }
        (State::Asked { price, phase, .. }, Caller::Admin) => Ok((*price, *phase)),
        (State::Asked { .. } | State::None, _) => Err(ErrorCode::NotFound),
    }
}
