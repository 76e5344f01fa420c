//! A terminal with a program in it: what was written to it, what it shows, and what is typed.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use vt100::Screen;

use crate::real_server::PATIENCE;

pub const ENTER: &str = "\r";
pub const TAB: &str = "\t";
pub const SHIFT_TAB: &str = "\x1b[Z";
pub const ESC: &str = "\x1b";
pub const LEFT: &str = "\x1b[D";
pub const BACKSPACE: &str = "\x7f";
pub const F6: &str = "\x1b[17~";
pub const CONTROL_C: &str = "\x03";
pub const CONTROL_U: &str = "\x15";

/// Columns and rows: the window of somebody with room, and the one that terminals open with.
pub const WIDE: (u16, u16) = (140, 42);
pub const NARROW: (u16, u16) = (80, 24);

/// A terminal with a program in it.
pub struct Terminal {
    program: Program,
    master: Box<dyn MasterPty + Send>,
    /// Held so that the terminal's modes can still be asked for when the program has left.
    slave: Box<dyn SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    reader: JoinHandle<()>,
    raw: Vec<u8>,
    screen: vt100::Parser,
    modes_before: String,
}

/// What a program left behind.
pub struct Left {
    pub status: ExitStatus,
    /// Everything that it wrote.
    pub raw: String,
    /// What a person would see now.
    pub screen: vt100::Parser,
    pub modes_before: String,
    pub modes_after: String,
}

/// The binary at this address, with nothing of the surroundings in it.
pub fn matching(url: &str, session: &std::path::Path, language: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_matching"));
    command.args(["--url", url, "--language", language, "--session"]);
    command.arg(session);
    in_a_plain_terminal(command)
}

/// As a person in Seoul with an ordinary terminal would start it.
pub fn in_a_plain_terminal(mut command: CommandBuilder) -> CommandBuilder {
    for variable in ["NO_COLOR", "MATCHING_URL", "MATCHING_SESSION", "MATCHING_LANG"] {
        command.env_remove(variable);
    }
    command.env("TERM", "xterm-256color");
    command.env("TZ", "Asia/Seoul");
    command
}

impl Terminal {
    pub fn open(command: CommandBuilder, (columns, rows): (u16, u16)) -> Terminal {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes_before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let (reader, output) = bytes_of(pair.master.try_clone_reader().unwrap());
        let writer = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        let (master, slave) = (pair.master, pair.slave);
        Terminal {
            program: Program(Some(child)),
            master,
            slave,
            writer,
            output,
            reader,
            raw: Vec::new(),
            screen,
            modes_before,
        }
    }

    /// Types: keys, or text as an input method sends it.
    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Pastes, as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Waits until the screen shows it.
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen shows all of it.
    pub fn wait_for_all(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.wait_for(text));
    }

    /// Waits until the screen shows it no more.
    pub fn wait_until_gone(&mut self, text: &str) {
        self.wait_until(&format!("no {text}"), |screen| !screen.contents().contains(text));
    }

    /// Waits until a row between these columns shows it; returns the row.
    pub fn wait_for_row(&mut self, columns: std::ops::Range<u16>, text: &str) -> usize {
        let rows = |screen: &Screen| -> Option<usize> {
            screen.rows(columns.start, columns.end - columns.start).position(|row| row.contains(text))
        };
        self.wait_until(text, |screen| rows(screen).is_some());
        rows(self.screen()).unwrap()
    }

    /// Waits until this holds of the screen. A frame may be half drawn whenever it is looked at, so that whatever is
    /// expected has to be waited for as a whole.
    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Screen) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self.screen.screen()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.show(&bytes),
                Err(error) => panic!("{error}: {what:?} not seen on\n{}", self.screen.screen().contents()),
            }
        }
    }

    pub fn screen(&self) -> &Screen {
        self.screen.screen()
    }

    /// Gives the window another size.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    pub fn signal(&self, name: &str) {
        signal(self.program.pid(), name);
    }

    /// Whether the program has taken the terminal: no echo, no line editing.
    pub fn is_raw(&self) -> bool {
        modes(self.master.as_ref()) != self.modes_before
    }

    /// Waits until the program has left by itself.
    pub fn left(self) -> Left {
        let Terminal { program, master, slave, output, mut raw, mut screen, modes_before, .. } = self;
        let status = program.wait();
        let modes_after = modes(master.as_ref());
        drop(slave);
        loop {
            match output.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    screen.process(&bytes);
                    raw.extend(bytes);
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("somebody still holds the terminal"),
            }
        }
        let raw = String::from_utf8_lossy(&raw).into_owned();
        Left { status, raw, screen, modes_before, modes_after }
    }

    /// Closes the window under the program while it has work to do, and waits until it has left.
    pub fn close(self) {
        let Terminal { program, master, slave, mut writer, output, reader, .. } = self;
        // The reader ends with the next thing that comes, since nobody takes it any more.
        drop(output);
        master.resize(size(100, 30)).unwrap();
        reader.join().unwrap();
        writer.write_all("x".repeat(100).as_bytes()).unwrap();
        drop((writer, slave, master));
        program.wait();
    }

    fn show(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.raw.extend(bytes);
    }
}

/// A program that does not outlive its test. It is gone once it has been waited for.
struct Program(Option<Box<dyn Child + Send + Sync>>);

impl Program {
    fn pid(&self) -> u32 {
        self.0.as_ref().and_then(|child| child.process_id()).unwrap()
    }

    fn wait(mut self) -> ExitStatus {
        let pid = self.pid();
        let mut child = self.0.take().unwrap();
        let (sender, ended) = channel();
        std::thread::spawn(move || sender.send(child.wait()));
        ended
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| {
                signal(pid, "KILL");
                panic!("it did not leave: {error}")
            })
            .unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // It may have left by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a signal to a process.
pub fn signal(pid: u32, name: &str) {
    let kill = format!("kill -{name} {pid}");
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn bytes_of(mut reader: Box<dyn Read + Send>) -> (JoinHandle<()>, Receiver<Vec<u8>>) {
    let (sender, output) = channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    (reader, output)
}

/// Echo, line editing and the like, as the terminal itself tells them.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
