//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use matching_protocol::Time;
use matching_server::ports::Clock;

/// Shared by the service and the test.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at 2026-11-24T10:00Z.
    pub fn new() -> TestClock {
        let start: Time = "2026-11-24T10:00:00Z".parse().expect("a time");
        TestClock(AtomicI64::new(start.as_millis()))
    }

    /// Lets time pass at once.
    pub fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).expect("a duration that fits");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}
