//! What a command's sender is told when it was not done.

use std::time::Duration;

use matching_protocol::{ErrorCode, ErrorReply, Language};

/// Why a command was not done, and when to try again, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Refused {
    /// The rule or the failure.
    pub code: ErrorCode,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Refused { code, retry_after: None }
    }
}

impl Refused {
    /// As a client gets it.
    pub fn reply(self, language: Language) -> ErrorReply {
        let retry_after_ms = self.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        ErrorReply { retry_after_ms, ..ErrorReply::new(self.code, language) }
    }
}
