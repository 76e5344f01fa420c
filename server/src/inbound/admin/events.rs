//! `events`: the log itself.

use matching_protocol::{Event, Recorded, Seq};

use super::answer::{Admin, Answers, Outcome, internal};
use super::refusal::Refusal;
use super::table::Column;

/// Events that are read at once.
const PAGE: usize = 500;

/// Everything up to the end that the log has now, in order.
pub async fn export(admin: &Admin, by: &str, answers: &Answers) -> Outcome {
    let end = *admin.service.log.head().borrow();
    tracing::info!(by, %end, "admin: events exported");
    let mut cursor = Seq(0);
    while cursor < end {
        let rest = usize::try_from(end.0 - cursor.0).unwrap_or(PAGE);
        let reached = send(admin, cursor, rest.min(PAGE), answers).await?;
        if reached == cursor {
            break;
        }
        cursor = reached;
    }
    Ok(())
}

/// What comes behind a place, or behind the end as it is now; goes on until somebody ends it.
pub async fn tail(admin: &Admin, after: Option<Seq>, answers: &Answers) -> Outcome {
    if admin.serving_since.is_none() {
        return Err(Refusal::NoServer("events tail").into());
    }
    let mut head = admin.service.log.head();
    let mut cursor = after.unwrap_or(*head.borrow());
    while head.wait_for(|head| *head > cursor).await.is_ok() {
        cursor = send(admin, cursor, PAGE, answers).await?;
    }
    Ok(())
}

async fn send(
    admin: &Admin,
    after: Seq,
    limit: usize,
    answers: &Answers,
) -> Result<Seq, super::answer::Ended> {
    let events = admin.service.log.read_after(after, limit).map_err(|error| internal("the log", error))?;
    for recorded in &events {
        answers.row(recorded.as_ref()).await?;
    }
    Ok(events.last().map_or(after, |last| last.seq))
}

/// Wide enough for what comes, since nothing is known of it when the first line is shown.
pub const COLUMNS: &[Column] = &[
    Column::number("SEQ").at_least(8),
    Column::text("TIME").at_least(24),
    Column::number("MATCH").at_least(8),
    Column::text("WHO").at_least(16),
    Column::text("WHAT"),
];

pub fn cells(recorded: &Recorded) -> Vec<String> {
    vec![
        recorded.seq.to_string(),
        recorded.at.to_string(),
        recorded.match_id.to_string(),
        recorded.by.to_string(),
        what(&recorded.event),
    ]
}

/// The event's name, and what a person wants to know of it.
pub fn what(event: &Event) -> String {
    let detail = match event {
        Event::MatchRequested { price, .. } => Some(price.to_string()),
        Event::PaymentRequested { attempt, provider, amount, .. } => {
            Some(format!("{amount}, attempt {attempt}, by {provider}"))
        }
        Event::PaymentApproved { amount } | Event::PaymentCanceled { amount } => Some(amount.to_string()),
        Event::PaymentDeclined { reason } => Some(reason.to_string()),
        Event::VisitAssigned { teacher_name, visit_at, .. } => Some(format!("{teacher_name}, {visit_at}")),
        Event::MatchCanceled { .. } | Event::VisitWithdrawn { .. } => event.reason().map(ToString::to_string),
        Event::MatchExpired {} | Event::VisitCanceled {} | Event::ClassFinished { .. } => None,
    };
    match detail {
        Some(detail) => format!("{}: {detail}", event.type_name()),
        None => event.type_name().to_owned(),
    }
}
