//! The exit codes that `--help` promises, each from a real cause.

use matching_protocol::Role;
use serde_json::{Value, json};

use crate::person::Person;
use crate::real_server::{PASSWORD, RealServer};

fn reported(error: &str) -> Value {
    serde_json::from_str(error).unwrap_or_else(|_| panic!("not one document: {error:?}"))
}

#[test]
fn refused_is_1_with_the_code_first() {
    let server = RealServer::start();
    let student = Person::student(&server);
    let id = student.requests_and_pays().to_string();
    let run = student.run(&["pay", &id]);
    let message = "already_paid: This request is paid already; there is nothing more to pay.\n";
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(1), "", message));
    let run = student.run(&["--language", "ko", "--json", "pay", &id]);
    let report = reported(&run.err);
    assert_eq!((run.code, &report["code"]), (Some(1), &json!("already_paid")));
    assert!(report["message"].as_str().unwrap().starts_with("이미 결제된 요청입니다."), "{report}");
    assert_eq!(student.refused(&["show", "99"]), "not_found");
    assert_eq!(student.refused(&["pending"]), "wrong_role");
    assert_eq!(student.refused(&["request", "--price", "1"]), "invalid_price");
}

#[test]
fn what_cannot_be_read_is_2_and_nothing_is_sent() {
    let server = RealServer::start();
    let (student, teacher) = (Person::student(&server), Person::teacher(&server));
    let wrong: [(&Person, &[&str]); 5] = [
        (&student, &["request", "--price", "cheap"]),
        (&student, &["request"]),
        (&student, &["pay", "first"]),
        (&student, &["no-such-command"]),
        (&teacher, &["confirm", "1", "--name", "박선생", "--at", "whenever"]),
    ];
    for (person, arguments) in wrong {
        let run = person.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(server.service.log.head().borrow().0, 0);
}

#[test]
fn no_connection_is_3() {
    // Nobody listens on port 1.
    let person = Person::at("ws://127.0.0.1:1".to_owned());
    let run = person.run(&["pay", "1"]);
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""), "{run:?}");
    assert!(run.err.starts_with("no_connection: No server answers at ws://127.0.0.1:"), "{run:?}");
    let run = person.run_with_input(&["--json", "login", "minji", "--password-stdin"], PASSWORD);
    assert_eq!((run.code, &reported(&run.err)["code"]), (Some(3), &json!("no_connection")));
}

#[test]
fn not_logged_in_is_4() {
    let server = RealServer::start();
    let student = Person::at(server.url());
    let run = student.run(&["my-page"]);
    assert_eq!((run.code, run.out.as_str()), (Some(4), ""), "{run:?}");
    server.account("minji", Role::Student, "김민지");
    let run = student.run_with_input(&["--json", "login", "minji", "--password-stdin"], "wrong horse");
    assert_eq!((run.code, &reported(&run.err)["code"]), (Some(4), &json!("unauthenticated")));
    assert!(!student.session.exists(), "a login that failed leaves no session");

    let login = student.run_with_input(&["login", "minji", "--password-stdin"], PASSWORD);
    assert_eq!(login.code, Some(0), "{login:?}");
    let session = std::fs::read(&student.session).unwrap();
    student.done(&["logout"]);
    std::fs::write(&student.session, session).unwrap();
    let expired = expire_access(&student);
    assert_eq!(student.run(&["my-page"]).code, Some(4), "the refresh token was revoked, {expired}");
}

/// As if the access token had run out by now.
pub fn expire_access(person: &Person) -> Value {
    let mut session = reported(&std::fs::read_to_string(&person.session).unwrap());
    session["access_expires_at"] = json!("2020-01-01T00:00:00Z");
    std::fs::write(&person.session, session.to_string()).unwrap();
    session["access_expires_at"].clone()
}
