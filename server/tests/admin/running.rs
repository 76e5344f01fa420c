//! What only a running server does.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use matching_protocol::Role;
use serde_json::json;

use super::program::{Following, Server, command, on, on_with};
use super::seed::{EVENTS, fill, place, seeded};

#[test]
fn the_first_line_says_where_it_listens_for_port_0_too() {
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    let address = server.first_line.strip_prefix("listening on ws://").expect("the first line").trim_end();
    let address: SocketAddr = address.parse().expect("an address");
    assert_ne!(address.port(), 0);
    assert!(TcpStream::connect(address).is_ok());
    assert_eq!(server.stop(), (0, String::new()));
}

#[test]
fn the_socket_is_its_owners_alone_and_goes_with_the_server() {
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    let socket = data.join("admin.sock");
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    server.stop();
    assert!(!socket.exists());
}

#[test]
fn a_socket_that_a_crash_left_behind_is_replaced() {
    let (_folder, data) = seeded();
    Server::start(&data).kill();
    assert!(data.join("admin.sock").exists());
    assert_eq!(on(&data, &["status", "--json"]).document()["server"], json!("stopped"));
    let _server = Server::start(&data);
    assert_eq!(on(&data, &["status", "--json"]).document()["server"], json!("running"));
}

#[test]
fn a_data_folder_deep_in_the_tree_works() {
    let (folder, _) = place();
    let deep = folder.path().join("a-rather-long-name-for-a-folder".repeat(5));
    std::fs::create_dir(&deep).unwrap();
    let data = deep.join("data");
    let server = Server::start(&data);
    assert_eq!(on(&data, &["status", "--json"]).document()["server"], json!("running"));
    server.stop();
    assert!(!data.join("admin.sock").exists());
}

#[test]
fn a_stopped_context_refuses_and_the_others_go_on_until_it_is_started() {
    let (_folder, data) = seeded();
    let _server = Server::start(&data);
    let stopped = on(&data, &["contexts", "stop", "visit"]);
    assert!(stopped.out.starts_with("visit is stopped: "), "{stopped:?}");
    let unavailable = (1, "context_unavailable".to_owned());
    assert_eq!(on(&data, &["matches", "withdraw", "1", "--reason", "ill", "--json"]).refusal(), unavailable);
    assert_eq!(on(&data, &["views", "rebuild", "visit", "--json"]).refusal(), unavailable);
    assert_eq!(on(&data, &["views", "rebuild", "--check", "visit", "--json"]).refusal(), unavailable);
    assert_eq!(on(&data, &["matches", "cancel", "3", "--reason", "moved away"]).code, 0);
    let status = on(&data, &["status", "--json"]).document();
    assert_eq!((&status["pending_visits"], &status["head"]), (&json!(null), &json!(EVENTS + 1)));
    let visit = json!({"name": "visit", "state": "stopped", "error": null, "cursor": EVENTS, "lag": 1});
    assert_eq!(status["contexts"][2], visit);
    let verified = on(&data, &["verify"]);
    assert_eq!(
        (verified.code, verified.err.as_str()),
        (0, "note: the context visit is not running: its view was left out\n")
    );
    assert_eq!(on(&data, &["contexts", "start", "visit", "--json"]).document()["state"], json!("running"));
    assert_eq!(on(&data, &["status", "--json"]).document()["pending_visits"], json!(1));
    assert_eq!(on(&data, &["matches", "withdraw", "1", "--reason", "ill"]).code, 0);
}

#[test]
fn a_disabled_teachers_visits_are_not_known_while_visit_is_stopped() {
    let (_folder, data) = seeded();
    let _server = Server::start(&data);
    on(&data, &["contexts", "stop", "visit"]);
    let disabled = on(&data, &["accounts", "disable", "junho", "--json"]);
    assert_eq!(disabled.document()["open_visits"], json!(null));
    assert!(disabled.err.contains("open visits are not known"), "{}", disabled.err);
}

#[test]
fn the_tail_begins_behind_a_place_and_goes_on_live() {
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    let mut tail = Following::start(&data, &["events", "tail", "--after", "6", "--json"]);
    assert_eq!((tail.row()["seq"].clone(), tail.row()["seq"].clone()), (json!(7), json!(8)));
    on(&data, &["matches", "cancel", "3", "--reason", "moved away"]);
    let live = tail.row();
    assert_eq!((&live["seq"], &live["type"]), (&json!(9), &json!("MatchCanceled")));
    server.stop();
    let ended = tail.ended();
    assert_eq!(ended.refusal(), (3, "cut_off".to_owned()));
}

#[test]
fn the_tail_for_people_is_a_table_that_shows_each_row_at_once() {
    let (_folder, data) = seeded();
    let _server = Server::start(&data);
    let mut tail = Following::start(&data, &["events", "tail", "--after", "7"]);
    assert!(tail.line().starts_with("     SEQ  TIME"));
    let row = tail.line();
    assert!(row.starts_with("       8  ") && row.ends_with("MatchRequested: ₩30,000\n"), "{row}");
    tail.kill();
}

#[test]
fn nothing_of_a_password_gets_into_the_log() {
    let (_folder, data) = seeded();
    let server = Server::start(&data);
    let add = ["accounts", "add", "sora", "--role", "teacher", "--password-stdin"];
    assert_eq!(on_with(&data, &add, "swordfish-1\n").code, 0);
    assert_eq!(
        on_with(&data, &["accounts", "password", "minji", "--password-stdin"], "swordfish-2\n").code,
        0
    );
    let log = server.log();
    assert!(log.contains("admin: account added") && log.contains("admin: password set"), "{log}");
    assert!(!log.contains("swordfish"));
}

#[test]
fn the_log_can_be_had_as_json() {
    let (_folder, data) = seeded();
    let server = Server::start_with(&data, &["--log-json"]);
    assert_eq!(on(&data, &["contexts", "stop", "class"]).code, 0);
    let entries: Vec<serde_json::Value> =
        server.log().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let stopped = entries.iter().find(|entry| entry["fields"]["message"] == "admin: context stopped");
    assert_eq!(stopped.map(|entry| &entry["fields"]["context"]), Some(&json!("class")));
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_long_answer_quietly() {
    let (_folder, data) = place();
    fill(&data, async |seed| {
        let minji = seed.account("minji", Role::Student).await;
        for _ in 0..600 {
            seed.requested(minji, 20_000).await;
        }
    });
    let first_line_of = |args: &[&str]| {
        let mut child = command(args)
            .env("MATCHING_DATA", &data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        drop(out);
        let ended = child.wait_with_output().expect("it ends");
        (line, ended.status.code(), String::from_utf8(ended.stderr).expect("UTF-8"))
    };
    let quiet = |(line, code, err): (String, Option<i32>, String)| {
        assert!(!line.is_empty());
        assert_eq!((code, err.as_str()), (Some(0), ""));
    };
    quiet(first_line_of(&["events", "export"]));
    quiet(first_line_of(&["matches", "list"]));
    let server = Server::start(&data);
    quiet(first_line_of(&["events", "export"]));
    quiet(first_line_of(&["matches", "list", "--json"]));
    assert_eq!(on(&data, &["matches", "list", "--json"]).rows().len(), 600);
    assert_eq!(server.stop().0, 0);
}
