//! The server is killed under the app and started again: it reconnects by itself, says so, and nothing is lost.

use std::process::Command;

use crate::person::Person;
use crate::real_server::PASSWORD;
use crate::server_program::{Serving, add_account};
use crate::terminal::{ENTER, ESC, NARROW};

/// An address of this machine that nobody else takes a port at, so that the port is free again after a restart.
fn own_address() -> String {
    let [.., a, b] = std::process::id().to_be_bytes();
    format!("127.77.{a}.{}:0", b.clamp(1, 254))
}

/// A command of a teacher without the keyboard.
fn teacher_does(url: &str, session: &std::path::Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matching"));
    command.args(["--url", url, "--session"]).arg(session).args(arguments);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn it_reconnects_by_itself_and_tells_what_happened_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    add_account(folder.path(), "minji", "student", "김민지");
    add_account(folder.path(), "junho", "teacher", "박준호");
    let server = Serving::start(folder.path(), &own_address());
    let address = server.address.clone();
    let mut student = Person::signs_in(&server.url(), "minji", "en", NARROW);
    let mut teacher = Person::signs_in(&server.url(), "junho", "en", NARROW);
    student.terminal.wait_for("Make your first request");
    student.terminal.press(&["n", "50k", ENTER, "수학", ENTER, ENTER, ENTER].concat());
    student.terminal.wait_for_all(&["> #1", "Request #1 is made."]);
    student.terminal.press("py");
    student.terminal.wait_for("paid, waiting");
    teacher.terminal.wait_for("> #1");

    server.kill();
    for person in [&mut student, &mut teacher] {
        person.terminal.wait_for_all(&["[offline, reconnecting", "#1"]);
    }
    student.terminal.press("c");
    student.terminal.wait_for("Offline, so nothing was sent.");
    student.terminal.press("n60k");
    student.terminal.wait_for("= ₩60,000");
    teacher.terminal.press(ENTER);
    teacher.terminal.wait_for("Offline, so nothing was sent.");

    // Somebody else goes on where the two are not.
    let elsewhere = Serving::start(folder.path(), "127.0.0.1:0");
    let session = folder.path().join("cli.json");
    let confirm = ["confirm", "1", "--name", "Junho", "--at", "tomorrow 7pm"];
    log_in(&elsewhere.url(), &session);
    teacher_does(&elsewhere.url(), &session, &confirm);
    elsewhere.kill();

    let again = Serving::start(folder.path(), &address);
    assert_eq!(again.address, address);
    for person in [&mut student, &mut teacher] {
        person.terminal.wait_for("[online]");
    }
    student.terminal.wait_for_all(&["While you were away: 1 change.", "visit assigned"]);
    student.terminal.wait_for_all(&["60k", "= ₩60,000"]);
    student.terminal.press(&[ENTER, ENTER, ENTER, ENTER].concat());
    student.terminal.wait_for_all(&["> #2", "Request #2 is made."]);
    student.terminal.press("py");
    student.terminal.wait_for("paid, waiting");
    teacher.terminal.wait_for("₩60,000");
    teacher.terminal.press(ESC);
    teacher.terminal.wait_for("> #2");
    teacher.terminal.press("2");
    teacher.terminal.wait_for_all(&["assigned", "김민지"]);
}

fn log_in(url: &str, session: &std::path::Path) {
    use std::io::Write;
    let mut command = Command::new(env!("CARGO_BIN_EXE_matching"));
    command.args(["--url", url, "--session"]).arg(session).args(["login", "junho", "--password-stdin"]);
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}
