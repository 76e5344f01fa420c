//! `verify`: the invariants over the whole log, and every view against a fresh fold.

use std::sync::Arc;

use matching_protocol::ContextName;
use serde::Deserialize;

use super::answer::{Admin, Answers, Outcome, internal};
use super::refusal::{Note, Refusal};
use super::views::off_the_workers;
use crate::application::verify;

/// What was found, as it is read back to be shown.
#[derive(Deserialize)]
pub struct Found {
    events: u64,
    matches: u64,
    violations: Vec<String>,
}

pub async fn run(admin: &Admin, answers: &Answers) -> Outcome {
    let (views, log) = (Arc::clone(&admin.service.views), Arc::clone(&admin.service.log));
    for context in ContextName::ALL {
        if !views.is_running(context) {
            answers.note(Note::Skipped(context)).await?;
        }
    }
    let check = off_the_workers(move |runtime| runtime.block_on(verify::check(&views, log.as_ref())));
    let findings = check.await?.map_err(|error| internal("the log", format!("{error:#}")))?;
    answers.row(&findings).await?;
    match findings.violations.len() {
        0 => Ok(()),
        count => Err(Refusal::Violations(count).into()),
    }
}

pub fn text(found: &Found) -> String {
    let read = format!("{} events of {} matches read", found.events, found.matches);
    match found.violations.as_slice() {
        [] => format!("{read}: every invariant holds, every view equals a fresh fold"),
        violations => format!("{read}:\n{}", violations.join("\n")),
    }
}
