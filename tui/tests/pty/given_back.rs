//! The terminal is given back as it was, whichever way one leaves.

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use matching_protocol::Role;
use matching_tui::terminal::Screen;

use crate::person::Person;
use crate::real_server::RealServer;
use crate::terminal::{CONTROL_C, Left, NARROW, Terminal, in_a_plain_terminal, matching};

impl Left {
    /// Alternate screen, bracketed paste, focus events and raw mode off, the cursor shown, nothing more pushed.
    fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(
            !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor(),
            "{}",
            self.raw
        );
        for (on, off) in [
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?1004h", "\x1b[?1004l"),
            ("\x1b[?2026h", "\x1b[?2026l"),
        ] {
            let (on, off) = (self.raw.rfind(on), self.raw.rfind(off));
            assert!(on.is_some() && off > on, "{:?}", self.raw);
        }
        assert!(!self.raw.contains("\x1b[>"), "keyboard enhancement flags were pushed");
        assert!(!self.raw.contains("\x1b[8m"), "the mark behind a wide character was written");
        assert_eq!(self.modes_after, self.modes_before, "echo and line editing are back");
    }
}

/// The login screen; nobody answers on port 1.
fn alone() -> (Terminal, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let command = matching("ws://127.0.0.1:1", &folder.path().join("session.json"), "en");
    let mut terminal = Terminal::open(command, NARROW);
    terminal.wait_for_all(&["Log in", "No server answers"]);
    assert!(terminal.is_raw() && terminal.screen().alternate_screen());
    assert!(terminal.screen().bracketed_paste());
    (terminal, folder)
}

#[test]
fn after_control_c() {
    let (mut terminal, _folder) = alone();
    terminal.press(CONTROL_C);
    let left = terminal.left();
    assert!(left.status.success(), "{}", left.status);
    left.assert_given_back();
}

#[test]
fn after_q_by_a_person_who_is_signed_in() {
    let server = RealServer::start();
    server.account("minji", Role::Student, "김민지");
    let mut student = Person::signs_in(&server.url(), "minji", "en", NARROW);
    student.terminal.wait_for("Make your first request");
    student.terminal.press("q");
    let left = student.terminal.left();
    assert!(left.status.success(), "{}", left.status);
    left.assert_given_back();
}

#[test]
fn after_the_signals_that_ask_to_end() {
    for name in ["TERM", "HUP"] {
        let (terminal, _folder) = alone();
        terminal.signal(name);
        let left = terminal.left();
        assert!(left.status.success(), "{name}: {}", left.status);
        left.assert_given_back();
    }
}

#[test]
fn a_program_whose_window_is_closed_does_not_stay() {
    for _ in 0..20 {
        let (terminal, _folder) = alone();
        terminal.close();
    }
}

#[test]
fn after_a_panic_and_before_its_message() {
    const INSIDE: &str = "MATCHING_TEST_PANICS_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        let mut screen = Screen::take().unwrap();
        screen.draw(|frame| frame.set_cursor_position((3, 3))).unwrap();
        panic!("on purpose");
    }
    let mut command = in_a_plain_terminal(CommandBuilder::new(std::env::current_exe().unwrap()));
    command.args(["--exact", "given_back::after_a_panic_and_before_its_message", "--nocapture"]);
    command.env(INSIDE, "1");
    command.env("RUST_BACKTRACE", "0");
    let left = Terminal::open(command, NARROW).left();
    assert!(!left.status.success());
    left.assert_given_back();
    let (back, message) = (left.raw.find("\x1b[?1049l"), left.raw.find("on purpose"));
    assert!(back.is_some() && back < message, "{:?}", left.raw);
    assert!(left.screen.screen().contents().contains("on purpose"), "the message can be read afterwards");
}
