//! A payment provider over HTTP(S), or a small bridge before one: the contract stands in
//! `data/payment-provider.openapi.yaml`.
//!
//! Only what says so itself counts as an answer: a record with the charge's own key and amount. Whatever else comes
//! back, from whoever stands in between, leaves the outcome unknown, and it is looked up.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use matching_protocol::text::visible;
use matching_protocol::{AccountId, Actor, DeclineReason, Secret};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, StatusCode, Url, redirect};
use serde::Serialize;

use super::contract::{
    CHARGES, ChargeOrder, ChargeRecord, ChargeStatus, Currency, EndOrder, KEY_HEADER, MAX_ANSWER, Problem,
    ProblemCode, SIGNATURE_HEADER, TIME_HEADER, cancel_path, charge_path, close_path,
};
use super::signature::{Signed, SigningKey};
use crate::ports::payment::{Answer, Charge, LookUp, PaymentProvider, ProviderError};
use crate::ports::{BoxFuture, Clock};

/// The most that a connection may take of the time limit: what has no connection by then was certainly not charged.
const CONNECT_SHARE: f64 = 0.75;
/// Shorter than servers usually wait, so that a request seldom meets a connection that is being closed.
const IDLE: Duration = Duration::from_secs(20);
/// No call may take longer, whoever waits for it.
const LONGEST: Duration = Duration::from_secs(30);

/// Where a provider is, and how to talk to it.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// What `PaymentRequested` keeps; look-ups and refunds go to the provider of this name for ever.
    pub name: String,
    /// The address before `/v1/charges`.
    pub url: Url,
    /// What both sides know.
    pub secret: Secret,
    /// How long it has to answer a charge.
    pub limit: Duration,
}

/// A provider over HTTP.
pub struct HttpProvider {
    name: String,
    address: String,
    client: Client,
    key: SigningKey,
    clock: Arc<dyn Clock>,
}

/// What came back.
struct Reply {
    status: StatusCode,
    body: Vec<u8>,
}

impl HttpProvider {
    /// Makes ready to talk; asks nothing yet.
    ///
    /// # Errors
    /// If the secret is too short, the address would carry money unprotected, or TLS can't be set up.
    pub fn new(settings: &HttpSettings, clock: Arc<dyn Clock>) -> anyhow::Result<HttpProvider> {
        let HttpSettings { name, url, secret, limit } = settings;
        let builder = Client::builder()
            .user_agent(concat!("matching-server/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(limit.mul_f64(CONNECT_SHARE))
            .timeout(LONGEST)
            .pool_idle_timeout(IDLE);
        let builder = match url.scheme() {
            "https" => builder.https_only(true),
            "http" if is_this_machine(url) => builder.no_proxy(),
            _ => anyhow::bail!(
                "payments to {url} would not be protected: give an https:// address (http:// only on this machine)"
            ),
        };
        Ok(HttpProvider {
            name: name.clone(),
            address: url.as_str().trim_end_matches('/').to_owned(),
            client: builder.build().context("can't make ready for payments over HTTP")?,
            key: SigningKey::new(secret)?,
            clock,
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: Vec<u8>,
    ) -> Result<Reply, ProviderError> {
        let time = self.clock.now().as_millis().div_euclid(1_000);
        let signature = self.key.sign(Signed { time, method: method.as_str(), path, body: &body });
        let request = self
            .client
            .request(method, format!("{}{path}", self.address))
            .header(TIME_HEADER, time)
            .header(SIGNATURE_HEADER, signature)
            .header(KEY_HEADER, key);
        let request = if body.is_empty() {
            request
        } else {
            request.header(CONTENT_TYPE, "application/json").body(body)
        };
        let mut response = request.send().await.map_err(not_sent_or_unknown)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unknown(described(error)))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(unknown(format!("the answer is longer than {MAX_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, body })
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        order: &impl Serialize,
    ) -> Result<Reply, ProviderError> {
        let body = serde_json::to_vec(order).map_err(|error| ProviderError::NotReached(error.to_string()))?;
        self.send(method, path, key, body).await
    }

    async fn end(&self, path: &str, charge: &Charge) -> Result<Reply, ProviderError> {
        let order = EndOrder { amount: charge.amount.won(), currency: Currency::Krw };
        self.ask(Method::POST, path, &charge.key, &order).await
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Without a connection, TLS included, nothing was sent.
fn not_sent_or_unknown(error: reqwest::Error) -> ProviderError {
    if error.is_connect() || error.is_builder() {
        ProviderError::NotReached(described(error))
    } else {
        ProviderError::Unknown(described(error))
    }
}

fn unknown(what: impl Into<String>) -> ProviderError {
    ProviderError::Unknown(what.into())
}

/// The error with its causes, without the address.
fn described(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    visible(&text).into_owned()
}

impl Reply {
    fn problem(&self) -> Option<Problem> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What else came back than a record.
    fn unexpected(&self) -> ProviderError {
        match self.problem() {
            Some(Problem { code, message }) => {
                let message: String = message.chars().take(200).collect();
                unknown(format!("{}: {code:?}: {}", self.status, visible(&message)))
            }
            None => unknown(format!("{} without a word of the contract", self.status)),
        }
    }

    /// The record, if it is the charge's own.
    fn record_of(&self, charge: &Charge) -> Result<ChargeRecord, ProviderError> {
        if self.status != StatusCode::OK {
            return Err(self.unexpected());
        }
        let record: ChargeRecord = serde_json::from_slice(&self.body)
            .map_err(|error| unknown(format!("the answer is no record: {error}")))?;
        if record.key != charge.key || record.amount != charge.amount.won() {
            return Err(unknown("the answer is about another charge"));
        }
        Ok(record)
    }
}

fn looked_up(record: &ChargeRecord) -> Result<LookUp, ProviderError> {
    match record.status {
        ChargeStatus::Pending => Err(unknown("the provider has not decided yet")),
        ChargeStatus::Approved => Ok(LookUp::Answered(Answer::Approved)),
        ChargeStatus::Declined => Ok(LookUp::Answered(Answer::Declined(reason_of(record)))),
        ChargeStatus::Canceled => Ok(LookUp::Canceled),
    }
}

/// The provider's word, made fit to be shown; `unavailable` is ours to say.
fn reason_of(record: &ChargeRecord) -> DeclineReason {
    let said = record.reason.as_deref().unwrap_or_default();
    let said: String = visible(said).chars().take(64).collect();
    DeclineReason::new(&said)
        .ok()
        .filter(|reason| *reason != DeclineReason::unavailable())
        .unwrap_or_else(declined)
}

fn declined() -> DeclineReason {
    DeclineReason::new("declined").unwrap_or_else(|_| DeclineReason::unavailable())
}

impl PaymentProvider for HttpProvider {
    fn name(&self) -> &str {
        &self.name
    }

    fn answer_at_once(&self, _: &Charge) -> Option<Answer> {
        None
    }

    fn approve<'a>(
        &'a self,
        charge: &'a Charge,
        payer: AccountId,
    ) -> BoxFuture<'a, Result<Answer, ProviderError>> {
        let order = ChargeOrder {
            key: charge.key.clone(),
            amount: charge.amount.won(),
            currency: Currency::Krw,
            payer: Actor::Account(payer).to_string(),
        };
        Box::pin(async move {
            let reply = self.ask(Method::POST, CHARGES, &charge.key, &order).await?;
            match looked_up(&reply.record_of(charge)?)? {
                LookUp::Answered(answer) => Ok(answer),
                LookUp::Canceled | LookUp::Unknown => Ok(Answer::Declined(DeclineReason::unavailable())),
            }
        })
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        Box::pin(async move {
            let reply = self.send(Method::GET, &charge_path(&charge.key), &charge.key, Vec::new()).await?;
            let never_heard = reply.status == StatusCode::NOT_FOUND
                && reply.problem().is_some_and(|problem| problem.code == ProblemCode::UnknownKey);
            if never_heard { Ok(LookUp::Unknown) } else { looked_up(&reply.record_of(charge)?) }
        })
    }

    fn close<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<LookUp, ProviderError>> {
        Box::pin(async move {
            let reply = self.end(&close_path(&charge.key), charge).await?;
            looked_up(&reply.record_of(charge)?)
        })
    }

    fn cancel<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let reply = self.end(&cancel_path(&charge.key), charge).await?;
            match reply.record_of(charge)?.status {
                ChargeStatus::Canceled | ChargeStatus::Declined => Ok(()),
                ChargeStatus::Pending | ChargeStatus::Approved => Err(unknown("not canceled yet")),
            }
        })
    }
}
