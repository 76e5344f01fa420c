//! Whole lifecycles over WebSocket: a student requests and pays, a teacher confirms and finishes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::{SinkExt, StreamExt};
use hdrhistogram::Histogram;
use matching_protocol::Role;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, field, number, request, text};
use super::server::{Server, make_accounts};

const TEACHERS: usize = 8;
/// Requests to pay, confirm and finish that a teacher's connection holds at once.
const HANDED: usize = 256;

/// Latencies in microseconds.
type Times = Arc<Mutex<Histogram<u64>>>;

/// What was measured.
pub struct Figures {
    lifecycles: u64,
    took: Duration,
    request: Times,
    pay: Times,
    confirm: Times,
    finish: Times,
    push: Times,
    pushed: u64,
    cpu: Duration,
    memory: u64,
}

fn times() -> Times {
    // Up to a minute, three digits.
    Arc::new(Mutex::new(Histogram::new_with_bounds(1, 60_000_000, 3).expect("bounds")))
}

fn note(times: &Times, since: Instant) {
    let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
    times.lock().expect("no panic holds it").saturating_record(micros);
}

/// A paid match on its way to a teacher.
struct Paid {
    match_id: i64,
    finished: oneshot::Sender<()>,
}

struct Counters {
    running: AtomicBool,
    lifecycles: AtomicU64,
    pushed: AtomicU64,
}

/// Runs the load for some seconds, after a second to warm up.
pub async fn run(students: usize, subscribers: usize, seconds: u64) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir()?;
    make_accounts(folder.path(), Role::Student, students).await?;
    make_accounts(folder.path(), Role::Teacher, TEACHERS).await?;
    make_accounts(folder.path(), Role::Admin, 1).await?;
    let server = Server::start(folder.path())?;
    let counters = Arc::new(Counters {
        running: AtomicBool::new(true),
        lifecycles: AtomicU64::new(0),
        pushed: AtomicU64::new(0),
    });
    let [request, pay, confirm, finish, push] = [times(), times(), times(), times(), times()];
    // When each request was sent, for the one subscriber that measures its push.
    let sent: Arc<Mutex<HashMap<i64, Instant>>> = Arc::default();
    let mut tasks = JoinSet::new();
    let mut teachers = Vec::new();
    for number in 0..TEACHERS {
        let mut client = Client::connect(&server.url).await?;
        client.log_in(&format!("teacher{number}")).await?;
        let (hand, handed) = mpsc::channel(HANDED);
        teachers.push(hand);
        tasks.spawn(teach(client, handed, confirm.clone(), finish.clone()));
    }
    watch(&server, subscribers, &counters, &sent, &push, &mut tasks).await?;
    for number in 0..students {
        let mut client = Client::connect(&server.url).await?;
        client.log_in(&format!("student{number}")).await?;
        let teacher = teachers[number % TEACHERS].clone();
        let measured = (subscribers > 0 && number == 0).then(|| Arc::clone(&sent));
        tasks.spawn(study(client, teacher, Arc::clone(&counters), request.clone(), pay.clone(), measured));
    }
    drop(teachers);
    tokio::time::sleep(Duration::from_secs(1)).await;
    for times in [&request, &pay, &confirm, &finish, &push] {
        times.lock().expect("no panic holds it").reset();
    }
    let (start, cpu) = (Instant::now(), server.cpu_time());
    let (lifecycles, pushed) =
        (counters.lifecycles.load(Ordering::Relaxed), counters.pushed.load(Ordering::Relaxed));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let figures = Figures {
        lifecycles: counters.lifecycles.load(Ordering::Relaxed) - lifecycles,
        pushed: counters.pushed.load(Ordering::Relaxed) - pushed,
        took: start.elapsed(),
        cpu: server.cpu_time() - cpu,
        memory: server.memory(),
        request,
        pay,
        confirm,
        finish,
        push,
    };
    counters.running.store(false, Ordering::Relaxed);
    // A task that failed early would make the figures better than they are.
    while let Some(ended) = tokio::time::timeout(Duration::from_secs(10), tasks.join_next())
        .await
        .context("the load did not end")?
    {
        ended??;
    }
    Ok(figures)
}

/// Connects those who see everything; the first of them measures the push of one student's requests.
async fn watch(
    server: &Server,
    subscribers: usize,
    counters: &Arc<Counters>,
    sent: &Arc<Mutex<HashMap<i64, Instant>>>,
    push: &Times,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let mut token = None;
    for number in 0..subscribers {
        let mut client = Client::connect(&server.url).await?;
        match &token {
            None => token = Some(client.log_in("admin0").await?),
            Some(token) => client.authenticate(token).await?,
        }
        client.subscribe().await?;
        let (counters, sent, push) = (Arc::clone(counters), Arc::clone(sent), push.clone());
        tasks.spawn(async move {
            let (_sink, mut frames) = client.split();
            while counters.running.load(Ordering::Relaxed) {
                let Ok(frame) = tokio::time::timeout(Duration::from_millis(100), frames.next()).await else {
                    continue;
                };
                let frame = text(frame)?;
                if number == 0 {
                    counters.pushed.fetch_add(frame.matches("\"seq\":").count() as u64, Ordering::Relaxed);
                    measure(&frame, &sent, &push);
                }
            }
            Ok(())
        });
    }
    Ok(())
}

fn measure(frame: &str, sent: &Mutex<HashMap<i64, Instant>>, push: &Times) {
    let mut sent = sent.lock().expect("no panic holds it");
    for piece in frame.split("{\"seq\":").filter(|piece| piece.contains("PaymentApproved")) {
        if let Some(since) = number(piece, "\"match_id\":").and_then(|id| sent.remove(&id)) {
            note(push, since);
        }
    }
}

async fn study(
    mut client: Client,
    teacher: mpsc::Sender<Paid>,
    counters: Arc<Counters>,
    request: Times,
    pay: Times,
    measured: Option<Arc<Mutex<HashMap<i64, Instant>>>>,
) -> anyhow::Result<()> {
    while counters.running.load(Ordering::Relaxed) {
        let since = Instant::now();
        let reply = client
            .ask(r#"{"command":{"RequestMatch":{"price":50000,"subject":"math","area":"Mapo"}}}"#)
            .await?;
        note(&request, since);
        let match_id = number(&reply, "\"match_id\":").with_context(|| format!("request: {reply}"))?;
        let since = Instant::now();
        if let Some(sent) = &measured {
            sent.lock().expect("no panic holds it").insert(match_id, since);
        }
        let reply = client.ask(&format!(r#"{{"command":{{"PayMatch":{{"match_id":{match_id}}}}}}}"#)).await?;
        note(&pay, since);
        anyhow::ensure!(reply.contains("PaymentApproved"), "pay: {reply}");
        let (finished, wait) = oneshot::channel();
        teacher.send(Paid { match_id, finished }).await?;
        wait.await?;
        counters.lifecycles.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// A teacher's connection carries many matches at once; each is confirmed, then finished.
async fn teach(
    client: Client,
    mut handed: mpsc::Receiver<Paid>,
    confirm: Times,
    finish: Times,
) -> anyhow::Result<()> {
    let (mut sink, mut frames) = client.split();
    let mut confirming: HashMap<String, (Paid, Instant)> = HashMap::new();
    let mut finishing: HashMap<String, (Paid, Instant)> = HashMap::new();
    loop {
        tokio::select! {
            paid = handed.recv() => {
                let Some(paid) = paid else { return Ok(()) };
                let id = paid.match_id;
                let (command, frame) = request(&format!(r#"{{"command":{{"ConfirmVisit":{{"match_id":{id},"teacher_name":"Kim","visit_at":"2099-12-01T10:00:00Z"}}}}}}"#));
                sink.send(Message::text(frame)).await?;
                confirming.insert(command.to_string(), (paid, Instant::now()));
            }
            frame = frames.next() => {
                let reply = text(frame)?;
                let Some(command) = field(&reply, "{\"reply\":{\"id\":\"") else { continue };
                if let Some((paid, since)) = confirming.remove(command) {
                    note(&confirm, since);
                    anyhow::ensure!(reply.contains("VisitAssigned"), "confirm: {reply}");
                    let (command, frame) = request(&format!(r#"{{"command":{{"FinishClass":{{"match_id":{}}}}}}}"#, paid.match_id));
                    sink.send(Message::text(frame)).await?;
                    finishing.insert(command.to_string(), (paid, Instant::now()));
                } else if let Some((paid, since)) = finishing.remove(command) {
                    note(&finish, since);
                    anyhow::ensure!(reply.contains("ClassFinished"), "finish: {reply}");
                    // The student may have stopped.
                    let _ = paid.finished.send(());
                }
            }
        }
    }
}

/// The first lines of the table.
pub fn print_heading() {
    println!(
        "| students:subscribers | lifecycles/s | request | pay | confirm | finish | push | pushes/s | server CPU | per lifecycle | memory |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
}

impl Figures {
    /// One line of the table; latencies are p50/p99 in milliseconds.
    pub fn print(&self, students: usize, subscribers: usize) {
        let seconds = self.took.as_secs_f64();
        let show = |times: &Times| {
            let times = times.lock().expect("no panic holds it");
            if times.is_empty() {
                return "-".to_owned();
            }
            let at = |quantile| times.value_at_quantile(quantile) as f64 / 1e3;
            format!("{:.2}/{:.2} ms", at(0.5), at(0.99))
        };
        println!(
            "| {students}:{subscribers} | {:.0} | {} | {} | {} | {} | {} | {:.0} | {:.0} % | {:.0} µs | {:.0} MB |",
            self.lifecycles as f64 / seconds,
            show(&self.request),
            show(&self.pay),
            show(&self.confirm),
            show(&self.finish),
            show(&self.push),
            self.pushed as f64 / seconds * subscribers as f64,
            self.cpu.as_secs_f64() / seconds * 100.0,
            self.cpu.as_secs_f64() * 1e6 / self.lifecycles.max(1) as f64,
            self.memory as f64 / 1e6,
        );
    }
}
