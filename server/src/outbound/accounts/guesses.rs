//! How often a password may be guessed: so many failures for one name within a quarter of an hour, whether there is such
//! a name or not.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use matching_protocol::{AccountName, Time};

use crate::ports::accounts::AccountsError;

/// So many failures are evaluated within [`WINDOW`].
pub const FAILURES: u32 = 10;

/// Counted from the first failure.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// So many names are remembered; beyond that, those are forgotten that failed the longest ago. At the rate at which
/// passwords are worked on, it takes a quarter of an hour and more to push a name out.
const NAMES: NonZeroUsize = NonZeroUsize::new(200_000).expect("not zero");

struct Failures {
    since: Time,
    count: u32,
}

/// Counts failures by name, in memory.
pub struct Guesses {
    names: RandomState,
    // Two threads work on passwords, and logins look before they queue; each holds it for one look-up.
    failures: Mutex<LruCache<u64, Failures>>,
}

impl Guesses {
    pub fn new() -> Guesses {
        Guesses { names: RandomState::new(), failures: Mutex::new(LruCache::new(NAMES)) }
    }

    /// Whether one more guess is evaluated.
    pub fn check(&self, name: &AccountName, now: Time) -> Result<(), AccountsError> {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.names.hash_one(name);
        let Some(failures) = all.peek_mut(&key) else { return Ok(()) };
        // A clock that was set back must not make the wait longer than the window.
        failures.since = failures.since.min(now);
        let until = failures.since.plus(WINDOW);
        if until <= now {
            all.pop(&key);
            return Ok(());
        }
        if failures.count < FAILURES {
            return Ok(());
        }
        let millis = u64::try_from(until.as_millis() - now.as_millis()).unwrap_or_default();
        Err(AccountsError::RateLimited { retry_after: Duration::from_millis(millis) })
    }

    /// A guess was wrong.
    pub fn failed(&self, name: &AccountName, now: Time) {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.names.hash_one(name);
        all.get_or_insert_mut(key, || Failures { since: now, count: 0 }).count += 1;
    }
}

#[cfg(test)]
mod tests {
    use matching_protocol::ErrorCode;

    use super::*;

    fn name(text: &str) -> AccountName {
        AccountName::new(text).expect("a name")
    }

    fn used_up(start: Time) -> Guesses {
        let guesses = Guesses::new();
        for _ in 0..FAILURES {
            assert!(guesses.check(&name("minji"), start).is_ok());
            guesses.failed(&name("minji"), start);
        }
        guesses
    }

    #[test]
    fn after_ten_failures_a_name_waits_until_the_window_is_over() {
        let start = Time::from_millis(1_000_000);
        let guesses = used_up(start);
        let later = start.plus(Duration::from_secs(60));
        let refused = guesses.check(&name("minji"), later).expect_err("limited");
        assert_eq!(refused.code(), ErrorCode::RateLimited);
        assert!(
            matches!(refused, AccountsError::RateLimited { retry_after } if retry_after == WINDOW - Duration::from_secs(60))
        );
        assert!(guesses.check(&name("minji"), start.plus(WINDOW)).is_ok());
    }

    #[test]
    fn another_name_does_not_wait() {
        let start = Time::from_millis(1_000_000);
        assert!(used_up(start).check(&name("seoyeon"), start).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
        let start = Time::from_millis(1_000_000_000);
        let guesses = used_up(start);
        let yesterday = Time::from_millis(start.as_millis() - 24 * 60 * 60 * 1_000);
        assert!(guesses.check(&name("minji"), yesterday).is_err());
        assert!(guesses.check(&name("minji"), yesterday.plus(WINDOW)).is_ok());
    }
}
