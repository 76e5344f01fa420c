//! One connection of a [`super::Live`], from the hello to its end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use matching_protocol::{
    AccountView, Authenticate, Body, CommandId, ErrorCode, ErrorReply, Outcome, Push, Refresh, Reply,
    Request, ResultBody, Secret, Seq, ServerFrame, SessionRequest, SignedIn, Subscribe,
};
use tokio::time::{Instant, sleep_until};

use super::Ended;
use super::live::{Gone, Line, Order, Task, Update};
use super::wire::Wire;
use crate::session::Session;

/// Requests that wait for their replies. When there are so many, the next ones wait in the queue before.
const MAX_WAITING: usize = 64;

/// Why the loop stops.
enum Stop {
    Ended(Ended),
    Gone,
}

impl From<Gone> for Stop {
    fn from(Gone: Gone) -> Stop {
        Stop::Gone
    }
}

impl From<Ended> for Stop {
    fn from(ended: Ended) -> Stop {
        Stop::Ended(ended)
    }
}

/// For what a reply is awaited.
enum Waiting {
    /// The app's own; `again` once it has been sent a second time after a refresh.
    App {
        body: Body,
        again: bool,
    },
    Authenticate,
    /// With this session's refresh token.
    Refresh(Box<Session>),
    Subscribe,
    Logout,
}

#[derive(PartialEq, Eq)]
enum Standing {
    SignedOut,
    /// By the session's tokens; the app's requests wait meanwhile.
    SigningIn,
    SignedIn,
}

pub(super) struct Online<'a> {
    task: &'a mut Task,
    wire: Wire,
    connection: u32,
    standing: Standing,
    waiting: HashMap<CommandId, Waiting>,
    /// The app's requests that were refused as unauthenticated: sent again after the refresh that is under way.
    held: Vec<(CommandId, Body)>,
    /// Pushes of an earlier subscription are dropped until the reply to this one has come; it repeats them.
    subscribing: Option<CommandId>,
    refresh_at: Option<Instant>,
}

impl<'a> Online<'a> {
    pub(super) fn new(task: &'a mut Task, wire: Wire) -> Online<'a> {
        let log = wire.hello().log;
        let connection = task.line.borrow().connection + 1;
        task.line.send_replace(Line { online: true, connection, log: Some(log) });
        if let Some(following) = &mut task.following {
            following.log.get_or_insert(log);
        }
        Online {
            task,
            wire,
            connection,
            standing: Standing::SignedOut,
            waiting: HashMap::new(),
            held: Vec::new(),
            subscribing: None,
            refresh_at: None,
        }
    }

    pub(super) async fn run(mut self) -> Result<Ended, Gone> {
        let Err(stop) = self.serve().await;
        self.task.line.send_modify(|line| line.online = false);
        let ended = match stop {
            Stop::Ended(ended) => ended,
            Stop::Gone => {
                self.wire.close().await;
                return Err(Gone);
            }
        };
        let sent =
            self.waiting.into_iter().filter(|(_, w)| matches!(w, Waiting::App { .. })).map(|(id, _)| id);
        for id in sent.chain(self.held.into_iter().map(|(id, _)| id)) {
            self.task.tell(Update::Lost(id)).await?;
        }
        while let Ok(order) = self.task.orders.try_recv() {
            self.task.tell(Update::Lost(order.id)).await?;
        }
        Ok(ended)
    }

    async fn serve(&mut self) -> Result<Infallible, Stop> {
        self.task.tell(Update::Online(self.wire.hello().clone())).await?;
        self.sign_in().await?;
        loop {
            let takes_orders = self.standing != Standing::SigningIn && self.waiting.len() < MAX_WAITING;
            let refresh_at = self.refresh_at.unwrap_or_else(Instant::now);
            tokio::select! {
                frame = self.wire.receive() => self.take(frame?).await?,
                order = self.task.orders.recv(), if takes_orders => match order {
                    Some(order) => self.carry_out(order).await?,
                    None => return Err(Stop::Gone),
                },
                changed = self.task.wishes.changed() => match changed {
                    Ok(()) => self.take_wishes().await?,
                    Err(_) => return Err(Stop::Gone),
                },
                () = sleep_until(refresh_at), if self.refresh_at.is_some() => self.refresh().await?,
                () = self.task.updates.closed() => return Err(Stop::Gone),
            }
        }
    }

    async fn take(&mut self, frame: ServerFrame) -> Result<(), Stop> {
        match frame {
            ServerFrame::Reply(Reply { id: Some(id), outcome }) => self.replied(id, outcome).await,
            ServerFrame::Reply(Reply { id: None, outcome: Outcome::Error(error) }) => {
                Err(Ended::Bye(error).into())
            }
            ServerFrame::Push(pushes) => self.pushed(pushes).await,
            ServerFrame::Idle(idle) => self.reached(idle.seq).await,
            ServerFrame::Reply(_) | ServerFrame::Hello(_) | ServerFrame::Bye(_) => Ok(()),
        }
    }

    async fn carry_out(&mut self, order: Order) -> Result<(), Stop> {
        let Order { connection, id, body } = order;
        if connection != self.connection {
            self.task.tell(Update::Lost(id)).await?;
            return Ok(());
        }
        self.send(id, body.clone(), Waiting::App { body, again: false }).await
    }

    async fn take_wishes(&mut self) -> Result<(), Stop> {
        let changed = self.task.take_wishes();
        if changed.sign_out {
            if let Some(session) = self.task.session() {
                let logout = SessionRequest::Logout(Refresh { refresh_token: session.refresh_token });
                self.ask(logout, Waiting::Logout).await?;
            }
            let error = ErrorReply::new(ErrorCode::Unauthenticated, self.task.language);
            self.signed_out(&error).await?;
            self.task.forget().await?;
        } else if changed.follow && self.standing == Standing::SignedIn {
            self.subscribe().await?;
        }
        Ok(())
    }

    async fn send(&mut self, id: CommandId, body: Body, waiting: Waiting) -> Result<(), Stop> {
        self.waiting.insert(id, waiting);
        Ok(self.wire.send(Request { id, body }).await?)
    }

    async fn ask(&mut self, request: SessionRequest, waiting: Waiting) -> Result<CommandId, Stop> {
        let id = CommandId::generate();
        self.send(id, Body::Session(request), waiting).await?;
        Ok(id)
    }
}

/// Who one is.
impl Online<'_> {
    /// By the session's tokens, if there are any.
    async fn sign_in(&mut self) -> Result<(), Stop> {
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

    async fn refresh(&mut self) -> Result<(), Stop> {
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

    fn refresh_early(&mut self, expires_at: matching_protocol::Time) {
        self.refresh_at = Some(self.wire.refresh_at(expires_at));
    }

    async fn authenticated(&mut self, outcome: Outcome) -> Result<(), Stop> {
        match outcome {
            Outcome::Result(ResultBody::Account(account)) => self.signed_in(account).await,
            Outcome::Error(error) if error.code == ErrorCode::Unauthenticated => self.refresh().await,
            Outcome::Error(error) => self.refused(error).await,
            Outcome::Result(_) => Err(unfitting()),
        }
    }

    async fn refreshed(&mut self, used: Session, outcome: Outcome) -> Result<(), Stop> {
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

    async fn signed_out(&mut self, error: &ErrorReply) -> Result<(), Stop> {
        self.standing = Standing::SignedOut;
        self.refresh_at = None;
        self.subscribing = None;
        for (id, _) in std::mem::take(&mut self.held) {
            self.task.tell(Update::Reply(id, Outcome::Error(error.clone()))).await?;
        }
        Ok(())
    }

    async fn signed_in(&mut self, account: AccountView) -> Result<(), Stop> {
        self.standing = Standing::SignedIn;
        self.task.tell(Update::SignedIn(account)).await?;
        if self.task.following.is_some() {
            self.subscribe().await?;
        }
        Ok(())
    }

    /// Keeps the tokens; `used` names the refresh token that brought them, none for a login.
    fn keep(&mut self, signed_in: SignedIn, used: Option<&Secret>) {
        self.refresh_early(signed_in.access_expires_at);
        let session = Session::new(&self.task.url, signed_in);
        let kept = match used {
            Some(used) if self.task.unsaved.is_none() => self.task.store.refreshed(used, &session),
            _ => self.task.store.save(&session),
        };
        self.task.unsaved = kept.is_err().then_some(session);
    }
}

/// Replies and pushes.
impl Online<'_> {
    async fn replied(&mut self, id: CommandId, outcome: Outcome) -> Result<(), Stop> {
        match self.waiting.remove(&id) {
            None | Some(Waiting::Logout) => Ok(()),
            Some(Waiting::Authenticate) if self.standing == Standing::SigningIn => {
                self.authenticated(outcome).await
            }
            Some(Waiting::Refresh(used)) if self.standing != Standing::SignedOut => {
                self.refreshed(*used, outcome).await
            }
            // The app signed out meanwhile.
            Some(Waiting::Authenticate | Waiting::Refresh(_)) => Ok(()),
            Some(Waiting::Subscribe) if self.subscribing == Some(id) => self.subscribed(outcome).await,
            Some(Waiting::Subscribe) => Ok(()),
            Some(Waiting::App { body, again }) => self.answered(id, body, again, outcome).await,
        }
    }

    /// A request of the app has its reply.
    async fn answered(
        &mut self,
        id: CommandId,
        body: Body,
        again: bool,
        outcome: Outcome,
    ) -> Result<(), Stop> {
        if let Outcome::Result(ResultBody::SignedIn(signed_in)) = &outcome {
            self.keep(signed_in.clone(), None);
            self.task.following = None;
            self.subscribing = None;
            self.signed_in(signed_in.account.clone()).await?;
        }
        let needs_sign_in =
            matches!(body, Body::Command(_) | Body::Query(_) | Body::Session(SessionRequest::WhoAmI(_)));
        let void = matches!(&outcome, Outcome::Error(error) if error.code == ErrorCode::Unauthenticated);
        if void && needs_sign_in && !again && self.standing != Standing::SignedOut {
            self.held.push((id, body));
            return self.refresh_unless_under_way().await;
        }
        Ok(self.task.tell(Update::Reply(id, outcome)).await?)
    }

    async fn refresh_unless_under_way(&mut self) -> Result<(), Stop> {
        if self.waiting.values().any(|waiting| matches!(waiting, Waiting::Refresh(_))) {
            return Ok(());
        }
        self.refresh().await
    }

    async fn subscribe(&mut self) -> Result<(), Stop> {
        let hello_log = self.wire.hello().log;
        let Some(following) = &mut self.task.following else { return Ok(()) };
        let log = *following.log.get_or_insert(hello_log);
        let subscribe = SessionRequest::Subscribe(Subscribe { log, after: following.last });
        self.subscribing = Some(self.ask(subscribe, Waiting::Subscribe).await?);
        Ok(())
    }

    async fn subscribed(&mut self, outcome: Outcome) -> Result<(), Stop> {
        self.subscribing = None;
        match outcome {
            Outcome::Result(ResultBody::Subscribed(_)) => {
                let Some(following) = self.task.following else { return Ok(()) };
                Ok(self.task.tell(Update::Position(following.last)).await?)
            }
            Outcome::Error(error) if error.code == ErrorCode::ResumeReset => {
                self.task.following = None;
                Ok(self.task.tell(Update::Reset).await?)
            }
            Outcome::Error(error) => Err(Ended::Bye(error).into()),
            Outcome::Result(_) => Err(unfitting()),
        }
    }

    async fn pushed(&mut self, mut pushes: Vec<Push>) -> Result<(), Stop> {
        let Some(following) = self.task.following.as_mut().filter(|_| self.subscribing.is_none()) else {
            return Ok(());
        };
        pushes.retain(|push| push.seq() > following.last);
        let Some(last) = pushes.last().map(Push::seq) else { return Ok(()) };
        following.last = last;
        Ok(self.task.tell(Update::Pushes(pushes)).await?)
    }

    async fn reached(&mut self, seq: Seq) -> Result<(), Stop> {
        let Some(following) = self.task.following.as_mut().filter(|_| self.subscribing.is_none()) else {
            return Ok(());
        };
        following.last = following.last.max(seq);
        let last = following.last;
        Ok(self.task.tell(Update::Position(last)).await?)
    }
}

fn unfitting() -> Stop {
    Ended::Broken("a reply that does not fit its request".to_owned()).into()
}
