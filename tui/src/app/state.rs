//! What a pane's state consists of, beside the model.

use jiff::tz::TimeZone;
use matching_protocol::{Command, Language, MatchId, Seq, Time};

use crate::i18n::Notice;
use crate::model::List;
use crate::theme::Theme;

/// What does not change by itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language that is shown.
    pub language: Language,
    /// The reader's zone.
    pub zone: TimeZone,
    /// Whether the account's zone takes the place of that one.
    pub account_zone: bool,
    /// How things look.
    pub theme: Theme,
    /// Which server.
    pub url: String,
}

/// How the connection stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Link {
    /// It is being made.
    Connecting {
        /// For the so-manieth time.
        attempt: u32,
        /// Since when there is none.
        since: Time,
    },
    /// There is one, but nobody is signed in on it.
    Online,
    /// There is one, and one is signed in on it.
    Ready,
    /// There is none.
    Offline {
        /// Why.
        error: String,
        /// Since when.
        since: Time,
        /// When it is tried again.
        retry_at: Time,
    },
}

/// A command of one's own whose outcome is awaited.
#[derive(Clone, PartialEq, Debug)]
pub struct Intent {
    /// What was asked.
    pub command: Command,
    /// Since when.
    pub since: Time,
    /// How far it got.
    pub state: IntentState,
}

/// How far a command got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IntentState {
    /// It is on its way.
    Sent,
    /// Whether it was carried out is not known; it is asked again with the same id.
    Unknown {
        /// When; at the next connection if not said.
        again_at: Option<Time>,
    },
}

/// What a reply answers.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Asked {
    /// A page of a list.
    Page(List),
    /// What happened to a match.
    Timeline(MatchId),
    /// A command.
    Command(Intent),
    /// A login.
    Login,
    /// A registration.
    Register,
}

/// What is said at the foot of the screen, and since when.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// What.
    pub notice: Notice,
    /// Since when.
    pub at: Time,
}

/// What happened while there was no connection, as far as it has been told since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Away {
    /// Its last place in the log, once that is known.
    pub(super) up_to: Option<Seq>,
    pub(super) changes: usize,
}
