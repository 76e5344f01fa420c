//! How long to wait before the next try.

use std::time::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(250);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(10);

/// The wait after the `failures`-th failure in a row: doubled each time, and spread by `random` over its upper half, so
/// that the clients of a server that restarts do not all come back at the same moment.
pub(crate) fn wait(failures: u32, random: u64) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST);
    let half = doubled / 2;
    let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX) + 1;
    half + Duration::from_millis(random % spread)
}

/// Any number, for the spread.
pub(crate) fn random() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_ten_seconds() {
        let longest: Vec<_> = (1..=8).map(|n| wait(n, doubled_half(n)).as_millis()).collect();
        assert_eq!(longest, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        assert_eq!(wait(1_000, 5_000).as_millis(), 10_000);
    }

    fn doubled_half(n: u32) -> u64 {
        (250 * 2u64.pow(n - 1)).min(10_000) / 2
    }

    #[test]
    fn the_spread_stays_in_the_upper_half() {
        for random in [0, 1, 7_777, u64::MAX] {
            let wait = wait(3, random).as_millis();
            assert!((500..=1_000).contains(&wait), "{wait}");
        }
    }
}
