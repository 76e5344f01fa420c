//! Answers as a program reads them, one JSON value a line, or as a person does: tables and sentences.

use std::io::{self, BufWriter, Stderr, Stdout, Write};

use matching_protocol::{Language, Recorded};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::refusal::Trouble;
use super::request::{AdminRequest, Answer};
use super::table::{Column, Table};
use super::{accounts, balances, contexts, events, matches, payments, status, verify, views};

/// Rows that are held back to see how wide columns are to be.
const HOLD: usize = 200;

/// How a command ended; the number is its exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Refused, or what was found is not well.
    Refused = 1,
    /// Not asked for as it has to be.
    Usage = 2,
    /// Neither a server nor a folder could be reached.
    Unreached = 3,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

type Cells = Box<dyn Fn(&str) -> serde_json::Result<Vec<String>>>;
type Said = Box<dyn Fn(&str) -> serde_json::Result<String>>;

/// How rows are shown.
enum Form {
    /// As they come.
    Json,
    Table(Table, Cells),
    Text(Said),
}

/// Standard output for what was asked for, standard error for all else.
pub struct Screen {
    form: Form,
    json: bool,
    /// Nobody knows when the next row comes.
    at_once: bool,
    out: BufWriter<Stdout>,
    err: Stderr,
}

impl Screen {
    /// For the answers to a request.
    pub fn new(request: &AdminRequest, json: bool) -> Screen {
        let form = if json { Form::Json } else { form_of(request) };
        let at_once = request.is_endless();
        Screen { form, json, at_once, out: BufWriter::new(io::stdout()), err: io::stderr() }
    }

    /// Shows an answer; the exit code after the last.
    ///
    /// # Errors
    /// If it can't be written or understood.
    pub fn take(&mut self, answer: Answer) -> io::Result<Option<Exit>> {
        match answer {
            Answer::Ready(_) => Ok(None),
            Answer::Row(row) => self.row(&row).map(|()| None),
            Answer::Note(note) => {
                let shown = if self.json {
                    serde_json::json!({ "note": note }).to_string()
                } else {
                    format!("note: {note}")
                };
                writeln!(self.err, "{shown}").map(|()| None)
            }
            Answer::Done => self.flush().map(|()| Some(Exit::Done)),
            Answer::Refused { code, message } => {
                self.flush()?;
                self.refused(&code, &message).map(|()| Some(Exit::Refused))
            }
        }
    }

    /// Shows what went wrong on the way.
    ///
    /// # Errors
    /// If standard error can't be written.
    pub fn trouble(&mut self, trouble: &Trouble, language: Language) -> io::Result<()> {
        self.refused(trouble.code(), &trouble.message(language))
    }

    fn refused(&mut self, code: &str, message: &str) -> io::Result<()> {
        if self.json {
            writeln!(self.err, "{}", serde_json::json!({ "code": code, "message": message }))
        } else {
            writeln!(self.err, "{code}: {message}")
        }
    }

    fn row(&mut self, row: &RawValue) -> io::Result<()> {
        match &mut self.form {
            Form::Json => writeln!(self.out, "{row}")?,
            Form::Table(table, cells) => table.push(cells(row.get())?, &mut self.out)?,
            Form::Text(said) => writeln!(self.out, "{}", said(row.get())?)?,
        }
        if self.at_once { self.out.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Form::Table(table, _) = &mut self.form {
            table.flush(&mut self.out)?;
        }
        self.out.flush()
    }
}

fn form_of(request: &AdminRequest) -> Form {
    match request {
        AdminRequest::AccountsList => table(accounts::COLUMNS, HOLD, accounts::cells),
        AdminRequest::AccountsAdd(_)
        | AdminRequest::AccountsApprove(_)
        | AdminRequest::AccountsPassword(_) => text(accounts::said),
        AdminRequest::AccountsDisable(_) => text(accounts::disabled),
        AdminRequest::MatchesList => table(matches::COLUMNS, HOLD, matches::cells),
        AdminRequest::MatchesShow(_) => text(matches::story),
        AdminRequest::MatchesCancel(_) | AdminRequest::MatchesWithdraw(_) => text(matches::done),
        AdminRequest::PaymentsList => table(payments::COLUMNS, HOLD, payments::cells),
        AdminRequest::Balances => text(balances::text),
        AdminRequest::ContextsList => text(|rows: &Vec<_>| contexts::text(rows)),
        AdminRequest::ContextsStop(_) | AdminRequest::ContextsStart(_) => text(contexts::said),
        AdminRequest::EventsTail(_) => {
            table(events::COLUMNS, 1, |recorded: &Recorded| events::cells(recorded))
        }
        AdminRequest::EventsExport => Form::Json,
        AdminRequest::ViewsRebuild(_) => text(|rows: &Vec<_>| views::rebuilt(rows)),
        AdminRequest::ViewsCheck(_) => text(|rows: &Vec<_>| views::compared(rows)),
        AdminRequest::Verify => text(verify::text),
        AdminRequest::Status => text(status::text),
    }
}

fn table<T: DeserializeOwned>(
    columns: &'static [Column],
    hold: usize,
    cells: impl Fn(&T) -> Vec<String> + 'static,
) -> Form {
    Form::Table(
        Table::new(columns, hold),
        Box::new(move |row| serde_json::from_str(row).map(|row| cells(&row))),
    )
}

fn text<T: DeserializeOwned>(said: impl Fn(&T) -> String + 'static) -> Form {
    Form::Text(Box::new(move |row| serde_json::from_str(row).map(|row| said(&row))))
}
