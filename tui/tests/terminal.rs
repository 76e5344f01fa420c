//! The real binary in a pty, without a server: what it writes to the terminal, and that it gives it back.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so by failing")]

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Only so that a test that fails ends at all.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    screen: vt100::Parser,
    _folder: tempfile::TempDir,
}

impl Terminal {
    fn open(environment: &[(&str, &str)]) -> Terminal {
        let folder = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_matching"));
        // Nobody listens on port 1.
        command.args(["--url", "ws://127.0.0.1:1", "--language", "en", "--session"]);
        command.arg(folder.path().join("session.json"));
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        environment.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(cells(24), cells(80), 0);
        Terminal { child, master: pair.master, writer, output, raw: Vec::new(), screen, _folder: folder }
    }

    fn wait_until(&mut self, holds: impl Fn(&vt100::Screen) -> bool) {
        while !holds(self.screen.screen()) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(error) => panic!("{error} at\n{}", self.screen.screen().contents()),
            }
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait_until(|screen| screen.contents().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        drop(self.writer);
        drop(self.master);
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.raw.extend(bytes);
        }
        (status, String::from_utf8_lossy(&self.raw).into_owned())
    }

    fn signal(&mut self, name: &str) {
        let pid = self.child.process_id().unwrap();
        let kill = format!("kill -{name} {pid}");
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// Alternate screen, bracketed paste and focus events off, cursor shown.
fn assert_restored(raw: &str) {
    for (on, off) in
        [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?2004h", "\x1b[?2004l"), ("\x1b[?1004h", "\x1b[?1004l")]
    {
        let (on, off) = (raw.rfind(on), raw.rfind(off));
        assert!(on.is_some() && off > on, "{raw:?}");
    }
    assert!(raw.rfind("\x1b[?25h") > raw.rfind("\x1b[?25l"), "{raw:?}");
    assert!(!raw.contains("\x1b[8m"), "the mark behind a wide character was written");
    assert!(!raw.contains("\x1b[>"), "keyboard enhancement flags were pushed");
}

#[test]
fn control_c_leaves_and_gives_the_terminal_back() {
    let mut terminal = Terminal::open(&[]);
    terminal.wait_for("Log in");
    terminal.wait_for("No server answers");
    terminal.press("\x03");
    let (status, raw) = terminal.end();
    assert!(status.success());
    assert_restored(&raw);
}

#[test]
fn signals_leave_and_give_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let mut terminal = Terminal::open(&[]);
        terminal.wait_for("Log in");
        terminal.signal(signal);
        let (status, raw) = terminal.end();
        assert!(status.success(), "{signal}");
        assert_restored(&raw);
    }
}

#[test]
fn the_terminals_own_cursor_stands_behind_hangul() {
    let mut terminal = Terminal::open(&[]);
    terminal.wait_for("Log in");
    terminal.press("민지");
    terminal.wait_for("민지");
    terminal.wait_until(|screen| {
        let (row, column) = screen.cursor_position();
        let before = screen.contents_between(row, 0, row, column);
        before.ends_with("민지") && !screen.hide_cursor()
    });
}

#[test]
fn pasted_text_is_text() {
    let mut terminal = Terminal::open(&[]);
    terminal.wait_for("Log in");
    terminal.press("\x1b[200~min\x03ji\x1b[201~");
    terminal.wait_for("minji");
}

#[test]
fn no_color_writes_no_colour_and_keeps_the_rest() {
    let mut terminal = Terminal::open(&[("NO_COLOR", "1")]);
    terminal.wait_for("No server answers");
    terminal.press("\x03");
    let (_, raw) = terminal.end();
    assert!(!raw.contains("38;5;"), "{raw:?}");
    assert!(raw.contains("\x1b[4m"), "the field is underlined all the same");
    let mut coloured = Terminal::open(&[("NO_COLOR", "")]);
    coloured.wait_for("No server answers");
    coloured.press("\x03");
    let (_, raw) = coloured.end();
    assert!(raw.contains("38;5;1"), "an empty NO_COLOR does not count");
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let mut terminal = Terminal::open(&[]);
    terminal.wait_for("Log in");
    terminal.master.resize(size(10, 50)).unwrap();
    terminal.screen.screen_mut().set_size(cells(10), cells(50));
    terminal.wait_for("60x16");
    terminal.master.resize(size(40, 120)).unwrap();
    terminal.screen.screen_mut().set_size(cells(40), cells(120));
    terminal.wait_for("Log in");
}
