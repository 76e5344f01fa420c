//! Who one is on a connection of a [`super::Live`]: by the session's tokens, by a login of the app, or nobody.

use std::time::Duration;

use matching_protocol::{
    AccountView, Authenticate, ErrorCode, ErrorReply, Outcome, Refresh, ResultBody, Secret, SessionRequest,
    SignedIn, Time,
};
use tokio::time::Instant;

use super::Ended;
use super::live::Update;
use super::online::{Online, Standing, Stop, Waiting, unfitting};
use crate::session::Session;

impl Online<'_> {
    /// By the session's tokens, if there are any.
    pub(super) async fn sign_in(&mut self) -> Result<(), Stop> {
        let Some(session) = self.task.session() else {
            let error = ErrorReply::new(ErrorCode::Unauthenticated, self.task.language);
            return self.give_up(error).await;
        };
        self.standing = Standing::SigningIn;
        if self.wire.instant_of(session.access_expires_at) > Instant::now() + Duration::from_secs(5) {
            self.refresh_early(session.access_expires_at);
            let access_token = session.access_token;
            self.ask(SessionRequest::Authenticate(Authenticate { access_token }), Waiting::Authenticate)
                .await?;
            return Ok(());
        }
        self.refresh().await
    }

    pub(super) async fn refresh(&mut self) -> Result<(), Stop> {
        self.refresh_at = None;
        let Some(session) = self.task.session() else {
            let error = ErrorReply::new(ErrorCode::Unauthenticated, self.task.language);
            return self.give_up(error).await;
        };
        let refresh_token = session.refresh_token.clone();
        let waiting = Waiting::Refresh(Box::new(session));
        self.ask(SessionRequest::Refresh(Refresh { refresh_token }), waiting).await?;
        Ok(())
    }

    fn refresh_early(&mut self, expires_at: Time) {
        self.refresh_at = Some(self.wire.refresh_at(expires_at));
    }

    pub(super) async fn authenticated(&mut self, outcome: Outcome) -> Result<(), Stop> {
        match outcome {
            Outcome::Result(ResultBody::Account(account)) => self.signed_in(account).await,
            Outcome::Error(error) if error.code == ErrorCode::Unauthenticated => self.refresh().await,
            Outcome::Error(error) => self.refused(error).await,
            Outcome::Result(_) => Err(unfitting()),
        }
    }

    pub(super) async fn refreshed(&mut self, used: Session, outcome: Outcome) -> Result<(), Stop> {
        match outcome {
            Outcome::Result(ResultBody::SignedIn(signed_in)) => {
                let account = signed_in.account.clone();
                self.keep(signed_in, Some(&used.refresh_token));
                if self.standing == Standing::SigningIn {
                    self.signed_in(account).await?;
                }
                for (id, body) in std::mem::take(&mut self.held) {
                    self.send(id, body.clone(), Waiting::App { body, again: true }).await?;
                }
                Ok(())
            }
            Outcome::Error(error) if error.code == ErrorCode::Unauthenticated => {
                let now = self.task.session();
                if now.is_some_and(|now| now.refresh_token != used.refresh_token) {
                    // Somebody logged in anew in the same file.
                    return self.sign_in().await;
                }
                if self.task.unsaved.is_none() {
                    self.task.store.forget(&used.refresh_token).unwrap_or_default();
                }
                self.task.unsaved = None;
                self.give_up(error).await
            }
            Outcome::Error(error) => self.refused(error).await,
            Outcome::Result(_) => Err(unfitting()),
        }
    }

    /// The server knows who it is and says no, or can't say now: then a new connection asks again.
    async fn refused(&mut self, error: ErrorReply) -> Result<(), Stop> {
        match error.code {
            ErrorCode::AccountDisabled | ErrorCode::AccountPending => self.give_up(error).await,
            _ => Err(Ended::Bye(error).into()),
        }
    }

    async fn give_up(&mut self, error: ErrorReply) -> Result<(), Stop> {
        self.signed_out(&error).await?;
        Ok(self.task.tell(Update::SignedOut(error)).await?)
    }

    pub(super) async fn signed_out(&mut self, error: &ErrorReply) -> Result<(), Stop> {
        self.standing = Standing::SignedOut;
        self.refresh_at = None;
        self.subscribing = None;
        for (id, _) in std::mem::take(&mut self.held) {
            self.task.tell(Update::Reply(id, Outcome::Error(error.clone()))).await?;
        }
        Ok(())
    }

    pub(super) async fn signed_in(&mut self, account: AccountView) -> Result<(), Stop> {
        self.standing = Standing::SignedIn;
        self.task.tell(Update::SignedIn(account)).await?;
        if self.task.following.is_some() {
            self.subscribe().await?;
        }
        Ok(())
    }

    /// Keeps the tokens; `used` names the refresh token that brought them, none for a login.
    pub(super) fn keep(&mut self, signed_in: SignedIn, used: Option<&Secret>) {
        self.refresh_early(signed_in.access_expires_at);
        let session = Session::new(&self.task.url, signed_in);
        let kept = match used {
            Some(used) if self.task.unsaved.is_none() => self.task.store.refreshed(used, &session),
            _ => self.task.store.save(&session),
        };
        self.task.unsaved = kept.is_err().then_some(session);
    }
}
