//! The connection to the server: [`Client`] for one command after the other, [`Live`] for an app that stays.
//!
//! - `wire`: frames over one WebSocket, and when it counts as dead
//! - [`Client`]: asks and waits; does not reconnect
//! - [`Live`]: reconnects, signs in and resumes by itself; `online` is one connection of it, `sign_in` who one is
//!   there

mod backoff;
mod client;
mod live;
mod online;
mod sign_in;
mod wire;

use std::time::Duration;

use matching_protocol::{ErrorReply, Language, text::visible};

pub use client::Client;
pub use live::{Live, LiveConfig, NotSent, Update};
pub use wire::full_url;

/// How long a connection may take to be made, the hello included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// No connection came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectError {
    /// The address can't be used.
    BadUrl(String),
    /// Nobody answers there, or not in the way a server of this kind would.
    Unreachable {
        /// The address.
        url: String,
        /// What went wrong.
        detail: String,
    },
    /// The server answered, and said no.
    Refused(ErrorReply),
}

impl ConnectError {
    /// What happened and what to do, for people.
    pub fn message(&self, language: Language) -> String {
        match (self, language) {
            (ConnectError::BadUrl(url), Language::En) => {
                format!("{} is not an address of a server; use one like ws://127.0.0.1:7117.", visible(url))
            }
            (ConnectError::BadUrl(url), Language::Ko) => {
                format!("{} 은(는) 서버 주소가 아닙니다. ws://127.0.0.1:7117 처럼 적어 주세요.", visible(url))
            }
            (ConnectError::Unreachable { url, detail }, Language::En) => {
                format!(
                    "No server answers at {} ({}); check the address and whether it runs.",
                    visible(url),
                    visible(detail)
                )
            }
            (ConnectError::Unreachable { url, detail }, Language::Ko) => {
                format!(
                    "{} 에서 서버가 응답하지 않습니다({}). 주소와 서버가 켜져 있는지 확인해 주세요.",
                    visible(url),
                    visible(detail)
                )
            }
            (ConnectError::Refused(error), _) => visible(&error.message).into_owned(),
        }
    }
}

/// A request brought no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequestError {
    /// The server said no.
    Refused(ErrorReply),
    /// The connection ended before the reply: whether the request was carried out is not known.
    Lost(String),
}

/// Why a connection that stood has ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// The server said goodbye.
    Bye(ErrorReply),
    /// The connection broke or fell silent.
    Broken(String),
}

impl Ended {
    fn text(self) -> String {
        match self {
            Ended::Bye(error) => visible(&error.message).into_owned(),
            Ended::Broken(detail) => visible(&detail).into_owned(),
        }
    }
}
