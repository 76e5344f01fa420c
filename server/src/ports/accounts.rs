//! The port to accounts: who may come in, as whom, and how to reach them.
//!
//! Accounts, login and the gateway stand in front of the five contexts and are none of them. Names and contacts live
//! here and never in events, so that a person can be forgotten.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use matching_protocol::{
    AccountId, AccountName, AccountView, Address, Contact, ErrorCode, ErrorReply, Language, PersonName,
    Phone, Register, Role, Secret, SignedIn, Time,
};
use tokio::sync::broadcast;

/// What an operation on accounts gives, once it is done.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AccountsError>>;

/// Who may come in.
///
/// No method reads a clock: `now` comes from the caller. Whatever an adapter may answer is listed at each method; beside
/// that, each may answer [`AccountsError::Failed`] or [`AccountsError::ReadOnly`] when its store fails, and
/// [`ErrorCode::Busy`] when its queue of writes is full. What was answered with `Ok` is on the disk.
pub trait Accounts: Send + Sync {
    /// Makes an account.
    ///
    /// [`ErrorCode::NameTaken`]; [`ErrorCode::InvalidPassword`] for an empty password; [`AccountsError::RateLimited`] when
    /// too many passwords wait to be worked on.
    fn create(&self, account: NewAccount, now: Time) -> Answer<'_, Arc<Account>>;

    /// By name and password. Takes the same time whether there is such a name or not.
    ///
    /// [`ErrorCode::Unauthenticated`] for an unknown name or a wrong password; with the right one,
    /// [`ErrorCode::AccountPending`] or [`ErrorCode::AccountDisabled`]; [`AccountsError::RateLimited`] after too many
    /// failures with this name, or when too many logins wait to be worked on.
    fn log_in(&self, name: AccountName, password: Secret, now: Time) -> Answer<'_, SignedIn>;

    /// For somebody whose password was checked or set just now: a fresh registration.
    ///
    /// [`ErrorCode::Unauthenticated`], [`ErrorCode::AccountPending`], [`ErrorCode::AccountDisabled`].
    fn sign_in(&self, account: AccountId, now: Time) -> Answer<'_, SignedIn>;

    /// By an access token.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthenticated`] if it is not of this server, has expired, or was issued before the password was
    /// changed; [`ErrorCode::AccountDisabled`].
    fn authenticate(&self, access_token: &Secret, now: Time) -> Result<Authenticated, AccountsError>;

    /// A new access token; the refresh token stays the same.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthenticated`] if the refresh token is unknown, has expired or was revoked, as all tokens of an
    /// account are when it is disabled.
    fn refresh(&self, refresh_token: &Secret, now: Time) -> Result<SignedIn, AccountsError>;

    /// Revokes a refresh token; one that is unknown is void already.
    fn revoke(&self, refresh_token: Secret) -> Answer<'_, ()>;

    /// The account with this number. Cheap; `None` also when the store can't be read, which the adapter logs.
    fn get(&self, account: AccountId) -> Option<Arc<Account>>;

    /// The account with this name; `None` also when the store can't be read, which the adapter logs.
    fn by_name(&self, name: &AccountName) -> Option<Arc<Account>>;

    /// How to reach a person; whether one may ask is for the caller to know. Cheap.
    fn contact(&self, account: AccountId) -> Option<Contact> {
        self.get(account).map(|account| account.contact())
    }

    /// At most `limit` accounts behind this one, by number.
    ///
    /// # Errors
    /// Only those that every method has.
    fn page(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Arc<Account>>, AccountsError>;

    /// Lets an account in: one that waits, or one that was disabled.
    ///
    /// [`ErrorCode::NotFound`].
    fn approve(&self, name: AccountName) -> Answer<'_, Arc<Account>>;

    /// Keeps an account out; its tokens are void, and [`Accounts::voided`] tells it.
    ///
    /// [`ErrorCode::NotFound`].
    fn disable(&self, name: AccountName) -> Answer<'_, Arc<Account>>;

    /// Sets a password; tokens issued before are void, and [`Accounts::voided`] tells it.
    ///
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidPassword`] for an empty one; [`AccountsError::RateLimited`] when too
    /// many passwords wait to be worked on.
    fn set_password(&self, name: AccountName, password: Secret) -> Answer<'_, Arc<Account>>;

    /// Tells which accounts' tokens became void, so that open connections can be ended. Bounded: who lags behind looks at
    /// every connection once, see [`Accounts::still_in`].
    fn voided(&self) -> broadcast::Receiver<AccountId>;

    /// Whether somebody who was let in as this is let in still.
    fn still_in(&self, authenticated: &Account) -> bool {
        self.get(authenticated.id)
            .is_some_and(|now| now.state == AccountState::Active && now.epoch == authenticated.epoch)
    }
}

/// An account that is to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct NewAccount {
    /// The name to log in with.
    pub name: AccountName,
    /// Any that is not empty; what people choose themselves is a [`matching_protocol::NewPassword`].
    pub password: Secret,
    /// What it may do.
    pub role: Role,
    /// The name that others see.
    pub display_name: PersonName,
    /// Shown to the other side of an assigned visit.
    pub phone: Option<Phone>,
    /// A student's: shown to the assigned teacher.
    pub address: Option<Address>,
    /// In which language to speak.
    pub language: Language,
    /// Where the person's day begins.
    pub zone: Zone,
    /// Whether it may come in at once, or waits for an admin.
    pub approved: bool,
}

impl NewAccount {
    /// What a person asks for. A student comes in at once, a teacher waits for an admin's approval.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRole`] for an admin, [`ErrorCode::InvalidZone`].
    pub fn registering(register: Register) -> Result<NewAccount, ErrorCode> {
        let approved = match register.role {
            Role::Student => true,
            Role::Teacher => false,
            Role::Admin => return Err(ErrorCode::InvalidRole),
        };
        Ok(NewAccount {
            name: register.name,
            password: Secret(register.password.expose().to_owned()),
            role: register.role,
            display_name: register.display_name,
            phone: register.phone,
            address: register.address,
            language: register.language,
            zone: Zone::new(&register.zone)?,
            approved,
        })
    }
}

/// A time zone of the IANA database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(String);

impl Zone {
    /// Takes a name such as `Asia/Seoul`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidZone`] if the database has no such zone.
    pub fn new(name: &str) -> Result<Zone, ErrorCode> {
        let zone = jiff::tz::TimeZone::get(name).map_err(|_| ErrorCode::InvalidZone)?;
        let name = zone.iana_name().filter(|_| !zone.is_unknown()).ok_or(ErrorCode::InvalidZone)?;
        Ok(Zone(name.to_owned()))
    }

    /// The name as the database writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether an account may come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountState {
    /// Waits for an admin.
    Pending,
    /// May come in.
    Active,
    /// Was disabled by an admin.
    Disabled,
}

impl AccountState {
    /// The word for it, in the store and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountState::Pending => "pending",
            AccountState::Active => "active",
            AccountState::Disabled => "disabled",
        }
    }

    /// Whether it may come in.
    ///
    /// # Errors
    /// [`ErrorCode::AccountPending`], [`ErrorCode::AccountDisabled`].
    pub fn let_in(self) -> Result<(), ErrorCode> {
        match self {
            AccountState::Active => Ok(()),
            AccountState::Pending => Err(ErrorCode::AccountPending),
            AccountState::Disabled => Err(ErrorCode::AccountDisabled),
        }
    }
}

impl std::fmt::Display for AccountState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not an [`AccountState`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such state of an account: use one of pending, active, disabled")]
pub struct NoSuchState;

impl std::str::FromStr for AccountState {
    type Err = NoSuchState;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [AccountState::Pending, AccountState::Active, AccountState::Disabled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(NoSuchState)
    }
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its number, never given twice.
    pub id: AccountId,
    /// The name to log in with.
    pub name: AccountName,
    /// What it may do.
    pub role: Role,
    /// Whether it may come in.
    pub state: AccountState,
    /// Raised whenever the tokens issued so far become void.
    pub epoch: u32,
    /// The name that others see.
    pub display_name: PersonName,
    /// Shown to the other side of an assigned visit.
    pub phone: Option<Phone>,
    /// A student's: shown to the assigned teacher.
    pub address: Option<Address>,
    /// In which language to speak.
    pub language: Language,
    /// The IANA time zone, as it was checked when the account was made.
    pub zone: String,
    /// When it was made.
    pub created_at: Time,
}

impl Account {
    /// As its owner sees it.
    pub fn view(&self) -> AccountView {
        AccountView {
            account: self.id,
            name: self.name.clone(),
            display_name: self.display_name.clone(),
            role: self.role,
            language: self.language,
            zone: self.zone.clone(),
        }
    }

    /// How to reach the person. An address is shown for students only: that is where the lesson is.
    pub fn contact(&self) -> Contact {
        Contact {
            name: self.display_name.clone(),
            phone: self.phone.clone(),
            address: self.address.clone().filter(|_| self.role == Role::Student),
        }
    }
}

/// Let in by an access token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authenticated {
    /// As whom.
    pub account: Arc<Account>,
    /// Until when.
    pub expires_at: Time,
}

/// Why an operation on accounts was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Not allowed, or not possible as asked.
    #[error("{0}")]
    Refused(ErrorCode),
    /// Too many tries with this name, or too many people at once.
    #[error("{}; again in {retry_after:?}", ErrorCode::RateLimited)]
    RateLimited {
        /// When to try again.
        retry_after: Duration,
    },
    /// The disk is full or failing; nothing was changed.
    #[error("the accounts can only be read")]
    ReadOnly(#[source] anyhow::Error),
    /// Something that should not happen; for the log, not for the client.
    #[error("the accounts failed")]
    Failed(#[source] anyhow::Error),
}

impl From<ErrorCode> for AccountsError {
    fn from(code: ErrorCode) -> Self {
        AccountsError::Refused(code)
    }
}

impl AccountsError {
    /// What a client is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            AccountsError::Refused(code) => *code,
            AccountsError::RateLimited { .. } => ErrorCode::RateLimited,
            AccountsError::ReadOnly(_) => ErrorCode::ReadOnly,
            AccountsError::Failed(_) => ErrorCode::Internal,
        }
    }

    /// What a client is told, in a language.
    pub fn reply(&self, language: Language) -> ErrorReply {
        let retry_after_ms = match self {
            AccountsError::RateLimited { retry_after } => u64::try_from(retry_after.as_millis()).ok(),
            AccountsError::Refused(_) | AccountsError::ReadOnly(_) | AccountsError::Failed(_) => None,
        };
        ErrorReply { retry_after_ms, ..ErrorReply::new(self.code(), language) }
    }
}
