//! `status`: how the server is, and what waits for somebody.

use std::time::Duration;

use matching_protocol::{ClassRow, ContextName, LogId, Money, Seq, Time, text::visible};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Ended, Outcome};
use super::contexts::{self, ContextRow};
use super::table::{self, Column};
use crate::contexts::{class, payment, visit};
use crate::ports::payment::{Circuit, Health};

/// A visit is overdue when its meeting time is so long past and the class not finished.
const OVERDUE: Duration = Duration::from_secs(24 * 60 * 60);
/// The most overdue visits that are listed.
const LISTED: u32 = 200;

/// How the server is. What a context that is down would say is `null`.
#[derive(Serialize, Deserialize)]
pub struct Status {
    /// `running`, or `stopped` when the folder was opened for this command alone.
    server: String,
    version: String,
    data: String,
    uptime_seconds: Option<u64>,
    log: LogId,
    head: Seq,
    writable: bool,
    connections: Option<usize>,
    contexts: Vec<ContextRow>,
    pending_visits: Option<u64>,
    payments_under_way: Option<u64>,
    refunds_going_back: Option<u64>,
    payment_provider: Option<ProviderRow>,
    overdue: Option<Vec<ClassRow>>,
}

/// How the outside payment provider does.
#[derive(Serialize, Deserialize)]
struct ProviderRow {
    name: String,
    /// `closed`: charges reach it; `open`: they are refused at once; `half-open`: one tries.
    breaker: String,
    /// While it is open: when one tries.
    retry_after_ms: Option<u64>,
    charges_under_way: u32,
    failures_in_a_row: u32,
}

impl ProviderRow {
    fn new((name, health): (&str, Health)) -> ProviderRow {
        let (breaker, retry_after) = match health.circuit {
            Circuit::Closed => ("closed", None),
            Circuit::Open { retry_after } => ("open", Some(retry_after)),
            Circuit::HalfOpen => ("half-open", None),
        };
        ProviderRow {
            name: name.to_owned(),
            breaker: breaker.to_owned(),
            retry_after_ms: retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            charges_under_way: health.under_way,
            failures_in_a_row: health.failures,
        }
    }

    fn text(&self) -> String {
        let wait = self.retry_after_ms.map(|wait| format!(", next try in {:.1} s", wait as f64 / 1_000.0));
        format!(
            "{}: breaker {}{}, {} charges under way, {} failures in a row",
            self.name,
            self.breaker,
            wait.unwrap_or_default(),
            self.charges_under_way,
            self.failures_in_a_row
        )
    }
}

pub async fn show(admin: &Admin, answers: &Answers) -> Outcome {
    let service = &admin.service;
    let before = service.clock.now().as_millis().saturating_sub(OVERDUE.as_millis() as i64);
    let before = Time::from_millis(before);
    let pending_visits = known(admin.read(ContextName::Visit, answers, visit::view::waiting).await)?;
    let under_way = |connection: &_| payment::view::count(connection, Money::UnderWay);
    let going_back = |connection: &_| payment::view::count(connection, Money::GoingBack);
    let overdue = |connection: &_| class::view::overdue(connection, before, LISTED);
    let payments_under_way = known(admin.read(ContextName::Payment, answers, under_way).await)?;
    let refunds_going_back = known(admin.read(ContextName::Payment, answers, going_back).await)?;
    let overdue = known(admin.read(ContextName::Class, answers, overdue).await)?;
    let status = Status {
        server: if admin.serving_since.is_some() { "running" } else { "stopped" }.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data: service.settings.data.display().to_string(),
        uptime_seconds: admin.serving_since.map(|since| since.elapsed().as_secs()),
        log: service.log.id(),
        head: *service.log.head().borrow(),
        writable: service.log.is_writable(),
        connections: admin.serving_since.map(|_| service.gateway.connections.count()),
        pending_visits,
        payments_under_way,
        refunds_going_back,
        payment_provider: service.dispatch.payment_health().map(ProviderRow::new),
        overdue,
        contexts: admin.contexts(),
    };
    answers.row(&status).await
}

/// What a context that is down would say is not known; that is no reason to say nothing.
fn known<T>(read: Result<T, Ended>) -> Result<Option<T>, Ended> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Ended::Refused(_)) => Ok(None),
        Err(Ended::Gone) => Err(Ended::Gone),
    }
}

pub fn text(status: &Status) -> String {
    let mut lines = Vec::new();
    let mut line = |what: &str, value: String| lines.push(format!("{what:<20} {}", visible(&value)));
    let count = |count: Option<u64>| count.map_or_else(|| "not known".to_owned(), |count| count.to_string());
    line("server", format!("{}, version {}", status.server, status.version));
    line("data folder", status.data.clone());
    if let Some(seconds) = status.uptime_seconds {
        line("up since", format!("{} ago", uptime(seconds)));
    }
    line("log", format!("{}, {} events", status.log, status.head));
    line(
        "takes commands",
        if status.writable { "yes" } else { "no: the disk is full or failing" }.to_owned(),
    );
    if let Some(connections) = status.connections {
        line("connections", connections.to_string());
    }
    line("pending visits", count(status.pending_visits));
    line("payments under way", count(status.payments_under_way));
    line("refunds going back", count(status.refunds_going_back));
    if let Some(provider) = &status.payment_provider {
        line("payment provider", provider.text());
    }
    let overdue = status.overdue.as_ref();
    line("overdue visits", count(overdue.map(|overdue| overdue.len() as u64)));
    let mut text = lines.join("\n");
    text.push_str("\n\n");
    text.push_str(&contexts::text(&status.contexts));
    if let Some(overdue) = overdue.filter(|overdue| !overdue.is_empty()) {
        text.push_str("\n\nAssigned, past the meeting time by a day, and not finished:\n");
        text.push_str(overdue_table(overdue).trim_end());
    }
    text
}

fn overdue_table(overdue: &[ClassRow]) -> String {
    let columns = [Column::number("MATCH"), Column::text("MEETING"), Column::text("TEACHER")];
    let cells = |row: &ClassRow| {
        let teacher = format!("{} (account {})", row.teacher_name, row.teacher);
        vec![row.match_id.to_string(), row.visit_at.to_string(), teacher]
    };
    table::render(&columns, overdue.iter().map(cells).collect())
}

fn uptime(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
