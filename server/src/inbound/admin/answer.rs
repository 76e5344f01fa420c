//! From a request to its subcommand, and the answers on their way back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use matching_protocol::{ContextName, ErrorCode, Language, PageOf};
use rusqlite::Connection;
use serde::Serialize;
use tokio::sync::mpsc;

use super::refusal::{Note, Refusal};
use super::request::{AdminCall, AdminRequest, Answer};
use super::{accounts, balances, contexts, events, matches, payments, status, verify, views};
use crate::ports::accounts::AccountsError;
use crate::startup::Service;

/// How long an answer waits for a view that is behind, before it says so.
const CATCH_UP: Duration = Duration::from_secs(30);
/// Answers that wait to be taken; whoever makes more waits.
pub const QUEUE: usize = 256;

/// What admin commands work on.
pub struct Admin {
    pub(super) service: Arc<Service>,
    /// Since when the server serves; none if a stopped server's folder was opened for one command.
    pub(super) serving_since: Option<Instant>,
}

/// How an operation ends that was not done.
#[derive(Debug)]
pub enum Ended {
    /// With an answer.
    Refused(Refusal),
    /// Nobody is left to take the answer.
    Gone,
}

pub(super) type Outcome = Result<(), Ended>;

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Ended::Refused(refusal)
    }
}

impl From<ErrorCode> for Ended {
    fn from(code: ErrorCode) -> Self {
        Ended::Refused(code.into())
    }
}

impl From<AccountsError> for Ended {
    fn from(error: AccountsError) -> Self {
        if let AccountsError::Failed(cause) | AccountsError::ReadOnly(cause) = &error {
            tracing::error!(%error, cause = format!("{cause:#}"), "accounts");
        }
        error.code().into()
    }
}

/// Where answers go.
pub struct Answers {
    queue: mpsc::Sender<Answer>,
    language: Language,
}

impl Answers {
    /// One row of a list, or the document.
    pub(super) async fn row(&self, row: &impl Serialize) -> Outcome {
        let raw = serde_json::value::to_raw_value(row).map_err(|error| internal("an answer", error))?;
        self.send(Answer::Row(raw)).await
    }

    pub(super) async fn note(&self, note: Note) -> Outcome {
        self.send(Answer::Note(note.text(self.language))).await
    }

    async fn send(&self, answer: Answer) -> Outcome {
        self.queue.send(answer).await.map_err(|_| Ended::Gone)
    }
}

/// Something that should not happen; the details go to the log.
pub(super) fn internal(what: &str, error: impl std::fmt::Display) -> Ended {
    tracing::error!(%error, "{what} can't be read or written");
    ErrorCode::Internal.into()
}

impl Admin {
    /// Of a server that serves from now on.
    pub fn serving(service: Arc<Service>) -> Admin {
        Admin { service, serving_since: Some(Instant::now()) }
    }

    /// Of a folder that is opened for one command.
    pub fn in_process(service: Arc<Service>) -> Admin {
        Admin { service, serving_since: None }
    }

    /// Carries out a call for the operating system's user `by`, and puts answers into the queue up to the last.
    pub async fn answer(&self, by: &str, call: AdminCall, queue: mpsc::Sender<Answer>) {
        let answers = Answers { queue, language: call.language };
        let last = match self.carry_out(by, call.request, &answers).await {
            Ok(()) => Answer::Done,
            Err(Ended::Refused(refusal)) => Answer::Refused {
                code: refusal.code().to_owned(),
                message: refusal.message(answers.language),
            },
            Err(Ended::Gone) => return,
        };
        if answers.send(last).await.is_err() {
            tracing::debug!("an admin went away before the end of the answer");
        }
    }

    async fn carry_out(&self, by: &str, request: AdminRequest, answers: &Answers) -> Outcome {
        match request {
            AdminRequest::AccountsAdd(account) => accounts::add(self, by, account, answers).await,
            AdminRequest::AccountsList => accounts::list(self, by, answers).await,
            AdminRequest::AccountsApprove(name) => accounts::approve(self, by, name, answers).await,
            AdminRequest::AccountsDisable(name) => accounts::disable(self, by, name, answers).await,
            AdminRequest::AccountsPassword(set) => accounts::set_password(self, by, set, answers).await,
            AdminRequest::MatchesList => matches::list(self, answers).await,
            AdminRequest::MatchesShow(match_id) => matches::show(self, by, match_id, answers).await,
            AdminRequest::MatchesCancel(cancel) => matches::cancel(self, by, cancel, answers).await,
            AdminRequest::MatchesWithdraw(withdraw) => matches::withdraw(self, by, withdraw, answers).await,
            AdminRequest::PaymentsList => payments::list(self, answers).await,
            AdminRequest::Balances => balances::show(self, answers).await,
            AdminRequest::ContextsList => contexts::list(self, answers).await,
            AdminRequest::ContextsStop(context) => contexts::stop(self, by, context, answers).await,
            AdminRequest::ContextsStart(context) => contexts::start(self, by, context, answers).await,
            AdminRequest::EventsTail(after) => events::tail(self, after, answers).await,
            AdminRequest::EventsExport => events::export(self, by, answers).await,
            AdminRequest::ViewsRebuild(context) => views::rebuild(self, by, context, answers).await,
            AdminRequest::ViewsCheck(context) => views::check(self, context, answers).await,
            AdminRequest::Verify => verify::run(self, answers).await,
            AdminRequest::Status => status::show(self, answers).await,
        }
    }

    /// Reads a context's view once it has taken in what is in the log now, or says how far it is behind.
    pub(super) async fn read<T>(
        &self,
        context: ContextName,
        answers: &Answers,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Ended> {
        let (views, head) = (&self.service.views, *self.service.log.head().borrow());
        if !views.is_running(context) {
            return Err(Refusal::NotRunning(context).into());
        }
        let mut cursor = views.cursor(context);
        let caught_up = cursor.wait_for(|cursor| *cursor >= head);
        let caught_up = tokio::time::timeout(CATCH_UP, caught_up).await.is_ok();
        if !caught_up {
            let lag = head.0.saturating_sub(views.cursor(context).borrow().0);
            answers.note(Note::Behind(context, lag)).await?;
        }
        views.read_now(context, |connection, _| query(connection)).map_err(|code| match code {
            ErrorCode::ContextUnavailable => Refusal::NotRunning(context).into(),
            code => code.into(),
        })
    }
}

/// The page behind a full one; `None` if there is none.
pub(super) fn next_page<T>(
    rows: &[T],
    page: &PageOf,
    id: impl Fn(&T) -> matching_protocol::MatchId,
) -> Option<PageOf> {
    let last = rows.last().filter(|_| rows.len() >= page.rows() as usize)?;
    Some(PageOf { after: Some(id(last)), limit: None })
}
