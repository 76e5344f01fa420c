//! One connection: hello, requests and their replies, pushes, goodbye.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use matching_protocol::{
    Body, ClientFrame, CommandId, ErrorCode, ErrorReply, Idle, Language, Outcome, Reply, Request, ResultBody,
    Seq, ServerFrame, SessionRequest, Subscribe, Subscribed,
};
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};

use super::feed::Feed;
use crate::application::dispatch::Refused;
use crate::application::stopped;
use crate::inbound::gateway::{Gateway, Identity};
use crate::ports::accounts::AccountsError;

/// From the upgrade to the hello.
const HELLO_LIMIT: Duration = Duration::from_secs(10);
/// Requests of one connection that are worked on at once; further ones wait in the socket.
const AT_ONCE: usize = 64;
/// How often a quiet connection hears from the server.
const TICK: Duration = Duration::from_secs(20);
/// A client that is not heard of for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A client that does not take what is sent for so long is cut off; a resume loses nothing.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// Frames that are written between two flushes.
const BURST: usize = 32;

type Socket = WebSocketStream<TcpStream>;

/// What a finished request changes besides its reply.
enum Change {
    None,
    /// Who one is was to change, and did not.
    Stayed,
    SignedIn(Identity),
    SignedOut,
    Subscribed(Seq),
}

struct Finished {
    reply: Utf8Bytes,
    change: Change,
}

/// Why a session ends.
enum End {
    /// The client is gone or has said goodbye.
    Gone,
    /// The server says goodbye.
    Bye(ErrorCode),
}

struct Session {
    socket: Socket,
    gateway: Arc<Gateway>,
    language: Language,
    identity: Option<Identity>,
    feed: Option<Feed>,
    running: FuturesUnordered<BoxFuture<'static, Finished>>,
    /// A request that changes who one is is being worked on; what comes behind it waits in the socket.
    exclusive: bool,
    heard: Instant,
}

/// Runs a session to its end, over a stream that has been upgraded. `holder` is dropped with it.
pub(super) async fn run(
    stream: TcpStream,
    read: Vec<u8>,
    config: WebSocketConfig,
    gateway: Arc<Gateway>,
    stop: watch::Receiver<bool>,
    holder: mpsc::Sender<()>,
) {
    let _holder = holder;
    let mut socket = Socket::from_partially_read(stream, read, Role::Server, Some(config)).await;
    let language = match tokio::time::timeout(HELLO_LIMIT, Box::pin(hello(&mut socket, &gateway))).await {
        Ok(Some(language)) => language,
        Ok(None) | Err(_) => return,
    };
    let voided = gateway.accounts.voided();
    let mut session = Session {
        socket,
        gateway,
        language,
        identity: None,
        feed: None,
        running: FuturesUnordered::new(),
        exclusive: false,
        heard: Instant::now(),
    };
    if let End::Bye(code) = session.serve(stop, voided).await {
        // Boxed, as all that is rare: what a future may need once, every quiet connection would hold.
        Box::pin(session.goodbye(code)).await;
    }
    Box::pin(session.leave()).await;
}

/// The client's hello, answered; `None` if there was none that can be used.
async fn hello(socket: &mut Socket, gateway: &Gateway) -> Option<Language> {
    let text = loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => break text,
            Message::Close(_) => return None,
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Frame(_) => {
                refuse(socket, ErrorCode::InvalidFrame, Language::default()).await;
                return None;
            }
        }
    };
    match serde_json::from_str::<ClientFrame>(&text) {
        Ok(ClientFrame::Hello(hello)) if hello.version == matching_protocol::VERSION => {
            socket.send(Message::Text(encode(&ServerFrame::Hello(gateway.hello())))).await.ok()?;
            Some(hello.language)
        }
        Ok(ClientFrame::Hello(hello)) => {
            refuse(socket, ErrorCode::UnsupportedVersion, hello.language).await;
            None
        }
        Ok(ClientFrame::Request(_)) | Err(_) => {
            refuse(socket, ErrorCode::InvalidFrame, Language::default()).await;
            None
        }
    }
}

/// Says why, and closes. Whether the client hears it is its own affair.
async fn refuse(socket: &mut Socket, code: ErrorCode, language: Language) {
    let bye = encode(&ServerFrame::Bye(ErrorReply::new(code, language)));
    let close = CloseFrame { code: close_code(code), reason: code.as_str().into() };
    let said = async {
        socket.send(Message::Text(bye)).await?;
        socket.close(Some(close)).await
    };
    if let Ok(Err(error)) = tokio::time::timeout(SEND_LIMIT, said).await {
        tracing::debug!(%error, "goodbye");
    }
}

fn close_code(code: ErrorCode) -> CloseCode {
    match code {
        ErrorCode::Busy => CloseCode::Restart,
        ErrorCode::InvalidFrame | ErrorCode::UnsupportedVersion => CloseCode::Protocol,
        ErrorCode::Internal => CloseCode::Error,
        _ => CloseCode::Policy,
    }
}

impl Session {
    async fn serve(
        &mut self,
        mut stop: watch::Receiver<bool>,
        mut voided: broadcast::Receiver<matching_protocol::AccountId>,
    ) -> End {
        let mut tick = tokio::time::interval_at(Instant::now() + TICK, TICK);
        loop {
            let free = !self.exclusive && self.running.len() < AT_ONCE;
            let message = tokio::select! {
                Some(finished) = self.running.next() => self.finished(finished),
                message = self.socket.next(), if free => match self.received(message) {
                    Ok(()) => continue,
                    Err(end) => return end,
                },
                frame = next_of(&mut self.feed) => match frame {
                    Ok(frame) => Message::Text(frame),
                    Err(code) => return End::Bye(code),
                },
                _ = tick.tick() => match Box::pin(self.tick()).await {
                    // The pong that a client sends by itself tells that it is there.
                    Ok(()) => Message::Ping(Bytes::new()),
                    Err(end) => return end,
                },
                _ = voided.recv() => {
                    let still_in = self.identity.as_ref().is_none_or(|who| self.gateway.accounts.still_in(&who.account));
                    if still_in { continue } else { return End::Bye(ErrorCode::Unauthenticated) }
                }
                () = stopped(&mut stop) => {
                    Box::pin(self.finish_commands()).await;
                    return End::Bye(ErrorCode::Busy);
                }
            };
            if let Err(end) = self.write(message).await {
                return end;
            }
        }
    }

    /// Writes a frame and what else is ready, then flushes.
    async fn write(&mut self, first: Message) -> Result<(), End> {
        let written = async {
            self.socket.feed(first).await?;
            for _ in 0..BURST {
                let next = match self.running.next().now_or_never() {
                    Some(Some(finished)) => Some(self.finished(finished)),
                    _ => self.feed.as_mut().and_then(Feed::ready).map(Message::Text),
                };
                let Some(message) = next else { break };
                self.socket.feed(message).await?;
            }
            self.socket.flush().await
        };
        match tokio::time::timeout(SEND_LIMIT, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::debug!(%error, "write");
                Err(End::Gone)
            }
            Err(_) => {
                tracing::info!("a client that does not read is cut off");
                Err(End::Gone)
            }
        }
    }

    /// No command is cut in half: those that run are answered.
    async fn finish_commands(&mut self) {
        while let Some(finished) = self.running.next().await {
            let message = self.finished(finished);
            if self.write(message).await.is_err() {
                return;
            }
        }
    }

    async fn goodbye(&mut self, code: ErrorCode) {
        refuse(&mut self.socket, code, self.language).await;
    }

    /// Whoever went away leaves commands behind that may commit: each is carried on to its end, so that what it holds
    /// is given back and what it appended is counted.
    async fn leave(self) {
        let Session { socket, feed, mut running, .. } = self;
        drop((socket, feed));
        while running.next().await.is_some() {}
    }

    async fn tick(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE {
            return Err(End::Gone);
        }
        if self.identity.as_ref().is_some_and(|who| who.expires_at <= self.gateway.clock.now()) {
            return Err(End::Bye(ErrorCode::Unauthenticated));
        }
        match self.feed.as_mut().and_then(Feed::position) {
            Some(seq) => self.write(Message::Text(encode(&ServerFrame::Idle(Idle { seq })))).await,
            None => Ok(()),
        }
    }

    fn received(&mut self, message: Option<Result<Message, WsError>>) -> Result<(), End> {
        self.heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => {
                self.take(&text);
                Ok(())
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => Err(End::Bye(ErrorCode::InvalidFrame)),
            Some(Err(WsError::Capacity(_))) => Err(End::Bye(ErrorCode::InvalidFrame)),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    fn take(&mut self, text: &str) {
        match serde_json::from_str::<ClientFrame<Box<RawValue>>>(text) {
            Ok(ClientFrame::Request(request)) => self.start(request),
            Ok(ClientFrame::Hello(_)) | Err(_) => self.answer(None, Err(self.error(ErrorCode::InvalidFrame))),
        }
    }

    fn start(&mut self, request: Request<Box<RawValue>>) {
        let id = request.id;
        match serde_json::from_str::<Body>(request.body.get()) {
            Err(error) => self.answer(Some(id), Err(self.error(ErrorCode::of_parse_error(&error)))),
            Ok(Body::Session(session)) => self.start_session(id, session),
            Ok(Body::Command(command)) => self.start_admitted(id, move |gateway, who| {
                async move { gateway.command(who.sender(), id, command).await }.boxed()
            }),
            Ok(Body::Query(query)) => self.start_admitted(id, move |gateway, who| {
                async move { Ok(gateway.query(who.sender(), query).await?) }.boxed()
            }),
        }
    }

    fn start_admitted(
        &mut self,
        id: CommandId,
        ask: impl FnOnce(Arc<Gateway>, Identity) -> BoxFuture<'static, Result<ResultBody, Refused>>,
    ) {
        let language = self.language;
        match self.gateway.admit(self.identity.as_ref(), language) {
            Err(error) => self.answer(Some(id), Err(error)),
            Ok(who) => {
                let asked = ask(Arc::clone(&self.gateway), who);
                self.running.push(
                    async move {
                        let outcome = asked.await.map_err(|refused| refused.reply(language));
                        Finished { reply: reply(Some(id), outcome), change: Change::None }
                    }
                    .boxed(),
                );
            }
        }
    }

    fn start_session(&mut self, id: CommandId, request: SessionRequest) {
        if let SessionRequest::Subscribe(subscribe) = request {
            return self.subscribe(id, &subscribe);
        }
        if let SessionRequest::WhoAmI(_) = request {
            let who = self.gateway.admit(self.identity.as_ref(), self.language);
            return self.answer(Some(id), who.map(|who| ResultBody::Account(who.account.view())));
        }
        self.exclusive = true;
        let (gateway, language) = (Arc::clone(&self.gateway), self.language);
        self.running.push(
            async move {
                let (outcome, change) = match enter(&gateway, request).await {
                    Ok((result, change)) => (Ok(result), change),
                    Err(error) => (Err(gateway.refusal(&error, language)), Change::Stayed),
                };
                Finished { reply: reply(Some(id), outcome), change }
            }
            .boxed(),
        );
    }

    fn subscribe(&mut self, id: CommandId, subscribe: &Subscribe) {
        let admitted = self.gateway.admit(self.identity.as_ref(), self.language).and_then(|_| {
            let head = self.gateway.pusher.head();
            let known = subscribe.log == self.gateway.log.id() && subscribe.after <= head;
            if known { Ok(head) } else { Err(self.error(ErrorCode::ResumeReset)) }
        });
        let change = if admitted.is_ok() { Change::Subscribed(subscribe.after) } else { Change::None };
        let outcome = admitted.map(|head| ResultBody::Subscribed(Subscribed { head }));
        let finished = Finished { reply: reply(Some(id), outcome), change };
        self.running.push(std::future::ready(finished).boxed());
    }

    fn error(&self, code: ErrorCode) -> ErrorReply {
        ErrorReply::new(code, self.language)
    }

    fn answer(&mut self, id: Option<CommandId>, outcome: Result<ResultBody, ErrorReply>) {
        let finished = Finished { reply: reply(id, outcome), change: Change::None };
        self.running.push(std::future::ready(finished).boxed());
    }

    /// Takes in what a finished request changes.
    fn finished(&mut self, finished: Finished) -> Message {
        match finished.change {
            Change::None => {}
            Change::Stayed => self.exclusive = false,
            Change::Subscribed(after) => {
                let feed = |who: &Identity| Feed::new(Arc::clone(&self.gateway), who.sender(), after);
                self.feed = self.identity.as_ref().map(feed);
            }
            Change::SignedIn(identity) => {
                self.exclusive = false;
                // Pushes go on under the same account's new token; another account starts without.
                if self.identity.as_ref().is_none_or(|who| who.account.id != identity.account.id) {
                    self.feed = None;
                }
                self.identity = Some(identity);
            }
            Change::SignedOut => {
                self.exclusive = false;
                self.identity = None;
                self.feed = None;
            }
        }
        Message::Text(finished.reply)
    }
}

/// Pushes, if there is a subscription.
async fn next_of(feed: &mut Option<Feed>) -> Result<Utf8Bytes, ErrorCode> {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}

/// Carries out a request that changes who one is.
async fn enter(gateway: &Gateway, request: SessionRequest) -> Result<(ResultBody, Change), AccountsError> {
    match request {
        SessionRequest::Register(register) => gateway.register(register).await.map(signed_in),
        SessionRequest::Login(login) => gateway.log_in(login).await.map(signed_in),
        SessionRequest::Refresh(refresh) => gateway.refresh(&refresh).map(signed_in),
        SessionRequest::Authenticate(authenticate) => {
            let identity = gateway.authenticate(&authenticate.access_token)?;
            Ok((ResultBody::Account(identity.account.view()), Change::SignedIn(identity)))
        }
        SessionRequest::Logout(refresh) => Ok((gateway.log_out(refresh).await?, Change::SignedOut)),
        SessionRequest::WhoAmI(_) | SessionRequest::Subscribe(_) => Err(ErrorCode::Internal.into()),
    }
}

fn signed_in((signed_in, identity): (matching_protocol::SignedIn, Identity)) -> (ResultBody, Change) {
    (ResultBody::SignedIn(signed_in), Change::SignedIn(identity))
}

fn reply(id: Option<CommandId>, outcome: Result<ResultBody, ErrorReply>) -> Utf8Bytes {
    let outcome = match outcome {
        Ok(result) => Outcome::Result(result),
        Err(error) => Outcome::Error(error),
    };
    encode(&ServerFrame::Reply(Reply { id, outcome }))
}

fn encode(frame: &ServerFrame) -> Utf8Bytes {
    match serde_json::to_string(frame) {
        Ok(text) => text.into(),
        Err(error) => {
            tracing::error!(%error, "a frame can't be written");
            Utf8Bytes::from_static("{\"bye\":{\"code\":\"internal\",\"message\":\"\"}}")
        }
    }
}
