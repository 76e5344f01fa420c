//! The server's own program, beside the app's: made by cargo if it is not there yet, and run on a folder.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::real_server::PASSWORD;

/// Where the program is. In a run of all tests cargo has made it already; alone it is made now.
pub fn built() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let beside = Path::new(env!("CARGO_BIN_EXE_matching"));
        let folder = beside.parent().unwrap();
        let profile = folder.file_name().unwrap().to_str().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        // Both packages, so that what they share is compiled with the same features as in a run of all tests.
        cargo.args([
            "build",
            "--locked",
            "--quiet",
            "-p",
            "matching-server",
            "-p",
            "matching-tui",
            "--bin",
            "matching-server",
        ]);
        cargo.args(["--profile", if profile == "debug" { "dev" } else { profile }]);
        cargo.arg("--target-dir").arg(folder.parent().unwrap());
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(cargo.status().unwrap().success());
        folder.join("matching-server")
    })
}

/// The program, serving.
pub struct Serving {
    child: Child,
    pub address: String,
}

impl Serving {
    /// Serves a folder at this address; port 0 is a free one.
    pub fn start(folder: &Path, address: &str) -> Serving {
        let mut command = Command::new(built());
        command.args(["serve", "--finish-early", "--listen", address, "--data"]).arg(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ws://").unwrap_or_else(|| panic!("{first:?}"));
        Serving { child, address: address.to_owned() }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Kills it without any warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes an account as an admin does.
pub fn add_account(folder: &Path, name: &str, role: &str, display_name: &str) {
    let mut command = Command::new(built());
    command.args([
        "accounts",
        "add",
        name,
        "--role",
        role,
        "--display-name",
        display_name,
        "--password-stdin",
    ]);
    command.arg("--data").arg(folder).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}
