//! What crosses the wire to a payment provider: `data/payment-provider.openapi.yaml` describes it for others.

use serde::{Deserialize, Serialize};

/// The idempotency key of a charge or its cancel, as in the body or the path.
pub const KEY_HEADER: &str = "idempotency-key";
/// When the request was signed: seconds since 1970, UTC.
pub const TIME_HEADER: &str = "matching-time";
/// `v1=` and the signature in hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "matching-signature";
/// The longest body of a request, in bytes.
pub const MAX_REQUEST: usize = 16 * 1024;
/// The longest body of an answer, in bytes.
pub const MAX_ANSWER: usize = 256 * 1024;
/// How far a request's time may lie from the provider's clock, in seconds.
pub const MAX_SKEW: i64 = 300;
/// The path of all charges.
pub const CHARGES: &str = "/v1/charges";

/// The path of one charge.
pub fn charge_path(key: &str) -> String {
    format!("{CHARGES}/{key}")
}

/// The path of the cancel of a charge.
pub fn cancel_path(key: &str) -> String {
    format!("{CHARGES}/{key}/cancel")
}

/// The path of the close of a charge.
pub fn close_path(key: &str) -> String {
    format!("{CHARGES}/{key}/close")
}

/// What money is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Currency {
    /// Whole won.
    #[serde(rename = "KRW")]
    Krw,
}

/// Asks for a charge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeOrder {
    /// The idempotency key.
    pub key: String,
    /// In whole won.
    pub amount: i64,
    /// Of the amount.
    pub currency: Currency,
    /// Who pays: `account:17`.
    pub payer: String,
}

/// Asks for a close (what was not approved never will be) or a cancel (and what was is given back) of a charge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOrder {
    /// What the charge was asked for, in whole won.
    pub amount: i64,
    /// Of the amount.
    pub currency: Currency,
}

/// Where a charge stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChargeStatus {
    /// Received, and not decided yet.
    Pending,
    /// The money is held.
    Approved,
    /// Nothing was charged, and never will be under this key.
    Declined,
    /// Given back, or never charged and never to be.
    Canceled,
}

/// What the provider knows of a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChargeRecord {
    /// The idempotency key.
    pub key: String,
    /// What was asked for, in whole won.
    pub amount: i64,
    /// Of the amount.
    pub currency: Currency,
    /// Where it stands.
    pub status: ChargeStatus,
    /// Why it was declined, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was taken, in whole won: the amount, or 0.
    pub taken: i64,
    /// What was given back of it.
    pub given_back: i64,
}

/// A page of all charges, in the order in which they last changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChargePage {
    /// The charges.
    pub charges: Vec<ChargeRecord>,
    /// Ask for what comes behind with `after`; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// Why a request was not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// No charge, close or cancel with this key was ever received.
    UnknownKey,
    /// The key was used with another amount or payer.
    KeyReused,
    /// The charge is not decided yet, so it can't be canceled now.
    StillPending,
    /// The signature is missing or not that of the request.
    BadSignature,
    /// The request's time lies too far from the provider's clock.
    StaleTime,
    /// The request is not as the contract says.
    BadRequest,
    /// The body is too long.
    TooLarge,
    /// A failure; nothing is known of the outcome.
    Failed,
    /// Some other one; the provider has more than the contract does.
    #[serde(other)]
    Other,
}

/// The body of every answer that is not 200.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// For programs.
    pub code: ProblemCode,
    /// For people.
    #[serde(default)]
    pub message: String,
}
