//! `watch`: every push behind a place, once and in order, also over its own restarts.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};
use std::sync::mpsc::{Receiver, channel};

use matching_protocol::{Role, Status};
use serde_json::Value;

use crate::person::Person;
use crate::real_server::{PATIENCE, RealServer};

/// A `watch` that runs.
struct Watch {
    child: Child,
    lines: Receiver<Value>,
}

impl Watch {
    fn after(person: &Person, seq: u64) -> Watch {
        Watch::start(person, &["watch", "--after", &seq.to_string()])
    }

    fn start(person: &Person, arguments: &[&str]) -> Watch {
        let mut child = person.command(arguments).spawn().unwrap();
        // From this line on whatever happens is pushed.
        let mut ready = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("watching after "), "{ready}");
        let lines = lines_of(child.stdout.take().unwrap());
        Watch { child, lines }
    }

    /// Places and names of the next pushes.
    fn next(&self, count: usize) -> Vec<(u64, String)> {
        let one = || {
            let push = self.lines.recv_timeout(PATIENCE).expect("a push");
            (push["seq"].as_u64().unwrap(), push["type"].as_str().unwrap().to_owned())
        };
        (0..count).map(|_| one()).collect()
    }

    /// Ends it, and tells what it had printed besides.
    fn end(mut self) -> Vec<Value> {
        self.stop();
        self.lines.iter().collect()
    }

    fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lines_of(out: ChildStdout) -> Receiver<Value> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                return;
            }
        }
    });
    lines
}

fn named(pushes: &[(u64, &str)]) -> Vec<(u64, String)> {
    pushes.iter().map(|(seq, name)| (*seq, (*name).to_owned())).collect()
}

#[test]
fn it_prints_what_comes_behind_a_place_once_and_in_order_also_after_a_restart() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    let other = Person::new(&server, "daniel", Role::Student, "Daniel Park");
    student.requests_and_pays();
    other.requests_and_pays();

    let (mine, all) = (Watch::after(&student, 1), Watch::after(&student, 0));
    let paid = [(2, "PaymentRequested"), (3, "PaymentApproved")];
    assert_eq!(mine.next(2), named(&paid));
    assert_eq!(all.next(3), named(&[(1, "MatchRequested"), paid[0], paid[1]]));
    teacher.done(&["confirm", "1", "--name", "박선생", "--at", "2126-12-01 19:00"]);
    assert_eq!(mine.next(1), named(&[(7, "VisitAssigned")]), "what is another student's is not pushed");
    assert_eq!(all.next(1), named(&[(7, "VisitAssigned")]));
    for watch in [mine, all] {
        assert_eq!(watch.end(), Vec::<Value>::new());
    }

    teacher.done(&["withdraw", "1", "--reason", "감기"]);
    student.done(&["cancel", "1"]);
    server.after(1, Status::PaymentCanceled);
    server.after(1, Status::VisitCanceled);
    let again = Watch::after(&student, 7);
    let seen = again.next(4);
    assert_eq!(seen[..2], named(&[(8, "VisitWithdrawn"), (9, "MatchCanceled")]));
    let called_off: Vec<&str> = seen[2..].iter().map(|(_, name)| name.as_str()).collect();
    assert!(called_off.contains(&"PaymentCanceled") && called_off.contains(&"VisitCanceled"), "{seen:?}");
    assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [8, 9, 10, 11]);
    assert_eq!(again.end(), Vec::<Value>::new());
}

#[test]
fn a_teacher_watches_the_board_and_from_now_on_if_nothing_is_said() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    student.requests_and_pays();
    let live = Watch::start(&teacher, &["watch"]);
    student.requests_and_pays();
    assert_eq!(live.next(1), named(&[(6, "VisitListed")]), "the past is passed over");
    student.done(&["cancel", "2"]);
    assert_eq!(live.next(1), named(&[(7, "VisitUnlisted")]));
    let all = Watch::after(&teacher, 0);
    assert_eq!(all.next(3), named(&[(3, "VisitListed"), (6, "VisitListed"), (7, "VisitUnlisted")]));
}

#[test]
fn it_ends_with_3_when_the_server_stops_and_says_where_to_go_on() {
    let server = RealServer::start();
    let student = Person::student(&server);
    student.requests_and_pays();
    let mut watch = student.command(&["--json", "watch", "--after", "0"]).spawn().unwrap();
    let lines = lines_of(watch.stdout.take().unwrap());
    for _ in 0..3 {
        lines.recv_timeout(PATIENCE).expect("a push");
    }
    drop(server);
    let ended = watch.wait_with_output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{error}");
    assert!(error.contains("--after 3"), "{error}");
}
