//! `matches`: every match, what happened to one, and what an admin may do to it.

use std::sync::Arc;

use matching_protocol::{
    AccountId, AccountName, Actor, Address, ContextName, Done, ErrorCode, Event, MatchId, MatchView, PageOf,
    PersonName, Phone, Recorded, Seq, Time, grouped, text::visible,
};
use serde::{Deserialize, Serialize};

use super::answer::{Admin, Answers, Ended, Outcome, internal, next_page};
use super::events::what;
use super::refusal::Refusal;
use super::request::WithReason;
use super::table::{self, Column};
use crate::contexts::{matching, payment};

/// A match with the names of who is in it.
#[derive(Serialize, Deserialize)]
pub struct MatchRow {
    #[serde(flatten)]
    view: MatchView,
    student_name: Option<AccountName>,
    teacher_account_name: Option<AccountName>,
}

/// One match and what happened to it.
#[derive(Serialize, Deserialize)]
pub struct Story {
    #[serde(rename = "match")]
    view: MatchView,
    student: Option<Person>,
    teacher: Option<Person>,
    timeline: Vec<Moment>,
}

/// Who is in a match, and how to reach them.
#[derive(Serialize, Deserialize)]
struct Person {
    account: AccountId,
    name: AccountName,
    display_name: PersonName,
    phone: Option<Phone>,
    address: Option<Address>,
}

/// One event of a match.
#[derive(Serialize, Deserialize)]
struct Moment {
    seq: Seq,
    at: Time,
    by: Actor,
    /// The actor's name, if it is an account's.
    who: Option<AccountName>,
    #[serde(flatten)]
    event: Event,
    /// What it moved in the book.
    money: Vec<Movement>,
}

#[derive(Serialize, Deserialize)]
struct Movement {
    account: String,
    name: Option<AccountName>,
    amount: i64,
}

pub async fn list(admin: &Admin, answers: &Answers) -> Outcome {
    let mut page = Some(PageOf::default());
    while let Some(of) = page {
        let read = |connection: &_| matching::view::list(connection, None, &of);
        let rows = admin.read(ContextName::Matching, answers, read).await?;
        page = next_page(&rows, &of, |row| row.match_id);
        for view in rows {
            let student_name = admin.name_of(view.student);
            let teacher_account_name = view.visit.as_ref().and_then(|visit| admin.name_of(visit.teacher));
            answers.row(&MatchRow { view, student_name, teacher_account_name }).await?;
        }
    }
    Ok(())
}

/// From the log itself, so that it works whichever context is down.
pub async fn show(admin: &Admin, by: &str, match_id: MatchId, answers: &Answers) -> Outcome {
    let history = admin.service.log.read_match(match_id).map_err(|error| internal("a match", error))?;
    let Some(view) = fold(&history.events) else { return Err(Refusal::NoMatch(match_id).into()) };
    tracing::info!(by, %match_id, "admin: match shown with its people");
    let moved = payment::view::moved(&history.events);
    let moment = |(recorded, moved): (&Arc<Recorded>, Vec<(String, i64)>)| Moment {
        seq: recorded.seq,
        at: recorded.at,
        by: recorded.by.clone(),
        who: match recorded.by {
            Actor::Account(account) => admin.name_of(account),
            Actor::Admin(_) | Actor::System(_) => None,
        },
        event: recorded.event.clone(),
        money: moved
            .into_iter()
            .map(|(account, amount)| Movement { name: admin.owner_of(&account), account, amount })
            .collect(),
    };
    let timeline = history.events.iter().zip(moved).map(moment).collect();
    let student = admin.person(view.student);
    let teacher = view.visit.as_ref().and_then(|visit| admin.person(visit.teacher));
    answers.row(&Story { view, student, teacher, timeline }).await
}

fn fold(history: &[Arc<Recorded>]) -> Option<MatchView> {
    let (first, rest) = history.split_first()?;
    let mut view = MatchView::first(first)?;
    rest.iter().for_each(|recorded| view.apply(recorded));
    Some(view)
}

pub async fn cancel(admin: &Admin, by: &str, cancel: WithReason, answers: &Answers) -> Outcome {
    let WithReason { match_id, reason } = cancel;
    let done = admin.service.dispatch.admin_cancel(match_id, reason, by).await;
    let done = done.map_err(|code| refused(code, match_id, ContextName::Matching))?;
    tracing::info!(by, %match_id, "admin: match canceled");
    answers.row(&done).await
}

pub async fn withdraw(admin: &Admin, by: &str, withdraw: WithReason, answers: &Answers) -> Outcome {
    let WithReason { match_id, reason } = withdraw;
    let done = admin.service.dispatch.admin_withdraw(match_id, reason, by).await;
    let done = done.map_err(|code| refused(code, match_id, ContextName::Visit))?;
    tracing::info!(by, %match_id, "admin: visit withdrawn");
    answers.row(&done).await
}

fn refused(code: ErrorCode, match_id: MatchId, context: ContextName) -> Ended {
    let refusal = match code {
        ErrorCode::NotFound => Refusal::NoMatch(match_id),
        ErrorCode::NotAssigned => Refusal::NobodyToWithdraw(match_id),
        ErrorCode::ContextUnavailable => Refusal::NotRunning(context),
        code => Refusal::Rule(code),
    };
    refusal.into()
}

impl Admin {
    pub(super) fn name_of(&self, account: AccountId) -> Option<AccountName> {
        self.service.accounts.get(account).map(|account| account.name.clone())
    }

    /// Whose an account of the book is: `student:1`, `teacher:2`.
    pub(super) fn owner_of(&self, booked: &str) -> Option<AccountName> {
        let (kind, id) = booked.split_once(':')?;
        let id = id.parse().ok().filter(|_| matches!(kind, "student" | "teacher"))?;
        self.name_of(AccountId(id))
    }

    fn person(&self, account: AccountId) -> Option<Person> {
        let account = self.service.accounts.get(account)?;
        Some(Person {
            account: account.id,
            name: account.name.clone(),
            display_name: account.display_name.clone(),
            phone: account.phone.clone(),
            address: account.address.clone(),
        })
    }
}

pub const COLUMNS: &[Column] = &[
    Column::number("MATCH"),
    Column::text("STATUS"),
    Column::text("MONEY"),
    Column::number("PRICE"),
    Column::text("STUDENT"),
    Column::text("TEACHER"),
    Column::text("MEETING"),
    Column::text("REQUESTED"),
];

pub fn cells(row: &MatchRow) -> Vec<String> {
    let MatchRow { view, student_name, teacher_account_name } = row;
    let visit = view.visit.as_ref();
    vec![
        view.match_id.to_string(),
        view.status.to_string(),
        view.money.to_string(),
        view.price.to_string(),
        named(student_name.as_ref(), view.student),
        visit.map(|visit| named(teacher_account_name.as_ref(), visit.teacher)).unwrap_or_default(),
        visit.map(|visit| visit.visit_at.to_string()).unwrap_or_default(),
        view.requested_at.to_string(),
    ]
}

fn named(name: Option<&AccountName>, account: AccountId) -> String {
    name.map_or_else(|| format!("account:{account}"), ToString::to_string)
}

pub fn done(done: &Done) -> String {
    format!("match {} is now {} (seq {})", done.match_id, done.status, done.seq)
}

pub fn story(story: &Story) -> String {
    let view = &story.view;
    let mut text = format!(
        "match {}: {}, money {}, price {}\n",
        view.match_id,
        view.status,
        view.money.as_str().replace('_', " "),
        view.price
    );
    let mut facts = Vec::new();
    let mut fact = |what: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push(format!("  {what:<8} {}\n", visible(&value)));
        }
    };
    fact("subject", view.subject.as_ref().map(ToString::to_string));
    fact("area", view.area.as_ref().map(ToString::to_string));
    fact("note", view.note.as_ref().map(ToString::to_string));
    fact("student", Some(reach(story.student.as_ref(), view.student)));
    if let Some(visit) = &view.visit {
        fact("teacher", Some(reach(story.teacher.as_ref(), visit.teacher)));
        fact("meeting", Some(format!("{}, with {}", visit.visit_at, visit.teacher_name)));
    }
    facts.iter().for_each(|fact| text.push_str(fact));
    let columns = [
        Column::number("SEQ"),
        Column::text("TIME"),
        Column::text("WHO"),
        Column::text("WHAT"),
        Column::text("MONEY MOVED"),
    ];
    text.push_str(&table::render(&columns, story.timeline.iter().map(moment_cells).collect()));
    text.trim_end().to_owned()
}

fn reach(person: Option<&Person>, account: AccountId) -> String {
    let Some(person) = person else { return format!("account:{account}") };
    let contacts =
        [person.phone.as_ref().map(ToString::to_string), person.address.as_ref().map(ToString::to_string)];
    let parts = contacts.into_iter().flatten().map(|contact| format!(", {contact}"));
    format!("{} ({}){}", person.name, person.display_name, parts.collect::<String>())
}

fn moment_cells(moment: &Moment) -> Vec<String> {
    let who = moment.who.as_ref().map_or_else(|| moment.by.to_string(), ToString::to_string);
    vec![
        moment.seq.to_string(),
        moment.at.to_string(),
        who,
        what(&moment.event),
        moment.money.iter().map(moved).collect::<Vec<_>>().join(", "),
    ]
}

fn moved(movement: &Movement) -> String {
    let sign = if movement.amount > 0 { "+" } else { "" };
    let account = match (&movement.name, movement.account.split_once(':')) {
        (Some(name), Some((kind, _))) => format!("{kind} {name}"),
        _ => movement.account.clone(),
    };
    format!("{account} {sign}{}", grouped(movement.amount))
}
