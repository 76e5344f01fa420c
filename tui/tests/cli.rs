//! The real binary, run as a script would run it, against a server that answers on command.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod fake_server;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use fake_server::{FakeServer, LOG, Peer, push, signed_in};
use matching_protocol::{
    Body, Done, ErrorCode, MatchId, Nothing, Page, PageOf, Query, ResultBody, Secret, Seq, SessionRequest,
    Status, VisitRequest,
};
use matching_tui::connection::full_url;
use matching_tui::session::{Session, SessionStore};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

struct Script {
    server: FakeServer,
    store: SessionStore,
    _folder: TempDir,
}

impl Script {
    async fn new() -> Script {
        let folder = tempfile::tempdir().unwrap();
        let store = SessionStore::new(folder.path().join("session.json"));
        Script { server: FakeServer::start().await, store, _folder: folder }
    }

    /// With a session whose access token is good for so many seconds.
    async fn logged_in(access_seconds: i64) -> Script {
        let script = Script::new().await;
        let url = full_url(&script.server.url()).unwrap();
        script.store.save(&Session::new(&url, signed_in("access", "refresh", access_seconds))).unwrap();
        script
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matching"));
        for variable in ["MATCHING_LANG", "LC_ALL", "LANG"] {
            command.env_remove(variable);
        }
        command.env("MATCHING_URL", self.server.url()).env("MATCHING_SESSION", self.store.path());
        command.env("TZ", "Asia/Seoul").args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> JoinHandle<Run> {
        let mut command = self.command(arguments);
        spawn_blocking(move || Run::from(command.output().unwrap()))
    }

    fn run_with_input(&self, arguments: &[&str], input: &'static str) -> JoinHandle<Run> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            Run::from(child.wait_with_output().unwrap())
        })
    }

    /// The next connection, signed in by the access token.
    async fn accept(&self) -> Peer {
        let mut peer = self.server.accept().await;
        peer.welcomes("access").await;
        peer
    }
}

#[derive(PartialEq, Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

fn done(status: Status) -> ResultBody {
    ResultBody::Done(Done { match_id: MatchId::new(5).unwrap(), status, seq: Seq(12) })
}

fn command(body: Body) -> Value {
    let Body::Command(command) = body else { panic!("not a command: {body:?}") };
    serde_json::to_value(command).unwrap()
}

#[tokio::test]
async fn request_takes_what_people_write_and_prints_match_id_and_status() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["request", "--price", "5만원", "--subject", " 수학 ", "--area", "Mapo"]);
    let mut peer = script.accept().await;
    let (id, body) = peer.request().await;
    assert_eq!(command(body), json!({"RequestMatch": {"price": 50_000, "subject": "수학", "area": "Mapo"}}));
    peer.reply(id, done(Status::MatchRequested)).await;
    let run = run.await.unwrap();
    assert_eq!((run.code, run.out.as_str()), (Some(0), "match_id: 5\nstatus: MatchRequested\n"), "{run:?}");
}

#[tokio::test]
async fn a_command_id_is_sent_as_given_and_json_is_one_document() {
    let script = Script::logged_in(900).await;
    let id = Uuid::from_u128(99).to_string();
    let run = script.run(&["--json", "pay", "5", "--command-id", &id]);
    let mut peer = script.accept().await;
    let (sent, body) = peer.request().await;
    assert_eq!((sent.to_string(), command(body)), (id, json!({"PayMatch": {"match_id": 5}})));
    peer.reply(sent, done(Status::PaymentApproved)).await;
    let run = run.await.unwrap();
    assert_eq!(run.json(), json!({"match_id": 5, "status": "PaymentApproved", "seq": 12}));
}

#[tokio::test]
async fn a_meeting_time_is_read_in_the_local_zone() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["confirm", "5", "--name", "김선생", "--at", "2126-12-01 19:00"]);
    let mut peer = script.accept().await;
    let (id, body) = peer.request().await;
    let sent = json!({"match_id": 5, "teacher_name": "김선생", "visit_at": "2126-12-01T10:00:00Z"});
    assert_eq!(command(body), json!({ "ConfirmVisit": sent }));
    peer.reply(id, done(Status::VisitAssigned)).await;
    assert_eq!(run.await.unwrap().code, Some(0));
}

#[tokio::test]
async fn a_refusal_exits_with_1_and_names_the_code() {
    let script = Script::logged_in(900).await;
    for (arguments, message) in [
        (vec!["pay", "5"], "already_paid: This request is paid already; there is nothing more to pay.\n"),
        (
            vec!["pay", "5", "--json"],
            "{\"code\":\"already_paid\",\"message\":\"This request is paid already; there is nothing more to pay.\"}\n",
        ),
    ] {
        let run = script.run(&arguments);
        let mut peer = script.accept().await;
        let (id, _) = peer.request().await;
        peer.refuse(id, ErrorCode::AlreadyPaid).await;
        let run = run.await.unwrap();
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(1), "", message));
    }
}

#[tokio::test]
async fn what_is_well_formed_but_impossible_is_refused_with_the_codes_of_the_server() {
    let script = Script::new().await;
    let long = "x".repeat(65);
    for (arguments, code) in [
        (vec!["request", "--price", "0"], "invalid_price"),
        (vec!["request", "--price", "-5"], "invalid_price"),
        (vec!["request", "--price", "99999999999999999999999"], "invalid_price"),
        (vec!["request", "--price", "50000", "--subject", &long], "invalid_subject"),
        (vec!["request", "--price", "50000", "--note", "a\nb"], "invalid_note"),
        (vec!["withdraw", "5", "--reason", ""], "invalid_reason"),
        (vec!["confirm", "5", "--name", " ", "--at", "fri 19:00"], "invalid_name"),
        (vec!["pay", "0"], "invalid_match_id"),
        (vec!["pay", "-1"], "invalid_match_id"),
    ] {
        let run = script.run(&arguments).await.unwrap();
        assert_eq!(run.code, Some(1), "{arguments:?} {run:?}");
        assert!(run.err.starts_with(&format!("{code}: ")), "{arguments:?} {run:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_exits_with_2_and_says_what_is_taken() {
    let script = Script::logged_in(900).await;
    for (arguments, says) in [
        (vec!["request", "--price", "much"], "50,000"),
        (vec!["request", "--price", "50.000"], "50,000"),
        (vec!["request"], "--price"),
        (vec!["confirm", "5", "--name", "Kim", "--at", "soon"], "fri 19:00"),
        (vec!["confirm", "5", "--name", "Kim", "--at", "fri"], "7pm"),
        (vec!["pay", "five"], "whole number"),
        (vec!["pay", "5", "--command-id", "five"], "UUID"),
        (vec!["dance"], "dance"),
        (vec!["pay", "5", "--language", "fr"], "ko"),
        (vec!["pay", "5", "--url", "http://example.test"], "ws://"),
        (vec!["login", "minji"], "--password-stdin"),
    ] {
        // A login connects before it asks for the password.
        let run = script.run(&arguments);
        if arguments[0] == "login" {
            script.server.accept().await;
        }
        let run = run.await.unwrap();
        assert_eq!(run.code, Some(2), "{arguments:?} {run:?}");
        assert!(run.err.contains(says), "{arguments:?} {run:?}");
    }
}

#[tokio::test]
async fn without_a_server_every_command_exits_with_3_at_once() {
    let Script { server, store, _folder } = Script::logged_in(900).await;
    let url = server.url();
    drop(server);
    let script = Script { server: FakeServer::start().await, store, _folder };
    for arguments in [["whoami"].as_slice(), &["my-page"], &["watch"], &["pay", "5"], &["logout"]] {
        let run = script.run(&[arguments, &["--url", &url]].concat()).await.unwrap();
        assert_eq!(run.code, Some(3), "{arguments:?} {run:?}");
        assert!(run.err.starts_with("no_connection: "), "{run:?}");
    }
}

#[tokio::test]
async fn a_command_whose_reply_is_cut_off_exits_with_3_and_tells_how_to_repeat_it() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["pay", "5", "--json"]);
    let mut peer = script.accept().await;
    let (id, _) = peer.request().await;
    drop(peer);
    let run = run.await.unwrap();
    let report: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(
        (run.code, &report["code"], &report["command_id"]),
        (Some(3), &json!("connection_lost"), &json!(id))
    );
}

#[tokio::test]
async fn without_a_session_a_command_exits_with_4() {
    let script = Script::new().await;
    let run = script.run(&["my-page"]);
    script.server.accept().await.left().await;
    let run = run.await.unwrap();
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.err.starts_with("unauthenticated: "), "{run:?}");
}

#[tokio::test]
async fn a_void_login_exits_with_4_and_is_forgotten() {
    let script = Script::logged_in(0).await;
    let run = script.run(&["my-page"]);
    let mut peer = script.server.accept().await;
    let id = peer.asked_to_refresh("refresh").await;
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    let run = run.await.unwrap();
    assert_eq!(run.code, Some(4), "{run:?}");
    assert_eq!(script.store.load().unwrap(), None);
}

#[tokio::test]
async fn a_token_that_is_refused_is_refreshed_once_and_kept() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["pay", "5"]);
    let mut peer = script.server.accept().await;
    let (id, _) = peer.session_request().await;
    peer.refuse(id, ErrorCode::Unauthenticated).await;
    let id = peer.asked_to_refresh("refresh").await;
    peer.reply(id, ResultBody::SignedIn(signed_in("second", "refresh", 900))).await;
    let (id, _) = peer.request().await;
    peer.reply(id, done(Status::PaymentApproved)).await;
    assert_eq!(run.await.unwrap().code, Some(0));
    assert_eq!(script.store.load().unwrap().unwrap().access_token, Secret("second".to_owned()));
}

#[tokio::test]
async fn login_keeps_the_tokens_and_logout_revokes_and_forgets_them() {
    let script = Script::new().await;
    let run = script.run_with_input(&["login", "Minji", "--password-stdin"], "pass word\n");
    let mut peer = script.server.accept().await;
    let (id, request) = peer.session_request().await;
    let SessionRequest::Login(login) = request else { panic!("{request:?}") };
    assert_eq!((login.name.as_str(), login.password), ("minji", Secret("pass word".to_owned())));
    peer.reply(id, ResultBody::SignedIn(signed_in("access", "refresh", 900))).await;
    let run = run.await.unwrap();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("role: student\n") && !run.out.contains("refresh"), "{run:?}");
    assert!(script.store.load().unwrap().is_some());

    let run = script.run(&["logout"]);
    let mut peer = script.server.accept().await;
    let (id, request) = peer.session_request().await;
    let SessionRequest::Logout(logout) = request else { panic!("{request:?}") };
    assert_eq!(logout.refresh_token, Secret("refresh".to_owned()));
    peer.reply(id, ResultBody::Ok(Nothing {})).await;
    assert_eq!(run.await.unwrap().code, Some(0));
    assert_eq!(script.store.load().unwrap(), None);
}

fn listed(match_id: i64, note: &str) -> VisitRequest {
    serde_json::from_value(json!({
        "match_id": match_id, "price": 50_000, "subject": "수학", "note": note, "asked_at": "2026-12-01T10:00:00Z", "seq": 3
    }))
    .unwrap()
}

#[tokio::test]
async fn a_list_is_fetched_page_after_page() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["pending", "--json"]);
    let mut peer = script.accept().await;
    let mut ids = Vec::new();
    for (after, row, next) in [(None, 1, Some(1)), (Some(1), 2, None)] {
        let (id, body) = peer.request().await;
        let after = after.map(|id| MatchId::new(id).unwrap());
        assert_eq!(body, Body::Query(Query::VisitRequests(PageOf { after, limit: None })));
        let next = next.map(|id| MatchId::new(id).unwrap());
        let page = Page { rows: vec![listed(row, "x")], seq: Seq(9), next };
        peer.reply(id, ResultBody::VisitRequests(page)).await;
        ids.push(json!(row));
    }
    let rows = run.await.unwrap().json();
    assert_eq!(rows.as_array().unwrap().iter().map(|row| row["match_id"].clone()).collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn a_table_is_aligned_by_cells_with_times_in_the_local_zone() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["pending"]);
    let mut peer = script.accept().await;
    let (id, _) = peer.request().await;
    let page = Page { rows: vec![listed(1, "주 2회")], seq: Seq(9), next: None };
    peer.reply(id, ResultBody::VisitRequests(page)).await;
    assert_eq!(
        run.await.unwrap().out,
        "match_id  price    subject  area  asked_at              note\n\
         1         ₩50,000  수학           2026-12-01 19:00 KST  주 2회\n"
    );
}

#[tokio::test]
async fn watch_resumes_behind_a_place_and_prints_a_line_for_each_push() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["watch", "--after", "10"]);
    let mut peer = script.accept().await;
    let id = peer.asked_to_subscribe(LOG, 10).await;
    peer.subscribed(id, 11).await;
    peer.push(&[11]).await;
    peer.idle(11).await;
    peer.push(&[12, 13]).await;
    drop(peer);
    let run = run.await.unwrap();
    assert_eq!(run.code, Some(3), "{run:?}");
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pushes: Vec<Value> = [11, 12, 13].map(|seq| serde_json::to_value(push(seq)).unwrap()).into();
    assert_eq!(lines, pushes);
    assert!(run.err.contains("--after 13"), "{run:?}");
}

#[tokio::test]
async fn watch_from_now_on_passes_over_what_is_past_though_a_context_is_down() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["watch"]);
    let mut peer = script.accept().await;
    let (id, body) = peer.request().await;
    assert!(matches!(body, Body::Query(Query::Matches(_))), "{body:?}");
    peer.refuse(id, ErrorCode::ContextUnavailable).await;
    let (id, body) = peer.request().await;
    assert!(matches!(body, Body::Query(Query::MyPage(_))), "{body:?}");
    peer.reply(id, ResultBody::MyPage(Page { rows: vec![], seq: Seq(8), next: None })).await;
    let id = peer.asked_to_subscribe(LOG, 8).await;
    peer.subscribed(id, 9).await;
    peer.push(&[9, 10]).await;
    drop(peer);
    let run = run.await.unwrap();
    let seqs: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].clone()).collect();
    assert_eq!(seqs, [json!(10)], "{run:?}");
}

#[tokio::test]
async fn flags_are_taken_before_and_after_the_subcommand() {
    let script = Script::new().await;
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("other.json");
    let session = session.to_str().unwrap();
    let before = ["--url", "ws://h:1", "--session", session, "--json", "config", "path"];
    let after = ["config", "path", "--url", "ws://h:1", "--session", session, "--json"];
    for arguments in [before, after] {
        let run = script.run(&arguments).await.unwrap();
        assert_eq!(run.json(), json!({"session": session, "url": "ws://h:1/ws"}));
    }
}

#[tokio::test]
async fn help_and_man_page_document_the_exit_codes() {
    let script = Script::new().await;
    for arguments in [["--help"].as_slice(), &["man"]] {
        let run = script.run(arguments).await.unwrap();
        assert_eq!(run.code, Some(0));
        for line in ["  0  done", "  1  refused", "  2  usage", "  3  no connection", "  4  not logged in"] {
            assert!(run.out.contains(line), "{line:?} in {arguments:?}");
        }
    }
    let run = script.run(&["completions", "zsh"]).await.unwrap();
    assert!(run.code == Some(0) && run.out.contains("#compdef matching"));
}

#[tokio::test]
async fn what_another_person_typed_reaches_the_terminal_as_marks() {
    let script = Script::logged_in(900).await;
    let run = script.run(&["whoami"]);
    let mut peer = script.accept().await;
    let (id, _) = peer.request().await;
    let mut account = fake_server::account();
    account.zone = "\u{1b}]0;x\u{7}".to_owned();
    peer.reply(id, ResultBody::Account(account)).await;
    let run = run.await.unwrap();
    assert!(run.out.contains("zone: <1B>]0;x<07>\n"), "{run:?}");
}

#[tokio::test]
async fn several_commands_share_one_session_file() {
    let script = Script::logged_in(0).await;
    let runs: Vec<_> = (0..6).map(|_| script.run(&["pay", "5"])).collect();
    for n in 0..6 {
        let mut peer = script.server.accept().await;
        let (id, request) = peer.session_request().await;
        match request {
            SessionRequest::Refresh(_) => {
                let access = format!("access {n}");
                peer.reply(id, ResultBody::SignedIn(signed_in(&access, "refresh", 900))).await;
            }
            SessionRequest::Authenticate(_) => {
                peer.reply(id, ResultBody::Account(fake_server::account())).await
            }
            other => panic!("{other:?}"),
        }
        let (id, _) = peer.request().await;
        peer.reply(id, done(Status::PaymentApproved)).await;
    }
    for run in runs {
        assert_eq!(run.await.unwrap().code, Some(0));
    }
    assert!(script.store.load().unwrap().is_some());
}
