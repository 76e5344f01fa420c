//! Several commands at once on one session file, and commands that are repeated.

use std::collections::BTreeSet;
use std::process::Child;

use matching_protocol::CommandId;
use serde_json::Value;

use crate::exit_codes::expire_access;
use crate::person::{Person, Run};
use crate::real_server::RealServer;

/// Starts all, then waits for all.
fn at_once(person: &Person, arguments: &[&str], times: usize) -> Vec<Run> {
    let started: Vec<Child> = (0..times).map(|_| person.command(arguments).spawn().unwrap()).collect();
    started.into_iter().map(|child| Run::from(child.wait_with_output().unwrap())).collect()
}

fn field(runs: &[Run], name: &str) -> BTreeSet<i64> {
    let one = |run: &Run| {
        assert_eq!(run.code, Some(0), "{run:?}");
        serde_json::from_str::<Value>(&run.out).unwrap()[name].as_i64().unwrap()
    };
    runs.iter().map(one).collect()
}

#[test]
fn commands_at_once_on_one_session_file_are_all_carried_out() {
    let server = RealServer::start();
    let student = Person::student(&server);
    let runs = at_once(&student, &["--json", "request", "--price", "50000"], 8);
    assert_eq!(field(&runs, "match_id"), (1..=8).collect());
}

#[test]
fn that_holds_while_the_access_token_runs_out_too() {
    let server = RealServer::start();
    let student = Person::student(&server);
    let expired = expire_access(&student);
    let runs = at_once(&student, &["--json", "request", "--price", "50000"], 8);
    assert_eq!(field(&runs, "match_id"), (1..=8).collect());
    let session: Value = serde_json::from_slice(&std::fs::read(&student.session).unwrap()).unwrap();
    assert_ne!(session["access_expires_at"], expired, "one of the new tokens is kept");
    student.done(&["my-page"]);
}

#[test]
fn a_repeated_command_id_is_carried_out_once() {
    let server = RealServer::start();
    let student = Person::student(&server);
    let id = CommandId::generate().to_string();
    let ask = ["--json", "request", "--price", "50000", "--command-id", &id];
    let runs = at_once(&student, &ask, 4);
    assert_eq!(field(&runs, "match_id"), BTreeSet::from([1]));
    assert_eq!(
        runs.iter().map(|run| &run.out).collect::<BTreeSet<_>>().len(),
        1,
        "each gets the same answer"
    );
    assert_eq!(server.service.log.head().borrow().0, 1);
    let other = ["request", "--price", "60000", "--command-id", &id];
    assert_eq!(student.refused(&other), "command_id_reused");

    let id = CommandId::generate().to_string();
    let pay = ["--json", "pay", "1", "--command-id", &id];
    let first = student.done(&pay);
    assert_eq!(student.done(&pay), first, "not already_paid");
    assert_eq!(student.refused(&["pay", "1"]), "already_paid");
    assert_eq!(server.service.log.head().borrow().0, 3);
}
