//! The connection against a server that cuts, refuses and repeats on command.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod fake_server;

use fake_server::{FakeServer, LOG, Peer, account, push, signed_in};
use matching_protocol::{
    Body, CommandId, ErrorCode, ErrorReply, Language, LogId, Login, MatchId, Nothing, OneMatch, Outcome,
    PayMatch, Query, ResultBody, Secret, Seq, ServerFrame, SessionRequest,
};
use matching_tui::connection::{
    Client, ConnectError, Live, LiveConfig, NotSent, RequestError, Update, full_url,
};
use matching_tui::session::{Session, SessionStore};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

/// A student's app and the server's end of it.
struct App {
    server: FakeServer,
    live: Live,
    updates: Receiver<Update>,
    store: SessionStore,
    _folder: TempDir,
}

impl App {
    /// With a session whose access token is good for so many seconds; without one if `None`.
    async fn start(access_seconds: Option<i64>) -> App {
        let server = FakeServer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("session.json"));
        let url = full_url(&server.url()).unwrap();
        if let Some(seconds) = access_seconds {
            store.save(&Session::new(&url, signed_in("access", "refresh", seconds))).unwrap();
        }
        let config = LiveConfig { url: server.url(), language: Language::En, session: store.clone() };
        let (live, updates) = Live::start(config);
        App { server, live, updates, store, _folder: folder }
    }

    /// Connected and signed in by the session's access token.
    async fn signed_in() -> (App, Peer) {
        let mut app = App::start(Some(900)).await;
        let peer = app.reconnected(1).await;
        (app, peer)
    }

    async fn reconnected(&mut self, attempt: u32) -> Peer {
        assert_eq!(self.update().await, Update::Connecting { attempt });
        let mut peer = self.server.accept().await;
        assert_eq!(self.update().await, Update::Online(self.server.hello()));
        peer.welcomes("access").await;
        assert_eq!(self.update().await, Update::SignedIn(account()));
        peer
    }

    async fn update(&mut self) -> Update {
        self.updates.recv().await.expect("the connection has ended")
    }

    async fn online(&mut self) -> Peer {
        assert_eq!(self.update().await, Update::Connecting { attempt: 1 });
        let peer = self.server.accept().await;
        assert_eq!(self.update().await, Update::Online(self.server.hello()));
        peer
    }

    async fn offline(&mut self) {
        let update = self.update().await;
        assert!(matches!(update, Update::Offline { .. }), "{update:?}");
    }
}

fn void() -> ErrorReply {
    ErrorReply::new(ErrorCode::Unauthenticated, Language::En)
}

fn show() -> Body {
    Body::Query(Query::ShowMatch(OneMatch { match_id: MatchId::new(5).unwrap() }))
}

fn pay() -> Body {
    Body::Command(matching_protocol::Command::PayMatch(PayMatch { match_id: MatchId::new(5).unwrap() }))
}

fn ok() -> ResultBody {
    ResultBody::Ok(Nothing {})
}

#[tokio::test]
async fn a_client_gets_its_own_reply_and_keeps_the_pushes_that_came_before_it() {
    let server = FakeServer::start().await;
    let url = server.url();
    let serve = async {
        let mut peer = server.accept().await;
        let (id, body) = peer.request().await;
        assert_eq!(body, show());
        peer.push(&[1, 2]).await;
        peer.reply(CommandId::generate(), ok()).await;
        peer.idle(2).await;
        peer.refuse(id, ErrorCode::NotFound).await;
        peer.idle(3).await;
        peer.push(&[4]).await;
    };
    let ask = async {
        let mut client = Client::connect(&url, Language::En).await.unwrap();
        assert_eq!(client.hello().log, LOG);
        let refused = client.request(CommandId::generate(), show()).await;
        let expected = ErrorReply::new(ErrorCode::NotFound, Language::En);
        assert_eq!(refused, Err(RequestError::Refused(expected)));
        assert_eq!(client.next_push().await, Ok(vec![push(1), push(2)]));
        assert_eq!(client.next_push().await, Ok(vec![push(4)]));
        client
    };
    let ((), mut client) = tokio::join!(serve, ask);
    let lost = client.request(CommandId::generate(), pay()).await;
    assert!(matches!(lost, Err(RequestError::Lost(_))), "{lost:?}");
}

#[tokio::test]
async fn a_server_that_says_goodbye_at_the_hello_is_believed() {
    let server = FakeServer::start().await;
    let url = server.url();
    let goodbye = ErrorReply::new(ErrorCode::UnsupportedVersion, Language::En);
    let serve = async {
        let mut peer = server.accept_silently().await;
        peer.send(ServerFrame::Bye(goodbye.clone())).await;
    };
    let ((), connected) = tokio::join!(serve, Client::connect(&url, Language::En));
    assert_eq!(connected.err(), Some(ConnectError::Refused(goodbye)));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let server = FakeServer::start().await;
    let url = server.url();
    drop(server);
    let error = Client::connect(&url, Language::En).await.err();
    assert!(matches!(error, Some(ConnectError::Unreachable { .. })), "{error:?}");
}

#[tokio::test]
async fn after_a_cut_the_app_is_signed_in_and_gets_what_it_missed_once() {
    let (mut app, mut peer) = App::signed_in().await;
    app.live.follow(Seq(10));
    let id = peer.asked_to_subscribe(LOG, 10).await;
    peer.subscribed(id, 12).await;
    assert_eq!(app.update().await, Update::Following { head: Seq(12) });
    peer.push(&[11, 12]).await;
    assert_eq!(app.update().await, Update::Pushes(vec![push(11), push(12)]));
    peer.idle(20).await;
    assert_eq!(app.update().await, Update::Position(Seq(20)));
    drop(peer);
    app.offline().await;
    let mut peer = app.reconnected(2).await;
    let id = peer.asked_to_subscribe(LOG, 20).await;
    peer.subscribed(id, 22).await;
    assert_eq!(app.update().await, Update::Following { head: Seq(22) });
    peer.push(&[19, 20, 21]).await;
    assert_eq!(app.update().await, Update::Pushes(vec![push(21)]));
}

#[tokio::test]
async fn pushes_of_an_earlier_subscription_do_not_hide_those_of_the_new_one() {
    let (mut app, mut peer) = App::signed_in().await;
    app.live.follow(Seq(100));
    let id = peer.asked_to_subscribe(LOG, 100).await;
    peer.subscribed(id, 100).await;
    assert_eq!(app.update().await, Update::Following { head: Seq(100) });
    // A list was loaded again and stands for an earlier place.
    app.live.follow(Seq(95));
    let id = peer.asked_to_subscribe(LOG, 95).await;
    peer.push(&[101]).await;
    peer.idle(101).await;
    peer.subscribed(id, 101).await;
    peer.push(&[96, 101]).await;
    assert_eq!(app.update().await, Update::Following { head: Seq(101) });
    assert_eq!(app.update().await, Update::Pushes(vec![push(96), push(101)]));
}

#[tokio::test]
async fn another_log_is_told_as_a_reset_and_not_subscribed_again() {
    let (mut app, mut peer) = App::signed_in().await;
    app.live.follow(Seq(10));
    let id = peer.asked_to_subscribe(LOG, 10).await;
    peer.subscribed(id, 10).await;
    assert_eq!(app.update().await, Update::Following { head: Seq(10) });
    drop(peer);
    app.offline().await;
    app.server.log = LogId(Uuid::from_u128(8));
    let mut peer = app.reconnected(2).await;
    let id = peer.asked_to_subscribe(LOG, 10).await;
    peer.refuse(id, ErrorCode::ResumeReset).await;
    assert_eq!(app.update().await, Update::Reset);
    app.live.follow(Seq(3));
    peer.asked_to_subscribe(app.server.log, 3).await;
}

#[tokio::test]
async fn a_request_whose_reply_is_cut_off_is_lost_and_offline_nothing_is_sent() {
    let (mut app, mut peer) = App::signed_in().await;
    let id = CommandId::generate();
    assert_eq!(app.live.request(id, pay()), Ok(()));
    assert_eq!(peer.request().await, (id, pay()));
    drop(peer);
    assert_eq!(app.update().await, Update::Lost(id));
    assert_eq!(app.live.request(id, pay()), Err(NotSent));
    app.offline().await;
    let mut peer = app.reconnected(2).await;
    assert_eq!(app.live.request(id, pay()), Ok(()));
    assert_eq!(peer.request().await, (id, pay()));
    peer.reply(id, ok()).await;
    assert_eq!(app.update().await, Update::Reply(id, Outcome::Result(ok())));
}

#[tokio::test]
async fn an_access_token_that_is_refused_is_refreshed() {
    let mut app = App::start(Some(900)).await;
    let mut peer = app.online().await;
    let (id, _) = peer.session_request().await;
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    let id = peer.asked_to_refresh("refresh").await;
    peer.reply(id, ResultBody::SignedIn(signed_in("second", "refresh", 900))).await;
    assert_eq!(app.update().await, Update::SignedIn(account()));
    let stored = app.store.load().unwrap().unwrap();
    assert_eq!(stored.access_token, Secret("second".to_owned()));
}

#[tokio::test]
async fn an_access_token_is_refreshed_before_it_runs_out_and_the_app_hears_nothing_of_it() {
    // It runs out now, so it is not even tried.
    let mut app = App::start(Some(0)).await;
    let mut peer = app.online().await;
    let id = peer.asked_to_refresh("refresh").await;
    peer.reply(id, ResultBody::SignedIn(signed_in("second", "refresh", 2))).await;
    assert_eq!(app.update().await, Update::SignedIn(account()));
    let id = peer.asked_to_refresh("refresh").await;
    peer.reply(id, ResultBody::SignedIn(signed_in("third", "refresh", 900))).await;
    let id = CommandId::generate();
    app.live.request(id, show()).unwrap();
    assert_eq!(peer.request().await, (id, show()));
    peer.reply(id, ok()).await;
    assert_eq!(app.update().await, Update::Reply(id, Outcome::Result(ok())));
    assert_eq!(app.store.load().unwrap().unwrap().access_token, Secret("third".to_owned()));
}

#[tokio::test]
async fn a_void_refresh_token_signs_out_and_is_forgotten() {
    let mut app = App::start(Some(0)).await;
    let mut peer = app.online().await;
    let id = peer.asked_to_refresh("refresh").await;
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    assert_eq!(app.update().await, Update::SignedOut(void()));
    assert_eq!(app.store.load().unwrap(), None);
}

#[tokio::test]
async fn a_request_that_finds_the_token_void_is_sent_again_after_a_refresh() {
    let (mut app, mut peer) = App::signed_in().await;
    let id = CommandId::generate();
    app.live.request(id, pay()).unwrap();
    assert_eq!(peer.request().await, (id, pay()));
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    let refresh = peer.asked_to_refresh("refresh").await;
    peer.reply(refresh, ResultBody::SignedIn(signed_in("second", "refresh", 900))).await;
    assert_eq!(peer.request().await, (id, pay()));
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    // Only once: now it is the app's.
    assert_eq!(app.update().await, Update::Reply(id, Outcome::Error(void())));
}

#[tokio::test]
async fn a_login_is_kept_before_the_app_hears_of_it() {
    let mut app = App::start(None).await;
    let mut peer = app.online().await;
    assert_eq!(app.update().await, Update::SignedOut(void()));
    let login = Login { name: account().name, password: Secret("secret".to_owned()) };
    let body = Body::Session(SessionRequest::Login(login));
    let id = CommandId::generate();
    app.live.request(id, body.clone()).unwrap();
    assert_eq!(peer.request().await, (id, body));
    let login = signed_in("access", "refresh", 900);
    peer.reply(id, ResultBody::SignedIn(login.clone())).await;
    assert_eq!(app.update().await, Update::SignedIn(account()));
    let url = full_url(&app.server.url()).unwrap();
    assert_eq!(app.store.load().unwrap(), Some(Session::new(&url, login.clone())));
    assert_eq!(app.update().await, Update::Reply(id, Outcome::Result(ResultBody::SignedIn(login))));
}

#[tokio::test]
async fn signing_out_revokes_and_forgets() {
    let (mut app, mut peer) = App::signed_in().await;
    app.live.sign_out();
    let (_, request) = peer.session_request().await;
    let SessionRequest::Logout(logout) = request else { panic!("{request:?}") };
    assert_eq!(logout.refresh_token, Secret("refresh".to_owned()));
    assert_eq!(app.update().await, Update::SignedOut(void()));
    assert_eq!(app.store.load().unwrap(), None);
}

#[tokio::test]
async fn the_connection_ends_with_its_last_handle() {
    let (app, peer) = App::signed_in().await;
    let App { live, mut updates, .. } = app;
    drop(live);
    peer.left().await;
    assert_eq!(updates.recv().await, None);
}
