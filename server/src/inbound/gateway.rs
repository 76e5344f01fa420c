//! The gateway: who is it, may they, how often. It stands in front of the five contexts and is none of them.

mod query;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use matching_protocol::{
    AccountId, Command, CommandId, ErrorCode, ErrorReply, Language, Login, Nothing, Query, Refresh, Register,
    ResultBody, Role, Secret, ServerHello, SignedIn, Time,
};

use crate::application::dispatch::{Dispatch, Refused, Sender};
use crate::application::follow::Views;
use crate::application::push::Pusher;
use crate::contexts::Rules;
use crate::ports::accounts::{Account, AccountsError, NewAccount};
use crate::ports::{Accounts, Clock, EventLog};

/// What every connection needs.
pub struct Gateway {
    /// Who may come in.
    pub accounts: Arc<dyn Accounts>,
    /// Where commands go.
    pub dispatch: Arc<Dispatch>,
    /// Where queries go.
    pub views: Arc<Views>,
    /// For timelines.
    pub log: Arc<dyn EventLog>,
    /// What is pushed.
    pub pusher: Pusher,
    /// For tokens.
    pub clock: Arc<dyn Clock>,
    /// For the hello.
    pub rules: Rules,
    /// Whether people may register themselves.
    pub registration: bool,
    /// Requests of each account.
    pub limiter: Limiter,
    /// Who is connected now.
    pub connections: Connections,
}

/// Counts the connections that have said hello.
#[derive(Default)]
pub struct Connections(AtomicUsize);

/// One of them, until it is dropped.
pub struct Connected<'a>(&'a Connections);

impl Connections {
    /// One more.
    pub fn enter(&self) -> Connected<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Connected(self)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bounds the requests of each account.
pub struct Limiter(Option<DefaultKeyedRateLimiter<AccountId>>);

impl Limiter {
    /// So many a second, with bursts of five times as many (DOMAIN.md, limits); 0 is no limit.
    pub fn new(per_second: u32) -> Limiter {
        let quota = NonZeroU32::new(per_second)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(FIVE)));
        Limiter(quota.map(RateLimiter::keyed))
    }

    /// # Errors
    /// The wait in milliseconds, if the account has to wait.
    fn check(&self, account: AccountId) -> Result<(), u64> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&account).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1)
        })
    }

    /// Forgets accounts that have been quiet.
    pub fn tidy(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

const FIVE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// Somebody who is logged in on a connection.
#[derive(Clone)]
pub struct Identity {
    /// Who, as it was at the login.
    pub account: Arc<Account>,
    /// Until when the access token is good.
    pub expires_at: Time,
}

impl Identity {
    /// For commands and pushes.
    pub fn sender(&self) -> Sender {
        Sender { account: self.account.id, role: self.account.role }
    }
}

impl Gateway {
    /// The server's side of the hello.
    pub fn hello(&self) -> ServerHello {
        ServerHello {
            version: matching_protocol::VERSION,
            server: concat!("matching-server/", env!("CARGO_PKG_VERSION")).to_owned(),
            log: self.log.id(),
            now: self.clock.now(),
            prices: self.rules.prices,
            registration: self.registration,
            finish_early: self.rules.finish_early,
            past_visits: self.rules.past_visits,
        }
    }

    /// Whether this one may ask for something now.
    ///
    /// # Errors
    /// `unauthenticated`, `account_disabled` or `rate_limited`, with when to try again.
    pub fn admit(&self, identity: Option<&Identity>, language: Language) -> Result<Identity, ErrorReply> {
        let refuse = |code| Err(ErrorReply::new(code, language));
        let Some(identity) = identity else { return refuse(ErrorCode::Unauthenticated) };
        if identity.expires_at <= self.clock.now() || !self.accounts.still_in(&identity.account) {
            return refuse(ErrorCode::Unauthenticated);
        }
        if let Err(wait) = self.limiter.check(identity.account.id) {
            let limited = ErrorReply::new(ErrorCode::RateLimited, language);
            return Err(ErrorReply { retry_after_ms: Some(wait), ..limited });
        }
        Ok(identity.clone())
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// As [`Dispatch::command`].
    pub async fn command(
        &self,
        sender: Sender,
        id: CommandId,
        command: Command,
    ) -> Result<ResultBody, Refused> {
        self.dispatch.command(sender, id, command).await.map(ResultBody::Done)
    }

    /// Answers a query with what this one may see.
    ///
    /// # Errors
    /// `wrong_role`, `not_found`, `context_unavailable`, or a failure.
    pub async fn query(&self, sender: Sender, query: Query) -> Result<ResultBody, ErrorCode> {
        query::answer(self, sender, query).await
    }

    /// # Errors
    /// `registration_closed`, what the values and the port refuse, or `account_pending` for a teacher, whose account is made.
    pub async fn register(&self, register: Register) -> Result<(SignedIn, Identity), AccountsError> {
        if !self.registration {
            return Err(ErrorCode::RegistrationClosed.into());
        }
        let account = self.accounts.create(NewAccount::registering(register)?, self.clock.now()).await?;
        tracing::info!(account = %account.id, role = %account.role, "registered");
        let signed_in = self.accounts.sign_in(account.id, self.clock.now()).await?;
        self.identified(signed_in)
    }

    /// # Errors
    /// As [`Accounts::log_in`].
    pub async fn log_in(&self, login: Login) -> Result<(SignedIn, Identity), AccountsError> {
        let signed_in = self.accounts.log_in(login.name, login.password, self.clock.now()).await?;
        tracing::info!(account = %signed_in.account.account, "logged in");
        self.identified(signed_in)
    }

    /// # Errors
    /// As [`Accounts::refresh`].
    pub fn refresh(&self, refresh: &Refresh) -> Result<(SignedIn, Identity), AccountsError> {
        let signed_in = self.accounts.refresh(&refresh.refresh_token, self.clock.now())?;
        self.identified(signed_in)
    }

    fn identified(&self, signed_in: SignedIn) -> Result<(SignedIn, Identity), AccountsError> {
        let identity = self.authenticate(&signed_in.access_token)?;
        Ok((signed_in, identity))
    }

    /// # Errors
    /// As [`Accounts::authenticate`].
    pub fn authenticate(&self, access_token: &Secret) -> Result<Identity, AccountsError> {
        let authenticated = self.accounts.authenticate(access_token, self.clock.now())?;
        Ok(Identity { account: authenticated.account, expires_at: authenticated.expires_at })
    }

    /// # Errors
    /// As [`Accounts::revoke`].
    pub async fn log_out(&self, refresh: Refresh) -> Result<ResultBody, AccountsError> {
        self.accounts.revoke(refresh.refresh_token).await?;
        Ok(ResultBody::Ok(Nothing {}))
    }

    /// The error as a client gets it; a failure's details go to the log.
    pub fn refusal(&self, error: &AccountsError, language: Language) -> ErrorReply {
        if let AccountsError::Failed(cause) | AccountsError::ReadOnly(cause) = error {
            tracing::error!(%error, cause = format!("{cause:#}"), "accounts");
        }
        error.reply(language)
    }
}

/// Whether a role may ask for something that is for one role and admins.
fn only(sender: Sender, role: Role) -> Result<Option<AccountId>, ErrorCode> {
    match sender.role {
        Role::Admin => Ok(None),
        own if own == role => Ok(Some(sender.account)),
        _ => Err(ErrorCode::WrongRole),
    }
}
