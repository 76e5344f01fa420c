//! The machine's clock.

use matching_protocol::Time;

use crate::ports::Clock;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    fn now(&self) -> Time {
        Time::new(jiff::Timestamp::now())
    }
}
