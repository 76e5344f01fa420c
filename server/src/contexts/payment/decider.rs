//! The rules of the money: one charge at a time, held once, given back once or paid out once.

use matching_protocol::{DeclineReason, ErrorCode, Event, LogId, MatchId, Recorded};

use crate::contexts::{Ctx, Decider};
use crate::ports::payment::{Answer, Charge};

/// The context that decides about money.
pub struct Payment;

/// Where the money of a match is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing is held and nothing under way; so many attempts were made.
    Open {
        /// How many were made.
        attempts: u32,
    },
    /// The outcome of a charge is awaited.
    UnderWay {
        /// Which attempt.
        attempt: u32,
        /// What was asked of whom.
        charge: Charge,
        /// Whether the match was canceled meanwhile: what arrives goes back.
        called_off: bool,
    },
    /// Taken, and held for the teacher.
    Held {
        /// Under which key.
        charge: Charge,
    },
    /// Owed back to the student.
    GoingBack {
        /// Under which key.
        charge: Charge,
    },
    /// Back with the student.
    GivenBack,
    /// The teacher's.
    PaidOut,
    /// Called off with nothing taken.
    CalledOff,
}

impl Default for State {
    fn default() -> Self {
        State::Open { attempts: 0 }
    }
}

/// What may be asked of payment.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Notes the intent to charge: before the provider is asked, or together with an answer that was there at once.
    Start {
        /// What is to be charged.
        charge: Charge,
        /// The provider's answer, if it is known.
        answer: Option<Answer>,
    },
    /// Notes what the provider said to the charge under this key.
    Settle {
        /// The charge's key.
        key: String,
        /// What it said.
        answer: Answer,
    },
    /// Notes that the provider gave the money back.
    GiveBack,
}

impl Decider for Payment {
    type State = State;
    type Command = Command;

    fn evolve(state: State, recorded: &Recorded) -> State {
        match (state, &recorded.event) {
            (State::Open { .. }, Event::PaymentRequested { provider, key, attempt, amount }) => {
                let charge = Charge { provider: provider.clone(), key: key.clone(), amount: *amount };
                State::UnderWay { attempt: *attempt, charge, called_off: false }
            }
            (State::UnderWay { charge, called_off: false, .. }, Event::PaymentApproved { .. }) => {
                State::Held { charge }
            }
            (State::UnderWay { charge, called_off: true, .. }, Event::PaymentApproved { .. }) => {
                State::GoingBack { charge }
            }
            (State::UnderWay { attempt, called_off: false, .. }, Event::PaymentDeclined { .. }) => {
                State::Open { attempts: attempt }
            }
            (State::UnderWay { called_off: true, .. }, Event::PaymentDeclined { .. }) => State::CalledOff,
            (
                State::UnderWay { attempt, charge, .. },
                Event::MatchCanceled { .. } | Event::MatchExpired {},
            ) => State::UnderWay { attempt, charge, called_off: true },
            (State::Open { .. }, Event::MatchCanceled { .. } | Event::MatchExpired {}) => State::CalledOff,
            (State::Held { charge }, Event::MatchCanceled { .. } | Event::MatchExpired {}) => {
                State::GoingBack { charge }
            }
            (State::Held { .. }, Event::ClassFinished { .. }) => State::PaidOut,
            (State::GoingBack { .. }, Event::PaymentCanceled { .. }) => State::GivenBack,
            (state, _) => state,
        }
    }

    fn decide(state: &State, command: &Command, _: &Ctx) -> Result<Vec<Event>, ErrorCode> {
        match command {
            Command::Start { charge, answer } => start(state, charge, answer.as_ref()),
            Command::Settle { key, answer } => Ok(settle(state, key, answer)),
            Command::GiveBack => Ok(give_back(state)),
        }
    }
}

fn start(state: &State, charge: &Charge, answer: Option<&Answer>) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::Open { attempts } => {
            let intent = Event::PaymentRequested {
                provider: charge.provider.clone(),
                key: charge.key.clone(),
                attempt: attempts + 1,
                amount: charge.amount,
            };
            Ok(std::iter::once(intent).chain(answer.map(|answer| outcome(charge, answer))).collect())
        }
        State::UnderWay { .. } => Err(ErrorCode::PaymentInProgress),
        State::Held { .. } | State::PaidOut => Err(ErrorCode::AlreadyPaid),
        State::GoingBack { .. } | State::GivenBack | State::CalledOff => Err(ErrorCode::MatchCanceled),
    }
}

fn outcome(charge: &Charge, answer: &Answer) -> Event {
    match answer {
        Answer::Approved => Event::PaymentApproved { amount: charge.amount },
        Answer::Declined(reason) => Event::PaymentDeclined { reason: reason.clone() },
    }
}

/// An answer to a charge that is not under way any more was noted before.
fn settle(state: &State, key: &str, answer: &Answer) -> Vec<Event> {
    match state {
        State::UnderWay { charge, .. } if charge.key == key => vec![outcome(charge, answer)],
        _ => Vec::new(),
    }
}

fn give_back(state: &State) -> Vec<Event> {
    match state {
        State::GoingBack { charge } => vec![Event::PaymentCanceled { amount: charge.amount }],
        _ => Vec::new(),
    }
}

impl State {
    /// The idempotency key of the next charge: log id, match, attempt. A restored log has a new id, so that its
    /// attempts can't meet those of the log that it came from.
    pub fn next_key(&self, log: LogId, match_id: MatchId) -> String {
        let attempt = match self {
            State::Open { attempts } => attempts + 1,
            State::UnderWay { attempt, .. } => attempt + 1,
            State::Held { .. }
            | State::GoingBack { .. }
            | State::GivenBack
            | State::PaidOut
            | State::CalledOff => 1,
        };
        format!("{log}-{match_id}-{attempt}")
    }
}

/// The answer that closes an attempt of which the provider knows nothing and whose key it has canceled.
pub fn never_charged() -> Answer {
    Answer::Declined(DeclineReason::unavailable())
}
