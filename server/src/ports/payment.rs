//! Who takes the money.

use matching_protocol::{DeclineReason, Price};

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

/// A payment provider. Every call names a key; the same key again does nothing twice.
pub trait PaymentProvider: Send + Sync {
    /// The name that `PaymentRequested` keeps.
    fn name(&self) -> &str;

    /// The answer, if the provider keeps no truth of its own and can give it within the process, at once: then intent
    /// and outcome are one append. An outside provider returns `None` and is asked through [`PaymentProvider::approve`].
    fn answer_at_once(&self, charge: &Charge) -> Option<Answer>;

    /// Charges.
    fn approve<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<Answer, ProviderError>>;

    /// What became of a charge.
    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>>;

    /// Gives back what was charged, or makes sure that it never will be. `Ok` is the provider's acknowledgement.
    fn cancel<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>>;
}
