//! A password from standard input, or typed without being shown.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use matching_protocol::Language;

use super::failure::Failure;

/// Far more than any password may have.
const LONGEST: u64 = 4_096;

#[derive(Args)]
pub(super) struct Password {
    /// Read the password from standard input, its first line
    #[arg(long)]
    password_stdin: bool,
}

impl Password {
    pub(super) fn read(&self, language: Language) -> Result<String, Failure> {
        if self.password_stdin {
            return first_line(io::stdin().lock()).map_err(Failure::system);
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::Usage(
                match language {
                    Language::En => "There is no terminal to ask for the password; add --password-stdin.",
                    Language::Ko => "비밀번호를 물어볼 터미널이 없습니다. --password-stdin 을 붙여 주세요.",
                }
                .to_owned(),
            ));
        }
        typed(language).map_err(Failure::system)
    }
}

fn first_line(input: impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(input, LONGEST).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Switches raw mode off again, whatever happens.
struct Raw;

impl Raw {
    fn on() -> io::Result<Raw> {
        enable_raw_mode().map(|()| Raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that does not listen.
        disable_raw_mode().unwrap_or_default();
        eprintln!();
    }
}

fn typed(language: Language) -> io::Result<String> {
    let mut err = io::stderr();
    write!(
        err,
        "{}",
        match language {
            Language::En => "Password: ",
            Language::Ko => "비밀번호: ",
        }
    )?;
    err.flush()?;
    let _raw = Raw::on()?;
    let mut password = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(password),
            KeyCode::Char('c' | 'd') if control => return Err(io::ErrorKind::Interrupted.into()),
            KeyCode::Char('u') if control => password.clear(),
            KeyCode::Char(c) if !control => password.push(c),
            KeyCode::Backspace => {
                password.pop();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_first_line_without_its_end() {
        for input in ["p@ss word \n", "p@ss word \r\n", "p@ss word ", "p@ss word \nmore\n"] {
            assert_eq!(first_line(input.as_bytes()).ok().as_deref(), Some("p@ss word "), "{input:?}");
        }
    }
}
