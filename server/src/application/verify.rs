//! The invariants of DOMAIN.md, checked over the whole log, and every view against a fresh fold of it.

use std::time::Duration;

use aws_lc_rs::digest;
use matching_protocol::{AccountId, ContextName, Event, MatchId, Recorded, Seq};
use rusqlite::Connection;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::application::follow::{Views, dump, fold_fresh, view_of};
use crate::contexts::payment;
use crate::ports::EventLog;

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// How many events were read.
    pub events: u64,
    /// How many matches they belong to.
    pub matches: u64,
    /// What does not hold; empty if all is well.
    pub violations: Vec<String>,
}

/// What has to be known of a match to check its next event.
#[derive(Default)]
struct Seen {
    version: u32,
    approved: u32,
    given_back: u32,
    finished: u32,
    called_off: bool,
    /// A paid visit is still to be called off.
    call_off_due: bool,
    teacher: Option<AccountId>,
}

/// Checks every event of the log in order.
///
/// # Errors
/// If the log can't be read.
pub fn check_log(log: &dyn EventLog) -> anyhow::Result<Findings> {
    let mut findings = Findings::default();
    let mut matches: FxHashMap<MatchId, Seen> = FxHashMap::default();
    let mut cursor = Seq(0);
    loop {
        let events = log.read_after(cursor, 2_000)?;
        let Some(last) = events.last().map(|event| event.seq) else { break };
        for recorded in &events {
            findings.events += 1;
            if recorded.seq != cursor.next() {
                findings.violations.push(format!("seq {} follows {cursor}", recorded.seq));
            }
            cursor = recorded.seq;
            let seen = matches.entry(recorded.match_id).or_default();
            for broken in seen.take(recorded) {
                findings
                    .violations
                    .push(format!("match {}, seq {}: {broken}", recorded.match_id, recorded.seq));
            }
        }
        cursor = last;
    }
    findings.matches = matches.len() as u64;
    Ok(findings)
}

impl Seen {
    /// Folds the event in and names the invariants that it breaks.
    fn take(&mut self, recorded: &Recorded) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let mut must = |holds: bool, rule: &'static str| {
            if !holds {
                broken.push(rule);
            }
        };
        must(recorded.version == self.version + 1, "the version does not follow the last one");
        self.version = recorded.version;
        match &recorded.event {
            Event::MatchRequested { .. } => must(recorded.version == 1, "requested twice"),
            Event::MatchCanceled { .. } | Event::MatchExpired {} => {
                must(!self.called_off, "canceled or expired twice");
                must(self.finished == 0, "canceled or expired after the finish");
                self.called_off = true;
                self.call_off_due = self.approved > 0;
            }
            Event::PaymentRequested { .. } => must(!self.called_off, "payment requested after the cancel"),
            Event::PaymentApproved { .. } => {
                self.approved += 1;
                must(self.approved == 1, "payment approved twice");
            }
            Event::PaymentDeclined { .. } => {}
            Event::VisitCanceled {} => {
                let due = std::mem::take(&mut self.call_off_due);
                must(due, "a visit called off twice, or without a paid match that was canceled or expired");
            }
            Event::PaymentCanceled { .. } => {
                self.given_back += 1;
                must(
                    self.approved == 1 && self.given_back == 1,
                    "given back without having been taken, or twice",
                );
                must(self.finished == 0, "given back after the finish");
            }
            Event::VisitAssigned { teacher, .. } => {
                must(self.approved == 1, "assigned without a payment");
                must(!self.called_off && self.given_back == 0, "assigned after the cancel");
                must(self.teacher.is_none(), "assigned to two teachers");
                self.teacher = Some(*teacher);
            }
            Event::VisitWithdrawn { teacher, .. } => {
                must(self.teacher == Some(*teacher), "withdrawn by somebody else than the assigned teacher");
                self.teacher = None;
            }
            Event::ClassFinished { teacher } => {
                self.finished += 1;
                must(self.finished == 1, "finished twice");
                must(self.teacher == Some(*teacher), "finished by somebody else than the assigned teacher");
                must(!self.called_off && self.given_back == 0, "finished after the cancel");
            }
        }
        broken
    }
}

/// Compares the view of a context with a fresh fold of the log up to the same place; `None` if they are equal.
///
/// # Errors
/// If the log or the view can't be read.
pub async fn check_view(
    views: &Views,
    log: &dyn EventLog,
    context: ContextName,
) -> anyhow::Result<Option<String>> {
    views.reached(*log.head().borrow(), Duration::from_secs(60)).await;
    let stored = views.read_long(context, |connection, cursor| Ok((digest_of(connection)?, cursor)));
    let ((rows, hash), cursor) = stored?;
    let fresh = fold_fresh(view_of(context).as_mut(), log, cursor)?;
    let (fresh_rows, fresh_hash) = digest_of(&fresh)?;
    Ok((hash != fresh_hash).then(|| {
        format!("the view of {context} differs from a fresh fold up to {cursor}: {rows} rows stored, {fresh_rows} folded")
    }))
}

fn digest_of(connection: &Connection) -> rusqlite::Result<(u64, Vec<u8>)> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut rows = 0;
    dump(connection, |table, row| {
        rows += 1;
        hash.update(table.as_bytes());
        hash.update(row.as_bytes());
        hash.update(b"\n");
    })?;
    Ok((rows, hash.finish().as_ref().to_vec()))
}

/// Everything: the log, each running view, and that the book sums to zero.
///
/// # Errors
/// If the log or a view can't be read.
pub async fn check(views: &Views, log: &dyn EventLog) -> anyhow::Result<Findings> {
    let mut findings = check_log(log)?;
    for context in ContextName::ALL {
        if views.is_running(context) {
            findings.violations.extend(check_view(views, log, context).await?);
        }
    }
    if views.is_running(ContextName::Payment) {
        let balances =
            views.read_now(ContextName::Payment, |connection, _| payment::view::balances(connection));
        let sum: i64 = balances.map_err(|code| anyhow::anyhow!("payment: {code}"))?.values().sum();
        if sum != 0 {
            findings.violations.push(format!("the entries of the book sum to {sum}, not to zero"));
        }
    }
    Ok(findings)
}
