//! The rules of the visit: the first teacher who confirms gets it.

use matching_protocol::{AccountId, ErrorCode, Event, PersonName, Reason, Recorded, Time};

use crate::contexts::{Caller, Ctx, Decider};

/// The context that decides about visits.
pub struct Visit;

/// Where the visit stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// No such match.
    #[default]
    None,
    /// Asked for, not paid.
    Unpaid,
    /// On the board.
    Listed {
        /// Who had it and gave it back.
        withdrawn: Vec<AccountId>,
    },
    /// A teacher comes.
    Assigned {
        /// Who.
        teacher: AccountId,
        /// Who had it before and gave it back.
        withdrawn: Vec<AccountId>,
    },
    /// The class took place.
    Finished,
    /// Canceled or expired.
    Off {
        /// Which of the two.
        end: End,
        /// Whether a paid visit is still to be called off.
        call_off_due: bool,
    },
}

/// How a match can end before its class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// By the student or an admin.
    Canceled,
    /// By the clock.
    Expired,
}

/// What may be asked of visit.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A teacher takes it.
    Confirm {
        /// Who.
        teacher: AccountId,
        /// The name that the student will see.
        teacher_name: PersonName,
        /// When they meet.
        visit_at: Time,
    },
    /// It goes back to the board.
    Withdraw {
        /// Who asks.
        by: Caller,
        /// Why.
        reason: Reason,
    },
    /// Policy: a canceled or expired match that was paid has its visit called off, once.
    CallOff,
}

impl Decider for Visit {
    type State = State;
    type Command = Command;

    fn evolve(state: State, recorded: &Recorded) -> State {
        match (state, &recorded.event) {
            (State::None, Event::MatchRequested { .. }) => State::Unpaid,
            (State::Unpaid, Event::PaymentApproved { .. }) => State::Listed { withdrawn: Vec::new() },
            (State::Listed { withdrawn }, Event::VisitAssigned { teacher, .. }) => {
                State::Assigned { teacher: *teacher, withdrawn }
            }
            (State::Assigned { teacher, mut withdrawn }, Event::VisitWithdrawn { .. }) => {
                withdrawn.push(teacher);
                State::Listed { withdrawn }
            }
            (State::Assigned { .. }, Event::ClassFinished { .. }) => State::Finished,
            (state, Event::MatchCanceled { .. }) => state.off(End::Canceled),
            (state, Event::MatchExpired {}) => state.off(End::Expired),
            (State::Off { end, .. }, Event::VisitCanceled {}) => State::Off { end, call_off_due: false },
            (state, _) => state,
        }
    }

    fn decide(state: &State, command: &Command, ctx: &Ctx) -> Result<Vec<Event>, ErrorCode> {
        match command {
            Command::Confirm { teacher, teacher_name, visit_at } => {
                confirm(state, *teacher, teacher_name, *visit_at, ctx)
            }
            Command::Withdraw { by, reason } => withdraw(state, *by, reason),
            Command::CallOff => Ok(match state {
                State::Off { call_off_due: true, .. } => vec![Event::VisitCanceled {}],
                _ => Vec::new(),
            }),
        }
    }
}

impl State {
    fn off(self, end: End) -> State {
        let call_off_due = matches!(self, State::Listed { .. } | State::Assigned { .. });
        State::Off { end, call_off_due }
    }
}

fn confirm(
    state: &State,
    teacher: AccountId,
    teacher_name: &PersonName,
    visit_at: Time,
    ctx: &Ctx,
) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::None => Err(ErrorCode::NotFound),
        State::Unpaid => Err(ErrorCode::NotPaid),
        State::Listed { withdrawn } if withdrawn.contains(&teacher) => Err(ErrorCode::WithdrawnBefore),
        State::Listed { .. } if visit_at <= ctx.now && !ctx.rules.past_visits => {
            Err(ErrorCode::InvalidVisitAt)
        }
        State::Listed { .. } => {
            Ok(vec![Event::VisitAssigned { teacher, teacher_name: teacher_name.clone(), visit_at }])
        }
        State::Assigned { .. } | State::Finished => Err(ErrorCode::AlreadyAssigned),
        State::Off { end, .. } => Err(end.code()),
    }
}

fn withdraw(state: &State, by: Caller, reason: &Reason) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::None => Err(ErrorCode::NotFound),
        State::Unpaid | State::Listed { .. } => Err(ErrorCode::NotAssigned),
        State::Assigned { teacher, .. } if by == Caller::Admin || by == Caller::Account(*teacher) => {
            Ok(vec![Event::VisitWithdrawn { teacher: *teacher, reason: reason.clone() }])
        }
        State::Assigned { .. } => Err(ErrorCode::NotYourClass),
        State::Finished => Err(ErrorCode::AlreadyFinished),
        State::Off { end, .. } => Err(end.code()),
    }
}

impl End {
    fn code(self) -> ErrorCode {
        match self {
            End::Canceled => ErrorCode::MatchCanceled,
            End::Expired => ErrorCode::MatchExpired,
        }
    }
}
