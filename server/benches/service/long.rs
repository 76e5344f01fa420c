//! Start-up and queries on a long log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use matching_protocol::{AccountId, Actor, Event, MatchId, PersonName, Price, Role, Subject, Time};
use matching_server::outbound::event_log::sqlite::SqliteLog;
use matching_server::ports::EventLog;
use matching_server::ports::event_log::{Append, Expected};
use tokio::task::JoinSet;

use super::client::Client;
use super::server::{Server, make_accounts};

const EVENTS_OF_A_MATCH: u64 = 5;
const STUDENTS: i64 = 1_000;

/// Writes a log of so many events, then measures on it.
pub async fn run(events: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    make_accounts(folder.path(), Role::Student, 1).await?;
    make_accounts(folder.path(), Role::Teacher, 1).await?;
    let started = Instant::now();
    write(Arc::new(SqliteLog::open(&folder.path().join("log.sqlite"))?), events / EVENTS_OF_A_MATCH).await?;
    println!("long log: {events} events written in {:.1} s", started.elapsed().as_secs_f64());
    let first = Server::start(folder.path())?;
    let folding = Instant::now();
    let mut student = Client::connect(&first.url).await?;
    student.log_in("student0").await?;
    // A query waits for its view, at most two seconds; ask until it stands for the whole log.
    let whole = format!("\"seq\":{events}");
    while !student.ask(r#"{"query":{"MyPage":{"limit":1}}}"#).await?.contains(&whole) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("long log: views folded from nothing in {:.1} s", folding.elapsed().as_secs_f64());
    drop(first);
    let server = Server::start(folder.path())?;
    println!(
        "long log: ready {:.0} ms after the start of the process",
        server.ready_after.as_secs_f64() * 1e3
    );
    let mut student = Client::connect(&server.url).await?;
    student.log_in("student0").await?;
    let mut teacher = Client::connect(&server.url).await?;
    teacher.log_in("teacher0").await?;
    let last = events / EVENTS_OF_A_MATCH;
    let own = (last - 1) / STUDENTS as u64 * STUDENTS as u64 + 1;
    for (who, name, body) in [
        ("student", "show", format!(r#"{{"query":{{"ShowMatch":{{"match_id":{own}}}}}}}"#)),
        ("student", "timeline", format!(r#"{{"query":{{"Timeline":{{"match_id":{own}}}}}}}"#)),
        ("student", "matches", r#"{"query":{"Matches":{}}}"#.to_owned()),
        ("student", "my page", r#"{"query":{"MyPage":{}}}"#.to_owned()),
        ("student", "classes", r#"{"query":{"Classes":{}}}"#.to_owned()),
        ("teacher", "board", r#"{"query":{"VisitRequests":{}}}"#.to_owned()),
        ("teacher", "visits", r#"{"query":{"Visits":{}}}"#.to_owned()),
        ("teacher", "classes", r#"{"query":{"Classes":{}}}"#.to_owned()),
    ] {
        let client = if who == "student" { &mut student } else { &mut teacher };
        let mut slowest = Duration::ZERO;
        let mut bytes = 0;
        for _ in 0..20 {
            let asked = Instant::now();
            let reply = client.ask(&body).await?;
            slowest = slowest.max(asked.elapsed());
            bytes = reply.len();
            anyhow::ensure!(reply.contains("\"result\""), "{name}: {reply}");
        }
        println!(
            "long log: {who}'s {name}: {:.2} ms at the most of 20, {bytes} bytes",
            slowest.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

/// Finished matches of a thousand students and one teacher.
async fn write(log: Arc<SqliteLog>, matches: u64) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    for part in 0..64 {
        let log = Arc::clone(&log);
        tasks.spawn(async move {
            for number in (1..=matches).filter(|number| number % 64 == part) {
                append(log.as_ref(), number as i64).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn append(log: &dyn EventLog, number: i64) -> anyhow::Result<()> {
    let amount = Price::new(50_000)?;
    // Accounts 1 and 2 are the student and the teacher that log in.
    let student = AccountId(if number % STUDENTS == 1 { 1 } else { 10_000 + number % STUDENTS });
    let teacher = AccountId(2);
    let at = Time::from_millis(1_790_000_000_000 + number);
    let events = vec![
        Event::MatchRequested {
            student,
            price: amount,
            subject: Some(Subject::new("math")?),
            area: None,
            note: None,
        },
        Event::PaymentRequested {
            provider: "ledger".to_owned(),
            key: format!("bench-{number}-1"),
            attempt: 1,
            amount,
        },
        Event::PaymentApproved { amount },
        Event::VisitAssigned { teacher, teacher_name: PersonName::new("Kim")?, visit_at: at },
        Event::ClassFinished { teacher },
    ];
    log.append(Append {
        match_id: MatchId::new(number)?,
        expected: Expected::NOTHING,
        events,
        at,
        by: Actor::Account(student),
        command: None,
        settles: None,
    })
    .await?;
    Ok(())
}
