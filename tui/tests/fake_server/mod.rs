//! A server that says what the test tells it to: for what a real one does only when something goes wrong.

#![allow(dead_code, reason = "each test crate uses its own part")]

use futures_util::{SinkExt, StreamExt};
use matching_protocol::{
    AccountId, AccountName, AccountView, Body, ClientFrame, CommandId, ErrorCode, ErrorReply, Idle, Language,
    LogId, Outcome, PersonName, PriceRange, Push, Reply, Request, ResultBody, Role, Secret, Seq, ServerFrame,
    ServerHello, SessionRequest, SignedIn, Subscribed, Time, VERSION,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

/// The server's clock stands still.
pub const NOW: i64 = 1_800_000_000_000;

/// The log that it has at first.
pub const LOG: LogId = LogId(Uuid::from_u128(7));

pub struct FakeServer {
    listener: TcpListener,
    pub log: LogId,
}

impl FakeServer {
    pub async fn start() -> FakeServer {
        FakeServer { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), log: LOG }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.listener.local_addr().unwrap())
    }

    /// The next connection, past the hello.
    pub async fn accept(&self) -> Peer {
        let mut peer = self.accept_silently().await;
        peer.send(ServerFrame::Hello(self.hello())).await;
        peer
    }

    /// The next connection, whose hello has not been answered.
    pub async fn accept_silently(&self) -> Peer {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut peer = Peer { socket: tokio_tungstenite::accept_async(stream).await.unwrap() };
        let ClientFrame::Hello(hello) = peer.frame().await else { panic!("no hello") };
        assert_eq!(hello.version, VERSION);
        peer
    }

    pub fn hello(&self) -> ServerHello {
        ServerHello {
            version: VERSION,
            server: "fake".to_owned(),
            log: self.log,
            now: Time::from_millis(NOW),
            prices: PriceRange::default(),
            registration: true,
            finish_early: false,
            past_visits: false,
        }
    }
}

/// One connection, seen from the server.
pub struct Peer {
    socket: WebSocketStream<TcpStream>,
}

impl Peer {
    async fn frame(&mut self) -> ClientFrame {
        loop {
            match self.socket.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
                Message::Close(_) => panic!("the client left"),
                _ => {}
            }
        }
    }

    pub async fn send(&mut self, frame: ServerFrame) {
        self.socket.send(Message::text(serde_json::to_string(&frame).unwrap())).await.unwrap();
    }

    pub async fn request(&mut self) -> (CommandId, Body) {
        match self.frame().await {
            ClientFrame::Request(Request { id, body }) => (id, body),
            ClientFrame::Hello(_) => panic!("a second hello"),
        }
    }

    /// The next request, which is one of the session.
    pub async fn session_request(&mut self) -> (CommandId, SessionRequest) {
        match self.request().await {
            (id, Body::Session(request)) => (id, request),
            (_, other) => panic!("not of the session: {other:?}"),
        }
    }

    pub async fn reply(&mut self, id: CommandId, result: ResultBody) {
        self.send(ServerFrame::Reply(Reply { id: Some(id), outcome: Outcome::Result(result) })).await;
    }

    pub async fn refuse(&mut self, id: CommandId, code: ErrorCode) {
        let error = ErrorReply::new(code, Language::En);
        self.send(ServerFrame::Reply(Reply { id: Some(id), outcome: Outcome::Error(error) })).await;
    }

    pub async fn push(&mut self, seqs: &[u64]) {
        self.send(ServerFrame::Push(seqs.iter().map(|seq| push(*seq)).collect())).await;
    }

    pub async fn idle(&mut self, seq: u64) {
        self.send(ServerFrame::Idle(Idle { seq: Seq(seq) })).await;
    }

    /// Takes an `authenticate` with this token and welcomes it.
    pub async fn welcomes(&mut self, token: &str) {
        let (id, request) = self.session_request().await;
        let SessionRequest::Authenticate(authenticate) = request else { panic!("{request:?}") };
        assert_eq!(authenticate.access_token, Secret(token.to_owned()));
        self.reply(id, ResultBody::Account(account())).await;
    }

    /// Takes a `refresh` with this token; the reply is up to the test.
    pub async fn asked_to_refresh(&mut self, token: &str) -> CommandId {
        let (id, request) = self.session_request().await;
        let SessionRequest::Refresh(refresh) = request else { panic!("{request:?}") };
        assert_eq!(refresh.refresh_token, Secret(token.to_owned()));
        id
    }

    /// Takes a `subscribe` to this log behind this place; the reply is up to the test.
    pub async fn asked_to_subscribe(&mut self, log: LogId, after: u64) -> CommandId {
        let (id, request) = self.session_request().await;
        let SessionRequest::Subscribe(subscribe) = request else { panic!("{request:?}") };
        assert_eq!((subscribe.log, subscribe.after), (log, Seq(after)));
        id
    }

    pub async fn subscribed(&mut self, id: CommandId, head: u64) {
        self.reply(id, ResultBody::Subscribed(Subscribed { head: Seq(head) })).await;
    }

    /// Waits until the client has gone.
    pub async fn left(mut self) {
        while let Some(Ok(message)) = self.socket.next().await {
            assert!(message.is_close(), "{message:?}");
        }
    }
}

pub fn account() -> AccountView {
    AccountView {
        account: AccountId(1),
        name: AccountName::new("minji").unwrap(),
        display_name: PersonName::new("민지").unwrap(),
        role: Role::Student,
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }
}

/// A login whose access token is good for so many seconds of the server's clock.
pub fn signed_in(access: &str, refresh: &str, seconds: i64) -> SignedIn {
    SignedIn {
        account: account(),
        access_token: Secret(access.to_owned()),
        access_expires_at: Time::from_millis(NOW + seconds * 1_000),
        refresh_token: Secret(refresh.to_owned()),
        refresh_expires_at: Time::from_millis(NOW + 30 * 86_400_000),
    }
}

pub fn push(seq: u64) -> Push {
    serde_json::from_value(serde_json::json!({
        "seq": seq, "match_id": 5, "version": seq, "at": "2026-12-01T10:00:00Z", "by": "account:1",
        "type": "MatchExpired", "data": {}
    }))
    .unwrap()
}
