//! Runs the binary as a person or a script would.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// What a command said, and how it ended.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// One JSON value a line.
    pub fn rows(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// The one document.
    pub fn document(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        let mut rows = self.rows();
        assert_eq!(rows.len(), 1, "{}", self.out);
        rows.remove(0)
    }

    /// The refusal on standard error, in its last line.
    pub fn refusal(&self) -> (i32, String) {
        let last = self.err.lines().last().expect("a refusal");
        let refusal: Value = serde_json::from_str(last).expect("JSON");
        assert!(refusal["message"].as_str().is_some_and(|message| message.len() > 10), "{refusal}");
        (self.code, refusal["code"].as_str().expect("a code").to_owned())
    }
}

/// The binary, with nothing of this process's surroundings that it would heed.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matching-server"));
    for name in ["MATCHING_DATA", "MATCHING_LOG", "LC_ALL", "LC_MESSAGES", "LC_CTYPE"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").args(args).stdin(Stdio::null());
    command
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs a command to its end.
pub fn run(args: &[&str]) -> Said {
    said(command(args).output().expect("the binary runs"))
}

/// Runs a command on a data folder.
pub fn on(data: &Path, args: &[&str]) -> Said {
    said(command(args).env("MATCHING_DATA", data).output().expect("the binary runs"))
}

/// Runs a command on a data folder, with this on its standard input.
pub fn on_with(data: &Path, args: &[&str], input: &str) -> Said {
    let mut child = command(args)
        .env("MATCHING_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    said(child.wait_with_output().expect("it ends"))
}

/// A server that has said where it listens.
pub struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    pub first_line: String,
    pub data: PathBuf,
}

impl Server {
    pub fn start(data: &Path) -> Server {
        Server::start_with(data, &[])
    }

    pub fn start_with(data: &Path, args: &[&str]) -> Server {
        let mut child = command(&["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .env("MATCHING_DATA", data)
            .env("MATCHING_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(data.with_extension("log")).expect("a log"))
            .spawn()
            .expect("the binary runs");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first_line = String::new();
        out.read_line(&mut first_line).expect("a first line");
        Server { child, out, first_line, data: data.to_owned() }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.with_extension("log")).expect("a log")
    }

    /// By SIGTERM; what it said on standard output after its first line.
    pub fn stop(mut self) -> (i32, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("its end");
        (self.child.wait().expect("it ends").code().expect("an exit code"), rest)
    }

    /// As a crash would.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command whose answer has no end, line by line.
pub struct Following {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Following {
    pub fn start(data: &Path, args: &[&str]) -> Following {
        let mut child = command(args)
            .env("MATCHING_DATA", data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Following { child, out }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        line
    }

    pub fn row(&mut self) -> Value {
        serde_json::from_str(&self.line()).expect("JSON")
    }

    /// Once it has ended by itself.
    pub fn ended(self) -> Said {
        drop(self.out);
        said(self.child.wait_with_output().expect("it ends"))
    }

    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}
