//! Keeps an outside provider that does not answer from holding up those who pay, and a slow one from being asked too
//! much at once. Look-ups and cancels pass through: neither a refund nor a question ever waits for the breaker.
//!
//! It is our own, since the two crates that were looked at (`failsafe`, `recloser`) tell neither when the next try is nor
//! how they stand, and know nothing of leave that is asked for before a call.

mod fuse;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use matching_protocol::AccountId;
use tokio::time::Instant;

pub use fuse::Thresholds;
use fuse::{Change, Fuse, Leave};

use crate::ports::BoxFuture;
use crate::ports::payment::{
    Admission, Answer, Charge, Health, LookUp, PaymentProvider, ProviderError, Unavailable,
};

/// How much is asked of a provider at once, and when it is left alone.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most charges under way.
    pub at_once: u32,
    /// When to try again with one that is too many: about as long as a charge takes.
    pub retry_when_full: Duration,
    /// When the circuit opens and closes.
    pub thresholds: Thresholds,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { at_once: 64, retry_when_full: Duration::from_millis(600), thresholds: Thresholds::default() }
    }
}

/// A provider with a breaker before its charges.
pub struct Breaker {
    provider: Arc<dyn PaymentProvider>,
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    limits: Limits,
    /// A lock since every charge counts; held for a few comparisons, never across a call.
    state: Mutex<State>,
}

struct State {
    fuse: Fuse,
    under_way: u32,
}

/// The leave of one charge.
struct Admitted {
    shared: Arc<Shared>,
    leave: Leave,
}

/// A charge whose answer is awaited. Dropped without one, whoever waited has given up: that is a failure too.
struct Asked {
    shared: Arc<Shared>,
    epoch: u64,
    answered: bool,
}

impl Breaker {
    /// Before a provider.
    pub fn new(provider: Arc<dyn PaymentProvider>, limits: Limits) -> Breaker {
        let state = State { fuse: Fuse::new(limits.thresholds), under_way: 0 };
        let name = provider.name().to_owned();
        Breaker { provider, shared: Arc::new(Shared { name, limits, state: Mutex::new(state) }) }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: Option<Change>) {
        let provider = &self.name;
        match change {
            None => {}
            Some(Change::Opened { retry_after, failures }) => {
                let retry_after_ms = retry_after.as_millis();
                tracing::warn!(
                    provider,
                    failures,
                    retry_after_ms,
                    "payment breaker open: the provider does not answer"
                );
            }
            Some(Change::HalfOpened) => {
                tracing::info!(provider, "payment breaker half-open: one charge tries")
            }
            Some(Change::Closed) => tracing::info!(provider, "payment breaker closed: the provider answers"),
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.under_way -= 1;
        state.fuse.give_back(self.leave, Instant::now());
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let change = self.shared.state().fuse.heard(self.epoch, self.answered, Instant::now());
        self.shared.tell(change);
    }
}

impl PaymentProvider for Breaker {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn answer_at_once(&self, charge: &Charge) -> Option<Answer> {
        self.provider.answer_at_once(charge)
    }

    fn admit(&self) -> Result<Admission, Unavailable> {
        let Limits { at_once, retry_when_full, .. } = self.shared.limits;
        let mut state = self.shared.state();
        if state.under_way >= at_once {
            return Err(Unavailable { retry_after: retry_when_full });
        }
        let (leave, change) = state
            .fuse
            .ask(Instant::now())
            .map_err(|left| Unavailable { retry_after: left.unwrap_or(retry_when_full) })?;
        state.under_way += 1;
        drop(state);
        self.shared.tell(change);
        Ok(Box::new(Admitted { shared: Arc::clone(&self.shared), leave }))
    }

    fn health(&self) -> Option<Health> {
        let state = self.shared.state();
        Some(Health {
            circuit: state.fuse.shown(Instant::now()),
            under_way: state.under_way,
            failures: state.fuse.failures(),
        })
    }

    fn approve<'a>(
        &'a self,
        charge: &'a Charge,
        payer: AccountId,
    ) -> BoxFuture<'a, Result<Answer, ProviderError>> {
        Box::pin(async move {
            let epoch = self.shared.state().fuse.epoch();
            let mut asked = Asked { shared: Arc::clone(&self.shared), epoch, answered: false };
            let answer = self.provider.approve(charge, payer).await;
            asked.answered = answer.is_ok();
            answer
        })
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        self.provider.look_up(charge)
    }

    fn close<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        self.provider.close(charge)
    }

    fn cancel<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>> {
        self.provider.cancel(charge)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use matching_protocol::Price;

    use super::*;

    /// Answers nothing, or approves.
    struct Scripted {
        answers: bool,
    }

    impl PaymentProvider for Scripted {
        fn name(&self) -> &str {
            "scripted"
        }
        fn answer_at_once(&self, _: &Charge) -> Option<Answer> {
            None
        }
        fn approve<'a>(
            &'a self,
            _: &'a Charge,
            _: AccountId,
        ) -> BoxFuture<'a, Result<Answer, ProviderError>> {
            Box::pin(async { if self.answers { Ok(Answer::Approved) } else { std::future::pending().await } })
        }
        fn look_up<'a>(&'a self, _: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
            Box::pin(async { Ok(LookUp::Unknown) })
        }
        fn close<'a>(&'a self, _: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
            Box::pin(async { Ok(LookUp::Canceled) })
        }
        fn cancel<'a>(&'a self, _: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>> {
            Box::pin(async { Ok(()) })
        }
    }

    fn breaker(answers: bool, at_once: u32) -> Breaker {
        let thresholds = Thresholds { first_wait: Duration::from_secs(3600), ..Thresholds::default() };
        Breaker::new(Arc::new(Scripted { answers }), Limits { at_once, thresholds, ..Limits::default() })
    }

    fn charge() -> Charge {
        let amount = Price::new(50_000).expect("a price");
        Charge { provider: "scripted".to_owned(), key: "k".to_owned(), amount }
    }

    #[tokio::test]
    async fn a_charge_that_nobody_waits_for_any_more_has_failed_and_five_open_the_circuit() {
        let (breaker, charge) = (breaker(false, 64), charge());
        for failures in 1..=5 {
            let admission = breaker.admit().expect("closed");
            let mut approve = breaker.approve(&charge, AccountId(1));
            assert!((&mut approve).now_or_never().is_none());
            drop((approve, admission));
            assert_eq!(
                breaker.health().map(|health| (health.failures, health.under_way)),
                Some((failures, 0))
            );
        }
        assert!(breaker.admit().is_err_and(|refused| refused.retry_after > Duration::from_secs(3500)));
        assert_eq!(breaker.cancel(&charge).await, Ok(()), "a refund never waits");
        assert_eq!(breaker.look_up(&charge).await, Ok(LookUp::Unknown), "nor does a look-up");
    }

    #[tokio::test]
    async fn no_more_are_admitted_than_may_be_under_way_until_one_is_done() {
        let (breaker, charge) = (breaker(true, 2), charge());
        let (first, _second) = (breaker.admit().expect("one"), breaker.admit().expect("two"));
        assert_eq!(
            breaker.admit().err(),
            Some(Unavailable { retry_after: Limits::default().retry_when_full })
        );
        assert_eq!(breaker.approve(&charge, AccountId(1)).await, Ok(Answer::Approved));
        drop(first);
        assert!(breaker.admit().is_ok());
    }
}
