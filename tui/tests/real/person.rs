//! Somebody with a session file of their own, who types commands.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use matching_protocol::Role;
use serde_json::Value;
use tempfile::TempDir;

use crate::real_server::{PASSWORD, RealServer};

/// Somebody with a session file of their own.
pub struct Person {
    pub session: PathBuf,
    url: String,
    _folder: TempDir,
}

impl Person {
    /// Nobody yet: not logged in.
    pub fn at(url: String) -> Person {
        let folder = tempfile::tempdir().unwrap();
        Person { session: folder.path().join("session.json"), url, _folder: folder }
    }

    /// Makes an account and logs in to it.
    pub fn new(server: &RealServer, name: &str, role: Role, display_name: &str) -> Person {
        server.account(name, role, display_name);
        let person = Person::at(server.url());
        let login = person.run_with_input(&["login", name, "--password-stdin"], PASSWORD);
        assert_eq!(login.code, Some(0), "{login:?}");
        person
    }

    pub fn student(server: &RealServer) -> Person {
        Person::new(server, "minji", Role::Student, "김민지")
    }

    pub fn teacher(server: &RealServer) -> Person {
        Person::new(server, "junho", Role::Teacher, "박준호")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matching"));
        for variable in ["MATCHING_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "TZ"] {
            command.env_remove(variable);
        }
        command.env("MATCHING_URL", &self.url).env("MATCHING_SESSION", &self.session).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).output().unwrap())
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // One that fails before it needs the input does not read it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::from(child.wait_with_output().unwrap())
    }

    /// What a command prints that is carried out.
    pub fn done(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{arguments:?}: {run:?}");
        run.out
    }

    /// The one document that a command prints with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let out = self.done(&[arguments, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error} in {out:?}"))
    }

    /// The code with which a command is refused.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{arguments:?}: {run:?}");
        let (code, _) = run.err.split_once(": ").unwrap_or_else(|| panic!("{run:?}"));
        code.to_owned()
    }

    /// Asks for a lesson and pays for it.
    pub fn requests_and_pays(&self) -> i64 {
        let requested = self.json(&["request", "--price", "50000"]);
        let match_id = requested["match_id"].as_i64().unwrap();
        self.done(&["pay", &match_id.to_string()]);
        match_id
    }
}

/// How a command ended.
#[derive(PartialEq, Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
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
