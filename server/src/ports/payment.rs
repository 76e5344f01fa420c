//! Who takes the money.

use std::time::Duration;

use matching_protocol::{AccountId, DeclineReason, Price};

use super::BoxFuture;

/// One attempt to charge, under its idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Which provider; look-up and refund use it, whatever the setting is by then.
    pub provider: String,
    /// Log id, match, attempt.
    pub key: String,
    /// How much.
    pub amount: Price,
}

/// What a provider says to a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The money is held.
    Approved,
    /// Nothing was charged.
    Declined(DeclineReason),
}

/// What a provider knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// It was charged, or declined.
    Answered(Answer),
    /// It was canceled: it was given back, or can never be charged.
    Canceled,
    /// It never heard of it.
    Unknown,
}

/// No certain answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The request was certainly not received.
    #[error("the provider was not reached: {0}")]
    NotReached(String),
    /// It may have been carried out.
    #[error("no certain answer: {0}")]
    Unknown(String),
}

/// Leave to start one charge; whoever drops it gives it back.
pub type Admission = Box<dyn Send + Sync>;

/// No charge may be started now: nothing was asked, and nothing is to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// When to try again.
    pub retry_after: Duration,
}

/// Whether charges reach an outside provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// They do.
    Closed,
    /// They are refused at once.
    Open {
        /// Until then.
        retry_after: Duration,
    },
    /// One is on its way to see whether they do again.
    HalfOpen,
}

/// How an outside provider does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether charges reach it.
    pub circuit: Circuit,
    /// How many charges are under way.
    pub under_way: u32,
    /// How many in a row had no answer, up to now.
    pub failures: u32,
}

/// A payment provider. Every call names a key; the same key again does nothing twice.
pub trait PaymentProvider: Send + Sync {
    /// The name that `PaymentRequested` keeps.
    fn name(&self) -> &str;

    /// The answer, if the provider keeps no truth of its own and can give it within the process, at once: then intent
    /// and outcome are one append. An outside provider returns `None` and is asked through [`PaymentProvider::approve`].
    fn answer_at_once(&self, charge: &Charge) -> Option<Answer>;

    /// Leave to start a charge, asked for before its intent is noted and held until there is an answer. Look-ups and
    /// cancels need none.
    ///
    /// # Errors
    /// [`Unavailable`] if the provider is known not to answer, or has enough to do.
    fn admit(&self) -> Result<Admission, Unavailable> {
        Ok(Box::new(()))
    }

    /// How it does, if it is outside of this process.
    fn health(&self) -> Option<Health> {
        None
    }

    /// Charges `payer`. Whoever stops waiting for the answer has got none.
    fn approve<'a>(
        &'a self,
        charge: &'a Charge,
        payer: AccountId,
    ) -> BoxFuture<'a, Result<Answer, ProviderError>>;

    /// What became of a charge.
    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>>;

    /// Makes sure that a charge that was not approved never will be, and leaves one that was as it is; where it stands
    /// then. What is not [`LookUp::Answered`] has never been charged. However late or often it arrives, it takes nothing
    /// from a charge that was approved: a cancel in its place could give back what a look-up has just found.
    fn close<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>>;

    /// Gives back what was charged, or makes sure that it never will be. `Ok` is the provider's acknowledgement.
    fn cancel<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>>;
}
