//! A person at a terminal of their own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::real_server::PASSWORD;
use crate::terminal::{ENTER, TAB, Terminal, matching};

/// A person at a terminal of their own, and the folder that their login is kept in.
pub struct Person {
    pub terminal: Terminal,
    folder: TempDir,
}

impl Person {
    /// Starts the app and signs in by typing.
    pub fn signs_in(url: &str, name: &str, language: &str, size: (u16, u16)) -> Person {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::open(matching(url, &session_in(folder.path()), language), size);
        let (login, online) = match language {
            "ko" => ("로그인 이름", "[온라인]"),
            _ => ("Login name", "[online]"),
        };
        terminal.wait_for_all(&[login, online]);
        terminal.press(&[name, TAB, PASSWORD, ENTER].concat());
        terminal.wait_until_gone(login);
        Person { terminal, folder }
    }

    pub fn session(&self) -> PathBuf {
        session_in(self.folder.path())
    }
}

fn session_in(folder: &Path) -> PathBuf {
    folder.join("session.json")
}
