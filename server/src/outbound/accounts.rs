//! Accounts in a SQLite file of their own, beside the log.
//!
//! - `passwords`: argon2id, on two threads
//! - `guesses`: how often one may guess
//! - `tokens`: signed access tokens, random refresh tokens
//! - `store`, `rows`: the file `accounts.sqlite`, its cache, its statements

mod guesses;
mod passwords;
mod rows;
mod store;
mod tokens;

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use matching_protocol::{AccountId, AccountName, ErrorCode, Secret, SignedIn, Time};
use tokio::sync::broadcast;

use self::passwords::{Guess, Passwords};
use self::rows::Token;
use self::store::Store;
use self::tokens::Signer;
use crate::ports::accounts::{Account, Accounts, AccountsError, Answer, Authenticated, NewAccount};

pub use self::guesses::{FAILURES, WINDOW};
pub use self::passwords::HashCost;
pub use self::tokens::{ACCESS, REFRESH};

/// So many notices wait for a listener; one that lags behind is told so, and looks at all its connections.
const NOTICES: usize = 256;

/// Accounts in the file `accounts.sqlite` of a data folder.
pub struct SqliteAccounts {
    store: Store,
    passwords: Passwords,
    signer: Signer,
    voided: broadcast::Sender<AccountId>,
}

impl SqliteAccounts {
    /// Opens the folder's accounts, or makes the file and the key that signs tokens at first start.
    ///
    /// # Errors
    /// If a file can't be opened or made, with what to do about it.
    pub fn open(folder: &Path, cost: HashCost) -> anyhow::Result<SqliteAccounts> {
        Ok(SqliteAccounts {
            store: Store::open(folder)?,
            passwords: Passwords::start(cost)?,
            signer: Signer::open(folder)?,
            voided: broadcast::Sender::new(NOTICES),
        })
    }

    fn find(&self, name: &AccountName) -> Result<Option<(Account, String)>, AccountsError> {
        self.store.read(|connection| rows::by_name(connection, name))
    }

    /// A new refresh token, and an access token with it.
    async fn issue(&self, account: &Account, now: Time) -> Result<SignedIn, AccountsError> {
        account.state.let_in()?;
        let refresh_token = tokens::new_refresh_token().map_err(AccountsError::Failed)?;
        let token = Token {
            hash: tokens::hash_of(&refresh_token),
            account: account.id,
            epoch: account.epoch,
            expires_at: now.plus(REFRESH),
        };
        let expires_at = token.expires_at;
        self.store.write(move |connection| rows::insert_token(connection, &token, now)).await?;
        self.signed_in(account, refresh_token, expires_at, now)
    }

    fn signed_in(
        &self,
        account: &Account,
        refresh_token: Secret,
        refresh_expires_at: Time,
        now: Time,
    ) -> Result<SignedIn, AccountsError> {
        let (access_token, access_expires_at) =
            self.signer.sign(account, now).map_err(AccountsError::Failed)?;
        Ok(SignedIn {
            account: account.view(),
            access_token,
            access_expires_at,
            refresh_token,
            refresh_expires_at,
        })
    }

    async fn hash(&self, password: Secret) -> Result<String, AccountsError> {
        if password.0.is_empty() {
            return Err(ErrorCode::InvalidPassword.into());
        }
        self.passwords.hash(password).await
    }

    /// Tells that tokens became void. Nobody may be listening.
    fn announce(&self) -> impl FnOnce(&Account) + Send + use<> {
        let voided = self.voided.clone();
        move |account| {
            let _ = voided.send(account.id);
        }
    }
}

impl Accounts for SqliteAccounts {
    fn create(&self, account: NewAccount, now: Time) -> Answer<'_, Arc<Account>> {
        async move {
            if self.find(&account.name)?.is_some() {
                return Err(ErrorCode::NameTaken.into());
            }
            let hash = self.hash(account.password.clone()).await?;
            let insert =
                move |connection: &rusqlite::Connection| rows::insert(connection, &account, &hash, now);
            self.store.write_account(insert, |_| ()).await
        }
        .boxed()
    }

    fn log_in(&self, name: AccountName, password: Secret, now: Time) -> Answer<'_, SignedIn> {
        async move {
            let (account, hash) = self.find(&name)?.unzip();
            let matches = self.passwords.verify(Guess { name, password, hash, now }).await?;
            match account.filter(|_| matches) {
                Some(account) => self.issue(&account, now).await,
                None => Err(ErrorCode::Unauthenticated.into()),
            }
        }
        .boxed()
    }

    fn sign_in(&self, account: AccountId, now: Time) -> Answer<'_, SignedIn> {
        async move {
            let account = self.store.account(account)?.ok_or(ErrorCode::Unauthenticated)?;
            self.issue(&account, now).await
        }
        .boxed()
    }

    fn authenticate(&self, access_token: &Secret, now: Time) -> Result<Authenticated, AccountsError> {
        let token = self.signer.verify(access_token, now).ok_or(ErrorCode::Unauthenticated)?;
        let account = self.store.account(token.account)?.ok_or(ErrorCode::Unauthenticated)?;
        account.state.let_in()?;
        if account.epoch != token.epoch {
            return Err(ErrorCode::Unauthenticated.into());
        }
        Ok(Authenticated { account, expires_at: token.expires_at })
    }

    fn refresh(&self, refresh_token: &Secret, now: Time) -> Result<SignedIn, AccountsError> {
        let hash = tokens::hash_of(refresh_token);
        let token = self
            .store
            .read(|connection| rows::token(connection, &hash))?
            .filter(|token| now < token.expires_at)
            .ok_or(ErrorCode::Unauthenticated)?;
        let account = self.store.account(token.account)?.ok_or(ErrorCode::Unauthenticated)?;
        account.state.let_in()?;
        if account.epoch != token.epoch {
            return Err(ErrorCode::Unauthenticated.into());
        }
        self.signed_in(&account, refresh_token.clone(), token.expires_at, now)
    }

    fn revoke(&self, refresh_token: Secret) -> Answer<'_, ()> {
        let hash = tokens::hash_of(&refresh_token);
        async move { self.store.write(move |connection| rows::delete_token(connection, &hash)).await }.boxed()
    }

    fn get(&self, account: AccountId) -> Option<Arc<Account>> {
        readable(self.store.account(account))
    }

    fn by_name(&self, name: &AccountName) -> Option<Arc<Account>> {
        readable(self.find(name)).map(|(account, _)| Arc::new(account))
    }

    fn page(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Arc<Account>>, AccountsError> {
        let after = after.map_or(0, |account| account.0);
        let page = self.store.read(|connection| rows::page(connection, after, limit))?;
        Ok(page.into_iter().map(Arc::new).collect())
    }

    fn approve(&self, name: AccountName) -> Answer<'_, Arc<Account>> {
        self.store.write_account(move |connection| rows::approve(connection, &name), |_| ()).boxed()
    }

    fn disable(&self, name: AccountName) -> Answer<'_, Arc<Account>> {
        self.store.write_account(move |connection| rows::disable(connection, &name), self.announce()).boxed()
    }

    fn set_password(&self, name: AccountName, password: Secret) -> Answer<'_, Arc<Account>> {
        async move {
            let hash = self.hash(password).await?;
            let set = move |connection: &rusqlite::Connection| rows::set_password(connection, &name, &hash);
            self.store.write_account(set, self.announce()).await
        }
        .boxed()
    }

    fn voided(&self) -> broadcast::Receiver<AccountId> {
        self.voided.subscribe()
    }
}

fn readable<T>(read: Result<Option<T>, AccountsError>) -> Option<T> {
    read.unwrap_or_else(|error| {
        tracing::error!(error = format!("{:#}", anyhow::Error::from(error)), "an account can't be read");
        None
    })
}
