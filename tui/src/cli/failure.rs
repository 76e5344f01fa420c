//! What can go wrong, and the exit codes.

use std::io;
use std::process::ExitCode;

use matching_protocol::{CommandId, ErrorCode, ErrorReply, Language, text::visible};
use serde::Serialize;

use crate::connection::ConnectError;
use crate::session::SessionError;

const REFUSED: u8 = 1;
/// A command line that can't be read.
pub(super) const USAGE: u8 = 2;
const NO_CONNECTION: u8 = 3;
const NOT_LOGGED_IN: u8 = 4;

/// Why a command was not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no, or certainly would.
    Refused(ErrorReply),
    /// A value can't be read, or something of this machine can't be used.
    Usage(String),
    /// Nobody answers at that address.
    NoConnection(String),
    /// The connection ended before the reply.
    Lost {
        detail: String,
        /// Of a command that may have been carried out.
        command: Option<CommandId>,
    },
    /// There is no session, or it is void.
    NotLoggedIn,
    /// The session file can't be used.
    Session(SessionError),
    /// Nobody reads the output any more; what was asked is done.
    OutputClosed,
}

/// As it goes to standard error with `--json`.
#[derive(Serialize)]
struct Report<'a> {
    code: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_id: Option<CommandId>,
}

impl Failure {
    pub(super) fn refused(code: ErrorCode, language: Language) -> Failure {
        Failure::Refused(ErrorReply::new(code, language))
    }

    pub(super) fn connect(error: ConnectError, language: Language) -> Failure {
        match error {
            ConnectError::Refused(error) => Failure::Refused(error),
            ConnectError::BadUrl(_) => Failure::Usage(error.message(language)),
            ConnectError::Unreachable { .. } => Failure::NoConnection(error.message(language)),
        }
    }

    pub(super) fn system(error: io::Error) -> Failure {
        Failure::Usage(error.to_string())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused(error) if error.code == ErrorCode::Unauthenticated => NOT_LOGGED_IN,
            Failure::Refused(_) => REFUSED,
            Failure::Usage(_) => USAGE,
            Failure::NoConnection(_) | Failure::Lost { .. } => NO_CONNECTION,
            Failure::NotLoggedIn | Failure::Session(_) => NOT_LOGGED_IN,
            Failure::OutputClosed => 0,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Failure::Refused(error) => error.code.as_str(),
            Failure::Usage(_) => "usage",
            Failure::NoConnection(_) => "no_connection",
            Failure::Lost { .. } => "connection_lost",
            Failure::NotLoggedIn => ErrorCode::Unauthenticated.as_str(),
            Failure::Session(_) => "session_file",
            Failure::OutputClosed => "output_closed",
        }
    }

    fn message(&self, language: Language) -> String {
        match (self, language) {
            (Failure::Refused(error), _) => error.message.clone(),
            (Failure::Usage(text) | Failure::NoConnection(text), _) => text.clone(),
            (Failure::Lost { detail, command: None }, Language::En) => {
                format!("The connection ended before the reply ({detail}); try again.")
            }
            (Failure::Lost { detail, command: None }, Language::Ko) => {
                format!("응답을 받기 전에 연결이 끊겼습니다({detail}). 다시 시도해 주세요.")
            }
            (Failure::Lost { detail, command: Some(id) }, Language::En) => format!(
                "The connection ended before the reply ({detail}), so whether it was carried out is not known; repeat it with --command-id {id}, and it is carried out once."
            ),
            (Failure::Lost { detail, command: Some(id) }, Language::Ko) => format!(
                "응답을 받기 전에 연결이 끊겨({detail}) 처리 여부를 알 수 없습니다. --command-id {id} 를 붙여 다시 보내시면 한 번만 처리됩니다."
            ),
            (Failure::NotLoggedIn, Language::En) => {
                "Nobody is logged in here; log in with `matching login NAME` first.".to_owned()
            }
            (Failure::NotLoggedIn, Language::Ko) => {
                "로그인되어 있지 않습니다. 먼저 `matching login 이름` 으로 로그인해 주세요.".to_owned()
            }
            (Failure::Session(error), _) => error.to_string(),
            (Failure::OutputClosed, _) => String::new(),
        }
    }

    /// Tells it on standard error.
    pub(super) fn report(&self, json: bool, language: Language) -> ExitCode {
        let (code, message) = (self.code(), self.message(language));
        if matches!(self, Failure::OutputClosed) {
            return ExitCode::from(self.exit_code());
        }
        if json {
            let report = Report {
                code,
                message,
                retry_after_ms: match self {
                    Failure::Refused(error) => error.retry_after_ms,
                    _ => None,
                },
                command_id: match self {
                    Failure::Lost { command, .. } => *command,
                    _ => None,
                },
            };
            eprintln!("{}", super::output::to_json(&report));
        } else {
            eprintln!("{code}: {}", visible(&message));
        }
        ExitCode::from(self.exit_code())
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        Failure::Session(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_that_the_help_names() {
        let refused = |code| Failure::refused(code, Language::En).exit_code();
        assert_eq!(refused(ErrorCode::AlreadyPaid), 1);
        assert_eq!(refused(ErrorCode::Unauthenticated), 4);
        assert_eq!(Failure::Usage(String::new()).exit_code(), 2);
        assert_eq!(Failure::NoConnection(String::new()).exit_code(), 3);
        assert_eq!(Failure::Lost { detail: String::new(), command: None }.exit_code(), 3);
        assert_eq!(Failure::NotLoggedIn.exit_code(), 4);
    }

    #[test]
    fn a_lost_command_names_the_id_to_repeat_it_with() {
        let id = CommandId::generate();
        let lost = Failure::Lost { detail: "gone".to_owned(), command: Some(id) };
        for language in [Language::En, Language::Ko] {
            assert!(lost.message(language).contains(&format!("--command-id {id}")));
        }
    }
}
