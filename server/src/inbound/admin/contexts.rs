//! `contexts`: how each of the five is; stop one and start it again.

use matching_protocol::{ContextName, Seq};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Outcome};
use super::refusal::{Note, Refusal};
use super::table::{self, Column};
use crate::application::follow::{PartState, PartStatus};

/// How a context is.
#[derive(Serialize, Deserialize)]
pub struct ContextRow {
    pub name: String,
    /// `running`, `stopped` or `failed`.
    pub state: String,
    /// Why it failed.
    pub error: Option<String>,
    pub cursor: Seq,
    pub lag: u64,
}

impl From<PartStatus> for ContextRow {
    fn from(status: PartStatus) -> Self {
        let (state, error) = match status.state {
            PartState::Running => ("running", None),
            PartState::Stopped => ("stopped", None),
            PartState::Failed { error } => ("failed", Some(error)),
        };
        let (name, state) = (status.name.to_owned(), state.to_owned());
        ContextRow { name, state, error, cursor: status.cursor, lag: status.lag }
    }
}

impl Admin {
    pub(super) fn contexts(&self) -> Vec<ContextRow> {
        self.service.views.status().into_iter().map(ContextRow::from).collect()
    }

    async fn answer_with(&self, context: ContextName, answers: &Answers) -> Outcome {
        match self.contexts().into_iter().find(|row| row.name == context.as_str()) {
            Some(row) => answers.row(&row).await,
            None => Ok(()),
        }
    }
}

pub async fn list(admin: &Admin, answers: &Answers) -> Outcome {
    if admin.serving_since.is_none() {
        answers.note(Note::NoServer).await?;
    }
    answers.row(&admin.contexts()).await
}

pub async fn stop(admin: &Admin, by: &str, context: ContextName, answers: &Answers) -> Outcome {
    if admin.serving_since.is_none() {
        return Err(Refusal::NoServer("contexts stop").into());
    }
    admin.service.views.stop(context);
    tracing::info!(by, %context, "admin: context stopped");
    admin.answer_with(context, answers).await
}

pub async fn start(admin: &Admin, by: &str, context: ContextName, answers: &Answers) -> Outcome {
    if admin.serving_since.is_none() {
        return Err(Refusal::NoServer("contexts start").into());
    }
    admin.service.views.start(context);
    tracing::info!(by, %context, "admin: context started");
    admin.answer_with(context, answers).await
}

pub fn text(contexts: &[ContextRow]) -> String {
    let columns = [
        Column::text("CONTEXT"),
        Column::text("STATE"),
        Column::number("CURSOR"),
        Column::number("LAG"),
        Column::text("ERROR"),
    ];
    let cells = |row: &ContextRow| {
        let error = row.error.clone().unwrap_or_default();
        vec![row.name.clone(), row.state.clone(), row.cursor.to_string(), row.lag.to_string(), error]
    };
    table::render(&columns, contexts.iter().map(cells).collect()).trim_end().to_owned()
}

pub fn said(row: &ContextRow) -> String {
    match row.state.as_str() {
        "stopped" => format!(
            "{} is stopped: its commands and queries answer context_unavailable; it goes on behind seq {}",
            row.name, row.cursor
        ),
        _ => format!(
            "{} is {}: it has taken in everything up to seq {}, {} to go",
            row.name, row.state, row.cursor, row.lag
        ),
    }
}
