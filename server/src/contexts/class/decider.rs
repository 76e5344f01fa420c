//! The rules of the class: the assigned teacher declares it finished, from the meeting time on.

use matching_protocol::{AccountId, ErrorCode, Event, Recorded, Time};

use crate::contexts::{Ctx, Decider};

/// The context that decides whether the lesson took place.
pub struct Class;

/// Where the class stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum State {
    /// No such match.
    #[default]
    None,
    /// Nobody teaches it (yet, or after a withdrawal).
    Unassigned,
    /// A teacher is to teach it.
    Open {
        /// Who.
        teacher: AccountId,
        /// From when on it can be finished.
        visit_at: Time,
    },
    /// It took place.
    Finished,
    /// The match was canceled.
    Canceled,
    /// The match expired.
    Expired,
}

/// What may be asked of class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// A teacher declares it finished.
    Finish {
        /// Who.
        teacher: AccountId,
    },
}

impl Decider for Class {
    type State = State;
    type Command = Command;

    fn evolve(state: State, recorded: &Recorded) -> State {
        match (state, &recorded.event) {
            (State::None, Event::MatchRequested { .. }) => State::Unassigned,
            (State::Canceled | State::Expired | State::Finished, _) => state,
            (_, Event::VisitAssigned { teacher, visit_at, .. }) => {
                State::Open { teacher: *teacher, visit_at: *visit_at }
            }
            (_, Event::VisitWithdrawn { .. }) => State::Unassigned,
            (_, Event::ClassFinished { .. }) => State::Finished,
            (_, Event::MatchCanceled { .. }) => State::Canceled,
            (_, Event::MatchExpired {}) => State::Expired,
            _ => state,
        }
    }

    fn decide(state: &State, command: &Command, ctx: &Ctx) -> Result<Vec<Event>, ErrorCode> {
        let Command::Finish { teacher: by } = *command;
        match *state {
            State::None => Err(ErrorCode::NotFound),
            State::Unassigned => Err(ErrorCode::NotAssigned),
            State::Open { teacher, .. } if teacher != by => Err(ErrorCode::NotYourClass),
            State::Open { visit_at, .. } if ctx.now < visit_at && !ctx.rules.finish_early => {
                Err(ErrorCode::TooEarlyToFinish)
            }
            State::Open { teacher, .. } => Ok(vec![Event::ClassFinished { teacher }]),
            State::Finished => Err(ErrorCode::AlreadyFinished),
            State::Canceled => Err(ErrorCode::MatchCanceled),
            State::Expired => Err(ErrorCode::MatchExpired),
        }
    }
}
