//! The breaker's own state: closed, open until a time, or half-open while one charge tries. Knows no clock.

use std::time::Duration;

use tokio::time::Instant;

use crate::ports::payment::Circuit;

/// When the circuit opens and closes.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Opens after so many charges in a row without an answer.
    pub in_a_row: u32,
    /// Opens too when so many of the last twenty had none.
    pub of_window: u32,
    /// How long it stays open at first; twice as long after each try that fails.
    pub first_wait: Duration,
    /// How long it stays open at most.
    pub longest_wait: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            in_a_row: 5,
            of_window: 10,
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(60),
        }
    }
}

/// How many charges are looked back at.
const WINDOW: u32 = 20;

enum Phase {
    Closed,
    Open { until: Instant },
    HalfOpen,
}

/// Leave to charge; a trial's decides whether the circuit closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leave {
    epoch: u64,
    trial: bool,
}

/// What is worth telling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Opened { retry_after: Duration, failures: u32 },
    HalfOpened,
    Closed,
}

/// The circuit of one provider.
pub struct Fuse {
    thresholds: Thresholds,
    phase: Phase,
    /// Counts the changes of phase: what was asked before the last one says nothing about it.
    epoch: u64,
    failures: u32,
    /// The last charges, a bit each, set for those without an answer.
    window: u32,
    wait: Duration,
}

impl Fuse {
    pub fn new(thresholds: Thresholds) -> Fuse {
        let wait = thresholds.first_wait;
        Fuse { thresholds, phase: Phase::Closed, epoch: 0, failures: 0, window: 0, wait }
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn failures(&self) -> u32 {
        self.failures
    }

    pub fn shown(&self, now: Instant) -> Circuit {
        match self.phase {
            Phase::Closed => Circuit::Closed,
            Phase::Open { until } => Circuit::Open { retry_after: until.saturating_duration_since(now) },
            Phase::HalfOpen => Circuit::HalfOpen,
        }
    }

    /// Leave for one charge, or how long the circuit stays open; `None` while another one tries.
    pub fn ask(&mut self, now: Instant) -> Result<(Leave, Option<Change>), Option<Duration>> {
        match self.phase {
            Phase::Closed => Ok((Leave { epoch: self.epoch, trial: false }, None)),
            Phase::Open { until } if until > now => Err(Some(until - now)),
            Phase::Open { .. } => {
                self.enter(Phase::HalfOpen);
                Ok((Leave { epoch: self.epoch, trial: true }, Some(Change::HalfOpened)))
            }
            Phase::HalfOpen => Err(None),
        }
    }

    /// A trial that asked nothing lets the next one try at once.
    pub fn give_back(&mut self, leave: Leave, now: Instant) {
        if leave.trial && leave.epoch == self.epoch {
            self.enter(Phase::Open { until: now });
        }
    }

    /// What became of a charge that was asked for in an epoch.
    pub fn heard(&mut self, epoch: u64, answered: bool, now: Instant) -> Option<Change> {
        if epoch != self.epoch {
            return None;
        }
        self.failures = if answered { 0 } else { self.failures + 1 };
        self.window = (self.window << 1 | u32::from(!answered)) & ((1 << WINDOW) - 1);
        match (&self.phase, answered) {
            (Phase::HalfOpen, true) => {
                self.window = 0;
                self.wait = self.thresholds.first_wait;
                self.enter(Phase::Closed);
                Some(Change::Closed)
            }
            (Phase::HalfOpen, false) => {
                self.wait = self.wait.saturating_mul(2).min(self.thresholds.longest_wait);
                Some(self.open(now))
            }
            (Phase::Closed, false) if self.is_too_much() => Some(self.open(now)),
            (Phase::Closed | Phase::Open { .. }, _) => None,
        }
    }

    fn is_too_much(&self) -> bool {
        self.failures >= self.thresholds.in_a_row || self.window.count_ones() >= self.thresholds.of_window
    }

    fn open(&mut self, now: Instant) -> Change {
        self.enter(Phase::Open { until: now + self.wait });
        Change::Opened { retry_after: self.wait, failures: self.failures }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    fn hear(fuse: &mut Fuse, answers: &[bool], now: Instant) -> Option<Change> {
        answers.iter().map(|answered| fuse.heard(fuse.epoch(), *answered, now)).last().flatten()
    }

    fn opened(now: Instant) -> Fuse {
        let mut fuse = Fuse::new(Thresholds::default());
        let change = hear(&mut fuse, &[false; 5], now);
        assert_eq!(change, Some(Change::Opened { retry_after: WAIT, failures: 5 }));
        fuse
    }

    #[test]
    fn it_opens_after_five_in_a_row_and_an_answer_in_between_counts_anew() {
        let now = Instant::now();
        let mut fuse = Fuse::new(Thresholds::default());
        assert_eq!(hear(&mut fuse, &[false, false, false, false, true], now), None);
        assert_eq!(hear(&mut fuse, &[false; 4], now), None);
        assert_eq!(fuse.shown(now), Circuit::Closed);
        assert!(hear(&mut fuse, &[false], now).is_some());
        assert_eq!(fuse.ask(now), Err(Some(WAIT)));
        assert_eq!(fuse.ask(now + WAIT / 2), Err(Some(WAIT / 2)));
    }

    #[test]
    fn it_opens_when_half_of_the_last_twenty_had_no_answer() {
        let now = Instant::now();
        let mut fuse = Fuse::new(Thresholds::default());
        for _ in 0..9 {
            assert_eq!(hear(&mut fuse, &[false, true], now), None);
        }
        assert!(matches!(hear(&mut fuse, &[false], now), Some(Change::Opened { .. })));
    }

    #[test]
    fn when_its_time_has_come_one_tries_and_an_answer_closes_it() {
        let now = Instant::now();
        let mut fuse = opened(now);
        let later = now + WAIT;
        let asked = fuse.ask(later);
        assert!(matches!(asked, Ok((Leave { trial: true, .. }, Some(Change::HalfOpened)))));
        assert_eq!(fuse.ask(later), Err(None), "only one");
        assert_eq!(hear(&mut fuse, &[true], later), Some(Change::Closed));
        assert_eq!((fuse.shown(later), fuse.failures()), (Circuit::Closed, 0));
        assert_eq!(hear(&mut fuse, &[false; 4], later), None, "it counts from the start");
    }

    #[test]
    fn a_try_that_fails_opens_it_for_twice_as_long_up_to_a_bound() {
        let mut now = Instant::now();
        let mut fuse = opened(now);
        let mut waits = Vec::new();
        for _ in 0..5 {
            now += Duration::from_secs(60);
            fuse.ask(now).expect("its time has come");
            match hear(&mut fuse, &[false], now) {
                Some(Change::Opened { retry_after, .. }) => waits.push(retry_after.as_secs()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(waits, [10, 20, 40, 60, 60]);
    }

    #[test]
    fn a_try_that_asked_nothing_lets_the_next_one_try() {
        let now = Instant::now();
        let mut fuse = opened(now);
        let (leave, _) = fuse.ask(now + WAIT).expect("its time has come");
        fuse.give_back(leave, now + WAIT);
        let (leave, _) = fuse.ask(now + WAIT).expect("the next one");
        assert_eq!(hear(&mut fuse, &[true], now + WAIT), Some(Change::Closed));
        fuse.give_back(leave, now + WAIT);
        assert_eq!(fuse.shown(now + WAIT), Circuit::Closed, "what it came to stays");
    }

    #[test]
    fn what_was_asked_before_it_opened_changes_nothing() {
        let now = Instant::now();
        let mut fuse = Fuse::new(Thresholds::default());
        let before = fuse.epoch();
        hear(&mut fuse, &[false; 5], now);
        assert_eq!(fuse.heard(before, true, now), None);
        assert_eq!(fuse.shown(now), Circuit::Open { retry_after: WAIT });
    }
}
