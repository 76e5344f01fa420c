//! `views rebuild`: folds views again from the start of the log, or compares them with a fresh fold.

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{ContextName, Seq};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::answer::{Admin, Answers, Ended, Outcome, internal};
use super::refusal::{Note, Refusal};
use super::table::{self, Column};
use crate::application::verify;

/// How often the state of a view that is being folded is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A view that was compared.
#[derive(Serialize, Deserialize)]
pub struct Compared {
    context: String,
    equal: bool,
    /// In words.
    difference: Option<String>,
}

/// A view that was folded again.
#[derive(Serialize, Deserialize)]
pub struct Rebuilt {
    context: String,
    up_to: Seq,
}

pub async fn check(admin: &Admin, context: Option<ContextName>, answers: &Answers) -> Outcome {
    let (views, log) = (Arc::clone(&admin.service.views), Arc::clone(&admin.service.log));
    let mut compared = Vec::new();
    let mut differ = Vec::new();
    for one in chosen(context) {
        if !views.is_running(one) {
            if context.is_some() {
                return Err(Refusal::NotRunning(one).into());
            }
            answers.note(Note::Skipped(one)).await?;
            continue;
        }
        let (views, log) = (Arc::clone(&views), Arc::clone(&log));
        let check =
            off_the_workers(move |runtime| runtime.block_on(verify::check_view(&views, log.as_ref(), one)));
        let difference = check.await?.map_err(|error| internal("a view", format!("{error:#}")))?;
        if difference.is_some() {
            differ.push(one);
        }
        compared.push(Compared { context: one.to_string(), equal: difference.is_none(), difference });
    }
    answers.row(&compared).await?;
    if differ.is_empty() { Ok(()) } else { Err(Refusal::ViewsDiffer(differ).into()) }
}

/// Runs what reads for long where it holds up nobody.
pub(super) async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce(Handle) -> T + Send + 'static,
) -> Result<T, Ended> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || work(runtime)).await.map_err(|error| internal("the log", error))
}

pub async fn rebuild(admin: &Admin, by: &str, context: Option<ContextName>, answers: &Answers) -> Outcome {
    let mut rebuilt = Vec::new();
    for one in chosen(context) {
        if context.is_none() && !admin.service.views.is_running(one) {
            answers.note(Note::Skipped(one)).await?;
            continue;
        }
        rebuilt.push(rebuild_one(admin, by, one).await?);
    }
    answers.row(&rebuilt).await
}

async fn rebuild_one(admin: &Admin, by: &str, context: ContextName) -> Result<Rebuilt, Ended> {
    let views = &admin.service.views;
    if !views.is_running(context) {
        return Err(Refusal::NotRunning(context).into());
    }
    let (mut emptied, mut cursor) = (views.emptied(context), views.cursor(context));
    let up_to = *admin.service.log.head().borrow();
    views.rebuild(context);
    tracing::info!(by, %context, "admin: view is folded again");
    let caught_up = async {
        // Both senders live as long as the service.
        let _ = emptied.changed().await;
        let _ = cursor.wait_for(|cursor| *cursor >= up_to).await;
    };
    tokio::pin!(caught_up);
    while tokio::time::timeout(LOOK, &mut caught_up).await.is_err() {
        let state = admin.contexts().into_iter().find(|row| row.name == context.as_str());
        match state {
            Some(row) if row.state == "stopped" => return Err(Refusal::NotRunning(context).into()),
            Some(row) => {
                if let Some(error) = row.error {
                    return Err(Refusal::NotRebuilt(context, error).into());
                }
            }
            None => {}
        }
    }
    Ok(Rebuilt { context: context.to_string(), up_to })
}

fn chosen(context: Option<ContextName>) -> Vec<ContextName> {
    context.map_or_else(|| ContextName::ALL.to_vec(), |one| vec![one])
}

pub fn compared(rows: &[Compared]) -> String {
    let columns = [Column::text("CONTEXT"), Column::text("VIEW")];
    let cells = |row: &Compared| {
        let found = row.difference.clone().unwrap_or_else(|| "equals a fresh fold of the log".to_owned());
        vec![row.context.clone(), found]
    };
    table::render(&columns, rows.iter().map(cells).collect()).trim_end().to_owned()
}

pub fn rebuilt(rows: &[Rebuilt]) -> String {
    let said = |row: &Rebuilt| format!("{}: folded again up to seq {}", row.context, row.up_to);
    rows.iter().map(said).collect::<Vec<_>>().join("\n")
}
