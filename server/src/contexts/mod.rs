//! The five contexts. Each decides on its own fold of a match's history, and keeps a view of its own; none imports another.
//!
//! Nothing here knows of sockets, the network or the clock; SQL stands in the `view.rs` files only.

pub mod class;
pub mod matching;
pub mod mypage;
pub mod payment;
pub mod view;
pub mod visit;

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{AccountId, ErrorCode, Event, PriceRange, Recorded, Time};

/// What decides. Pure: time, ids and settings come in with [`Ctx`].
pub trait Decider {
    /// A union of phases; what cannot happen cannot be written down.
    type State: Default;
    /// What may be asked of it.
    type Command;

    /// Folds one event in. Events that this context does not know change nothing.
    fn evolve(state: Self::State, recorded: &Recorded) -> Self::State;

    /// The events of a command, or why it is refused.
    ///
    /// # Errors
    /// The rule that forbids it, as DOMAIN.md's table 'every command in every state' says.
    fn decide(state: &Self::State, command: &Self::Command, ctx: &Ctx) -> Result<Vec<Event>, ErrorCode>;

    /// The state after a history.
    fn fold(history: &[Arc<Recorded>]) -> Self::State {
        history.iter().fold(Self::State::default(), |state, recorded| Self::evolve(state, recorded))
    }
}

/// What a decision may know besides the history.
#[derive(Clone, Copy, Debug)]
pub struct Ctx {
    /// The time that its events will carry.
    pub now: Time,
    /// The settings.
    pub rules: Rules,
}

/// Who gives a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who is logged in, with the role that the command needs.
    Account(AccountId),
    /// An admin at the server's machine.
    Admin,
}

/// The settings that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What may be asked for.
    pub prices: PriceRange,
    /// For trials: a class may be finished before its meeting time.
    pub finish_early: bool,
    /// For trials: a meeting time may lie in the past; then a cancel is never too late.
    pub past_visits: bool,
    /// How long a request waits to be paid.
    pub expire_unpaid: Duration,
    /// How long a paid request waits for a teacher.
    pub expire_paid: Duration,
}

impl Default for Rules {
    /// DOMAIN.md: 24 hours and 7 days; no trial settings.
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Rules {
            prices: PriceRange::default(),
            finish_early: false,
            past_visits: false,
            expire_unpaid: DAY,
            expire_paid: DAY.saturating_mul(7),
        }
    }
}
