//! One connection of a [`super::Live`], from the hello to its end.

use std::collections::HashMap;
use std::convert::Infallible;

use matching_protocol::{
    Body, CommandId, ErrorCode, ErrorReply, Outcome, Push, Refresh, Reply, Request, ResultBody, Seq,
    ServerFrame, SessionRequest, Subscribe,
};
use tokio::time::{Instant, sleep_until};

use super::Ended;
use super::live::{Gone, Line, Order, Task, Update};
use super::wire::Wire;
use crate::session::Session;

/// Requests that wait for their replies. When there are so many, the next ones wait in the queue before.
const MAX_WAITING: usize = 64;

/// Why the loop stops.
pub(super) enum Stop {
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
pub(super) enum Waiting {
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
pub(super) enum Standing {
    SignedOut,
    /// By the session's tokens; the app's requests wait meanwhile.
    SigningIn,
    SignedIn,
}

pub(super) struct Online<'a> {
    pub(super) task: &'a mut Task,
    pub(super) wire: Wire,
    connection: u32,
    pub(super) standing: Standing,
    waiting: HashMap<CommandId, Waiting>,
    /// The app's requests that were refused as unauthenticated: sent again after the refresh that is under way.
    pub(super) held: Vec<(CommandId, Body)>,
    /// Pushes of an earlier subscription are dropped until the reply to this one has come; it repeats them.
    pub(super) subscribing: Option<CommandId>,
    pub(super) refresh_at: Option<Instant>,
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

    pub(super) async fn send(&mut self, id: CommandId, body: Body, waiting: Waiting) -> Result<(), Stop> {
        self.waiting.insert(id, waiting);
        Ok(self.wire.send(Request { id, body }).await?)
    }

    pub(super) async fn ask(&mut self, request: SessionRequest, waiting: Waiting) -> Result<CommandId, Stop> {
        let id = CommandId::generate();
        self.send(id, Body::Session(request), waiting).await?;
        Ok(id)
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

    pub(super) async fn subscribe(&mut self) -> Result<(), Stop> {
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
            Outcome::Result(ResultBody::Subscribed(subscribed)) => {
                Ok(self.task.tell(Update::Following { head: subscribed.head }).await?)
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

pub(super) fn unfitting() -> Stop {
    Ended::Broken("a reply that does not fit its request".to_owned()).into()
}
