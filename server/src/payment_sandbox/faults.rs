//! What goes wrong, and when: drawn from a seed, so that the same keys meet the same faults in any order of requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use rustc_hash::FxHashMap;

/// How often what happens, of a hundred.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mix {
    /// How long an answer takes.
    pub delay: Duration,
    /// How much longer or shorter at random.
    pub jitter: Duration,
    /// Charges that are declined.
    pub decline: u8,
    /// Requests answered with an error, half of them after having been carried out.
    pub error: u8,
    /// Requests that are carried out and not answered in time.
    pub silent: u8,
    /// Requests that arrive a second time, later.
    pub double: u8,
    /// Requests that arrive when nobody waits for them any more.
    pub late: u8,
    /// How much later 'later' is.
    pub after: Duration,
}

impl Default for Mix {
    /// Nothing goes wrong, and every answer comes at once.
    fn default() -> Self {
        Mix {
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            decline: 0,
            error: 0,
            silent: 0,
            double: 0,
            late: 0,
            after: Duration::from_secs(2),
        }
    }
}

impl Mix {
    /// Whether the shares can be had.
    pub fn adds_up(&self) -> bool {
        let faults = [self.error, self.silent, self.double, self.late].map(u32::from).iter().sum::<u32>();
        faults <= 100 && self.decline <= 100
    }
}

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operation {
    Charge,
    LookUp,
    Close,
    Cancel,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    /// An error, and nothing was done.
    ErrorBefore,
    /// It was done, and then an error.
    ErrorAfter,
    Silent,
    Double,
    Late,
}

/// What one request meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drawn {
    pub fault: Fault,
    /// Before it is decided, and once more so long before it is answered.
    pub half: Duration,
    pub decline: bool,
}

/// Draws for each request.
pub struct Faults {
    mix: Mix,
    seed: u64,
    /// How often each was asked for, so that a try again is drawn anew. A lock, since requests come at the same time.
    asked: Mutex<FxHashMap<(Operation, String), u32>>,
}

impl Faults {
    /// From a seed.
    pub fn new(mix: Mix, seed: u64) -> Faults {
        Faults { mix, seed, asked: Mutex::default() }
    }

    /// How often what happens.
    pub fn mix(&self) -> &Mix {
        &self.mix
    }

    /// What the next request of this kind for a key meets.
    pub(super) fn draw(&self, operation: Operation, key: &str) -> Drawn {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let count = asked.entry((operation, key.to_owned())).or_insert(0);
        *count += 1;
        let nth = *count;
        drop(asked);
        let [roll, side, spread, _] = dice(&format!("{} {operation:?} {key} {nth}", self.seed));
        // The same key is declined each time, however often it is asked for.
        let [decline, ..] = dice(&format!("{} decline {key}", self.seed));
        let Mix { delay, jitter, .. } = self.mix;
        let spread = jitter.mul_f64(f64::from(spread) / f64::from(u16::MAX) * 2.0);
        Drawn {
            fault: self.fault(roll % 100, side % 2 == 0),
            half: (delay + spread).saturating_sub(jitter) / 2,
            decline: operation == Operation::Charge && decline % 100 < u16::from(self.mix.decline),
        }
    }

    fn fault(&self, roll: u16, before: bool) -> Fault {
        let Mix { error, silent, double, late, .. } = self.mix;
        let shares = [
            (error, if before { Fault::ErrorBefore } else { Fault::ErrorAfter }),
            (silent, Fault::Silent),
            (double, Fault::Double),
            (late, Fault::Late),
        ];
        let mut bound = 0;
        for (share, fault) in shares {
            bound += u16::from(share);
            if roll < bound {
                return fault;
            }
        }
        Fault::None
    }
}

/// Four numbers that anyone gets from the same text.
fn dice(text: &str) -> [u16; 4] {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let bytes = hash.as_ref();
    std::array::from_fn(|i| u16::from_be_bytes([bytes[2 * i], bytes[2 * i + 1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<Drawn> {
        let mix = Mix { decline: 10, error: 20, silent: 20, double: 20, late: 20, ..Mix::default() };
        let faults = Faults::new(mix, seed);
        (0..200).map(|key| faults.draw(Operation::Charge, &key.to_string())).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_every_fault_comes_up() {
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let drawn = drawn(7);
        for fault in
            [Fault::None, Fault::ErrorBefore, Fault::ErrorAfter, Fault::Silent, Fault::Double, Fault::Late]
        {
            assert!(drawn.iter().any(|drawn| drawn.fault == fault), "{fault:?}");
        }
        assert!(drawn.iter().any(|drawn| drawn.decline) && drawn.iter().any(|drawn| !drawn.decline));
    }

    #[test]
    fn delays_stay_within_the_jitter() {
        let (delay, jitter) = (Duration::from_millis(400), Duration::from_millis(300));
        let faults = Faults::new(Mix { delay, jitter, ..Mix::default() }, 1);
        for key in 0..200 {
            let whole = faults.draw(Operation::Charge, &key.to_string()).half * 2;
            assert!((delay - jitter..=delay + jitter).contains(&whole), "{whole:?}");
        }
    }
}
