//! A plain client: sends frames, reads frames, keeps what was pushed.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use matching_protocol::{
    AccountId, AccountName, BoardChange, Body, CancelMatch, ClassRow, ClientFrame, ClientHello, Command,
    CommandId, ConfirmVisit, Done, ErrorCode, ErrorReply, FinishClass, Language, LogId, Login, MatchId,
    MatchView, MyPageRow, OneMatch, Outcome, PageOf, PayMatch, PersonName, Push, Query, Reason, Recorded,
    Request, RequestMatch, ResultBody, Secret, Seq, ServerFrame, ServerHello, SessionRequest, SignedIn,
    Subscribe, Time, VERSION, VisitRequest, VisitRow, WithdrawVisit,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{price, within};

/// One connection.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    hello: Option<ServerHello>,
    account: Option<AccountId>,
    replies: HashMap<CommandId, Outcome>,
    pushes: VecDeque<Push>,
    /// The last push that was taken in; each must lie behind it.
    pushed: Seq,
}

impl Client {
    pub async fn open(address: SocketAddr) -> Client {
        Client::on(TcpStream::connect(address).await.expect("a connection"), address).await
    }

    /// Upgrades a connection that the test has made.
    pub async fn on(stream: TcpStream, address: SocketAddr) -> Client {
        let upgraded = within("the upgrade", client_async(format!("ws://{address}/ws"), stream)).await;
        let (socket, _) = upgraded.expect("an upgrade");
        Client {
            socket,
            hello: None,
            account: None,
            replies: HashMap::new(),
            pushes: VecDeque::new(),
            pushed: Seq(0),
        }
    }

    pub async fn say_hello(&mut self) {
        let hello = ClientHello { version: VERSION, client: "story".to_owned(), language: Language::En };
        self.send(&ClientFrame::Hello(hello)).await;
        match self.frame().await {
            Some(ServerFrame::Hello(hello)) => self.hello = Some(hello),
            other => panic!("no hello but {other:?}"),
        }
    }

    pub async fn log_in(&mut self, name: &str, password: &str) -> SignedIn {
        self.try_log_in(name, password).await.expect("logged in")
    }

    pub async fn try_log_in(&mut self, name: &str, password: &str) -> Result<SignedIn, ErrorCode> {
        let (name, password) = (AccountName::new(name).expect("a name"), Secret(password.to_owned()));
        match self.ask(Body::Session(SessionRequest::Login(Login { name, password }))).await? {
            ResultBody::SignedIn(signed_in) => {
                self.account = Some(signed_in.account.account);
                Ok(signed_in)
            }
            other => panic!("not logged in but {other:?}"),
        }
    }

    /// Who this is.
    pub fn account(&self) -> AccountId {
        self.account.expect("logged in")
    }

    pub fn hello(&self) -> &ServerHello {
        self.hello.as_ref().expect("said hello")
    }

    pub async fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).expect("a frame")).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.send_message(Message::Text(text.into())).await;
    }

    pub async fn send_message(&mut self, message: Message) {
        within("a send", self.socket.send(message)).await.expect("sent");
    }

    /// Sends a request without waiting for its reply.
    pub async fn start(&mut self, id: CommandId, body: Body) {
        self.send(&ClientFrame::Request(Request { id, body })).await;
    }

    /// The reply to a request that was started.
    pub async fn reply(&mut self, id: CommandId) -> Result<ResultBody, ErrorReply> {
        match within("a reply", self.outcome(id)).await {
            Outcome::Result(result) => Ok(result),
            Outcome::Error(error) => Err(error),
        }
    }

    async fn outcome(&mut self, id: CommandId) -> Outcome {
        loop {
            if let Some(outcome) = self.replies.remove(&id) {
                return outcome;
            }
            match self.frame().await {
                Some(frame) => self.take(frame),
                None => panic!("the connection ended before the reply"),
            }
        }
    }

    /// The next frame; none if the server sends no more.
    pub async fn frame(&mut self) -> Option<ServerFrame> {
        within("a frame", self.next_frame()).await
    }

    async fn next_frame(&mut self) -> Option<ServerFrame> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).expect("a frame of the protocol"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other @ (Message::Binary(_) | Message::Frame(_)))) => panic!("got {other:?}"),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// The reason that the server gives before it closes.
    pub async fn bye(&mut self) -> ErrorCode {
        loop {
            match self.frame().await {
                Some(ServerFrame::Bye(error)) => return error.code,
                Some(frame) => self.take(frame),
                None => panic!("closed without a reason"),
            }
        }
    }

    fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Reply(reply) => {
                let id = reply.id.expect("the id of a request that can be read");
                self.replies.insert(id, reply.outcome);
            }
            ServerFrame::Push(pushes) => {
                assert!(!pushes.is_empty(), "an empty push");
                for push in pushes {
                    assert!(push.seq() > self.pushed, "{push:?} after {}", self.pushed);
                    self.pushed = push.seq();
                    self.pushes.push_back(push);
                }
            }
            ServerFrame::Idle(idle) => assert!(idle.seq >= self.pushed, "idle before what was pushed"),
            frame @ (ServerFrame::Hello(_) | ServerFrame::Bye(_)) => panic!("got {frame:?}"),
        }
    }

    /// Sends a request and waits for its reply, whatever is pushed meanwhile.
    pub async fn ask(&mut self, body: Body) -> Result<ResultBody, ErrorCode> {
        self.ask_as(CommandId::generate(), body).await
    }

    pub async fn ask_as(&mut self, id: CommandId, body: Body) -> Result<ResultBody, ErrorCode> {
        self.start(id, body).await;
        self.reply(id).await.map_err(|error| error.code)
    }

    pub async fn command(&mut self, command: Command) -> Result<Done, ErrorCode> {
        self.command_as(CommandId::generate(), command).await
    }

    pub async fn command_as(&mut self, id: CommandId, command: Command) -> Result<Done, ErrorCode> {
        match self.ask_as(id, Body::Command(command)).await? {
            ResultBody::Done(done) => Ok(done),
            other => panic!("no command's result: {other:?}"),
        }
    }

    pub async fn query(&mut self, query: Query) -> Result<ResultBody, ErrorCode> {
        self.ask(Body::Query(query)).await
    }
}

/// Pushes.
impl Client {
    /// Asks for what comes after a place, of the log that the server named in its hello.
    pub async fn subscribe(&mut self, after: Seq) -> Result<Seq, ErrorCode> {
        let log = self.hello().log;
        self.subscribe_to(log, after).await
    }

    pub async fn subscribe_to(&mut self, log: LogId, after: Seq) -> Result<Seq, ErrorCode> {
        match self.ask(Body::Session(SessionRequest::Subscribe(Subscribe { log, after }))).await? {
            ResultBody::Subscribed(subscribed) => {
                // What was pushed before the reply belongs to the subscription before.
                self.pushes.clear();
                self.pushed = after;
                Ok(subscribed.head)
            }
            other => panic!("no subscription: {other:?}"),
        }
    }

    /// The next push.
    pub async fn push(&mut self) -> Push {
        within("a push", self.next_push()).await
    }

    async fn next_push(&mut self) -> Push {
        loop {
            if let Some(push) = self.pushes.pop_front() {
                return push;
            }
            match self.frame().await {
                Some(frame) => self.take(frame),
                None => panic!("the connection ended before the push"),
            }
        }
    }

    /// Everything pushed up to and with the first push for which this holds.
    pub async fn pushes_until(&mut self, last: impl Fn(&Push) -> bool) -> Vec<Push> {
        let mut pushes = Vec::new();
        loop {
            let push = self.push().await;
            let done = last(&push);
            pushes.push(push);
            if done {
                return pushes;
            }
        }
    }

    /// Everything pushed up to and with the event at a place, which this client must be allowed to see.
    pub async fn pushes_to(&mut self, seq: Seq) -> Vec<Push> {
        let pushes = self.pushes_until(|push| push.seq() >= seq).await;
        assert_eq!(pushes.last().map(Push::seq), Some(seq), "the push at {seq} did not come");
        pushes
    }

    /// Waits for a push of this name.
    pub async fn push_named(&mut self, name: &str) -> Push {
        self.pushes_until(|push| name_of(push) == name).await.pop().expect("a push")
    }
}

/// An event's type, or what changed on the board.
pub fn name_of(push: &Push) -> &'static str {
    match push {
        Push::Event(Recorded { event, .. }) => event.type_name(),
        Push::Board(board) => match board.change {
            BoardChange::VisitListed { .. } => "VisitListed",
            BoardChange::VisitUnlisted {} => "VisitUnlisted",
        },
    }
}

pub fn names(pushes: &[Push]) -> Vec<&'static str> {
    pushes.iter().map(name_of).collect()
}

pub fn seqs(pushes: &[Push]) -> Vec<Seq> {
    pushes.iter().map(Push::seq).collect()
}

/// What people do.
impl Client {
    /// Asks for a lesson at 50,000 won.
    pub async fn request(&mut self) -> MatchId {
        let offer = RequestMatch { price: price(50_000), subject: None, area: None, note: None };
        self.command(Command::RequestMatch(offer)).await.expect("a match").match_id
    }

    pub async fn pay(&mut self, match_id: MatchId) -> Result<Done, ErrorCode> {
        self.command(Command::PayMatch(PayMatch { match_id })).await
    }

    /// Asks for a lesson and pays.
    pub async fn request_and_pay(&mut self) -> MatchId {
        let match_id = self.request().await;
        self.pay(match_id).await.expect("paid");
        match_id
    }

    pub async fn cancel(&mut self, match_id: MatchId) -> Result<Done, ErrorCode> {
        self.command(Command::CancelMatch(CancelMatch { match_id })).await
    }

    pub async fn confirm(&mut self, match_id: MatchId, visit_at: Time) -> Result<Done, ErrorCode> {
        self.command(Command::ConfirmVisit(confirmation(match_id, visit_at))).await
    }

    pub async fn withdraw(&mut self, match_id: MatchId) -> Result<Done, ErrorCode> {
        let reason = Reason::new("sick").expect("a reason");
        self.command(Command::WithdrawVisit(WithdrawVisit { match_id, reason })).await
    }

    pub async fn finish(&mut self, match_id: MatchId) -> Result<Done, ErrorCode> {
        self.command(Command::FinishClass(FinishClass { match_id })).await
    }
}

pub fn confirmation(match_id: MatchId, visit_at: Time) -> ConfirmVisit {
    ConfirmVisit { match_id, teacher_name: PersonName::new("Sora Han").expect("a name"), visit_at }
}

/// What people look at: the first page of each list.
impl Client {
    pub async fn show(&mut self, match_id: MatchId) -> Result<MatchView, ErrorCode> {
        match self.query(Query::ShowMatch(OneMatch { match_id })).await? {
            ResultBody::Match(row) => Ok(row),
            other => panic!("no match: {other:?}"),
        }
    }

    pub async fn timeline(&mut self, match_id: MatchId) -> Result<Vec<Recorded>, ErrorCode> {
        match self.query(Query::Timeline(OneMatch { match_id })).await? {
            ResultBody::Timeline(timeline) => Ok(timeline.events),
            other => panic!("no timeline: {other:?}"),
        }
    }

    pub async fn matches(&mut self) -> Result<Vec<MatchView>, ErrorCode> {
        match self.query(Query::Matches(PageOf::default())).await? {
            ResultBody::Matches(page) => Ok(page.rows),
            other => panic!("no matches: {other:?}"),
        }
    }

    pub async fn my_page(&mut self) -> Result<Vec<MyPageRow>, ErrorCode> {
        match self.query(Query::MyPage(PageOf::default())).await? {
            ResultBody::MyPage(page) => Ok(page.rows),
            other => panic!("no page: {other:?}"),
        }
    }

    pub async fn board(&mut self) -> Result<Vec<VisitRequest>, ErrorCode> {
        match self.query(Query::VisitRequests(PageOf::default())).await? {
            ResultBody::VisitRequests(page) => Ok(page.rows),
            other => panic!("no board: {other:?}"),
        }
    }

    pub async fn visits(&mut self) -> Result<Vec<VisitRow>, ErrorCode> {
        match self.query(Query::Visits(PageOf::default())).await? {
            ResultBody::Visits(page) => Ok(page.rows),
            other => panic!("no visits: {other:?}"),
        }
    }

    pub async fn classes(&mut self) -> Result<Vec<ClassRow>, ErrorCode> {
        match self.query(Query::Classes(PageOf::default())).await? {
            ResultBody::Classes(page) => Ok(page.rows),
            other => panic!("no classes: {other:?}"),
        }
    }
}
