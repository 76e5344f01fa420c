//! What goes into a pane and what comes out of it.

use crossterm::event::KeyEvent;
use matching_protocol::{Body, CommandId, Language, Seq};

use crate::connection::Update;

/// What happens to a pane. Each comes with the time of the clock.
#[derive(Clone, PartialEq, Debug)]
pub enum Message {
    /// A key.
    Key(KeyEvent),
    /// Text that was pasted.
    Paste(String),
    /// The terminal has another size.
    Resized,
    /// The terminal got or lost the focus.
    Focused(bool),
    /// Time passed: what shows an age is drawn again, what waits is tried again.
    Tick,
    /// The connection tells something.
    Link(Update),
    /// A request could not be sent: nothing went out.
    NotSent(CommandId),
}

/// What a pane asks of the outside.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Send this.
    Request(CommandId, Body),
    /// Push what comes behind this place.
    Follow(Seq),
    /// Forget the login.
    SignOut,
    /// Speak this language with the server.
    Language(Language),
    /// Ring the bell.
    Bell,
    /// Leave the app.
    Leave,
}
