//! A connection that is signed in by the session file.

use jiff::tz::TimeZone;
use matching_protocol::{
    Authenticate, Body, Command, CommandId, Done, ErrorCode, Page, PageOf, Query, Refresh, ResultBody, Role,
    Seq, ServerHello, SessionRequest,
};
use std::time::Duration;
use tokio::time::Instant;

use super::failure::Failure;
use super::{Context, output};
use crate::config;
use crate::connection::{Client, RequestError};
use crate::session::Session;

/// A token with less than this left is refreshed first.
const NEARLY_EXPIRED: Duration = Duration::from_secs(5);

impl Context {
    /// Connects, without signing in.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        Client::connect(&self.config.url, self.config.language)
            .await
            .map_err(|error| Failure::connect(error, self.config.language))
    }

    /// Connects and signs in by the session file.
    pub(super) async fn sign_in(&self) -> Result<Link<'_>, Failure> {
        let client = self.connect().await?;
        let session = self.config.session.load_for(&self.config.url)?.ok_or(Failure::NotLoggedIn)?;
        let mut link = Link { context: self, client, session };
        link.authenticate().await?;
        Ok(link)
    }

    /// Signs in, carries one command out, and tells what came of it.
    pub(super) async fn carry_out(&self, id: CommandId, command: Command) -> Result<(), Failure> {
        let mut link = self.sign_in().await?;
        let done = link.command(id, command).await?;
        link.close().await;
        if self.json {
            return output::json(&done);
        }
        output::fields(&[
            ("match_id", Some(done.match_id.to_string())),
            ("status", Some(done.status.to_string())),
        ])
    }
}

/// Who is signed in, and the connection.
pub(super) struct Link<'a> {
    context: &'a Context,
    pub(super) client: Client,
    session: Session,
}

impl Link<'_> {
    pub(super) fn role(&self) -> Role {
        self.session.account.role
    }

    pub(super) fn hello(&self) -> &ServerHello {
        self.client.hello()
    }

    /// The zone that times are shown and read in.
    pub(super) fn zone(&self) -> TimeZone {
        config::zone(Some(&self.session.account))
    }

    /// When the access token has to be refreshed on a connection that stays.
    pub(super) fn refresh_at(&self) -> Instant {
        self.client.refresh_at(self.session.access_expires_at)
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        self.client.close().await;
    }

    async fn authenticate(&mut self) -> Result<(), Failure> {
        let expires = self.client.instant_of(self.session.access_expires_at);
        if expires <= Instant::now() + NEARLY_EXPIRED {
            return self.refresh().await;
        }
        match self.authenticate_once().await {
            Err(RequestError::Refused(error)) if error.code == ErrorCode::Unauthenticated => {
                self.refresh().await
            }
            result => result.map_err(|error| failed(error, None)),
        }
    }

    async fn authenticate_once(&mut self) -> Result<(), RequestError> {
        let access_token = self.session.access_token.clone();
        let body = Body::Session(SessionRequest::Authenticate(Authenticate { access_token }));
        self.client.request(CommandId::generate(), body).await.map(|_| ())
    }

    /// A new access token; the connection is signed in with it.
    pub(super) async fn refresh(&mut self) -> Result<(), Failure> {
        let store = &self.context.config.session;
        let used = self.session.refresh_token.clone();
        let body = Body::Session(SessionRequest::Refresh(Refresh { refresh_token: used.clone() }));
        match self.client.request(CommandId::generate(), body).await {
            Ok(ResultBody::SignedIn(signed_in)) => {
                self.session = Session::new(&self.context.config.url, signed_in);
                Ok(store.refreshed(&used, &self.session)?)
            }
            Ok(_) => Err(unfitting()),
            Err(RequestError::Refused(error)) if error.code == ErrorCode::Unauthenticated => {
                match store.load_for(&self.context.config.url)? {
                    // Somebody logged in anew in the same file, just now.
                    Some(newer) if newer.refresh_token != used => {
                        self.session = newer;
                        self.authenticate_once().await.map_err(|error| failed(error, None))
                    }
                    _ => {
                        store.forget(&used)?;
                        Err(Failure::NotLoggedIn)
                    }
                }
            }
            Err(error) => Err(failed(error, None)),
        }
    }

    /// Asks; a token that ran out or was revoked meanwhile is refreshed once.
    pub(super) async fn ask(&mut self, id: CommandId, body: Body) -> Result<ResultBody, Failure> {
        let command = matches!(body, Body::Command(_)).then_some(id);
        match self.client.request(id, body.clone()).await {
            Err(RequestError::Refused(error)) if error.code == ErrorCode::Unauthenticated => {
                self.refresh().await?;
                self.client.request(id, body).await.map_err(|error| failed(error, command))
            }
            result => result.map_err(|error| failed(error, command)),
        }
    }

    async fn command(&mut self, id: CommandId, command: Command) -> Result<Done, Failure> {
        match self.ask(id, Body::Command(command)).await? {
            ResultBody::Done(done) => Ok(done),
            _ => Err(unfitting()),
        }
    }

    pub(super) async fn query(&mut self, query: Query) -> Result<ResultBody, Failure> {
        self.ask(CommandId::generate(), Body::Query(query)).await
    }

    /// Every row of a list, page after page.
    pub(super) async fn all<T>(
        &mut self,
        query: impl Fn(PageOf) -> Query,
        page: impl Fn(ResultBody) -> Option<Page<T>>,
    ) -> Result<Vec<T>, Failure> {
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let result = self.query(query(PageOf { after, limit: None })).await?;
            let page = page(result).ok_or_else(unfitting)?;
            rows.extend(page.rows);
            // A server that says the same again would be asked for ever.
            match page.next.filter(|next| Some(*next) != after) {
                Some(next) => after = Some(next),
                None => return Ok(rows),
            }
        }
    }

    /// The place that a list stands for.
    pub(super) async fn place_of(&mut self, query: impl Fn(PageOf) -> Query) -> Result<Option<Seq>, Failure> {
        let one = PageOf { after: None, limit: Some(1) };
        Ok(match self.query(query(one)).await? {
            ResultBody::Matches(page) => Some(page.seq),
            ResultBody::MyPage(page) => Some(page.seq),
            ResultBody::VisitRequests(page) => Some(page.seq),
            ResultBody::Visits(page) => Some(page.seq),
            ResultBody::Classes(page) => Some(page.seq),
            _ => None,
        })
    }
}

/// A request that brought no result; a command that may have been carried out is named.
pub(super) fn failed(error: RequestError, command: Option<CommandId>) -> Failure {
    match error {
        RequestError::Refused(error) => Failure::Refused(error),
        RequestError::Lost(detail) => Failure::Lost { detail, command },
    }
}

/// The server answered with something else than was asked for.
pub(super) fn unfitting() -> Failure {
    Failure::NoConnection(
        "The server's reply does not fit the request; check that both are of one version.".to_owned(),
    )
}
