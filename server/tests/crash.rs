//! The real binary under load, killed with SIGKILL and started again: what was acknowledged is there, nothing twice.
//!
//! `CRASHES=1000 cargo test -p matching-server --test crash` runs as many rounds.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use matching_protocol::{
    AccountId, AccountName, Actor, Body, CancelMatch, ClientFrame, ClientHello, Command, CommandId,
    ConfirmVisit, ContextName, Done, ErrorCode, FinishClass, Language, Login, MatchId, Outcome, PayMatch,
    PersonName, Price, Reason, Recorded, Reply, Request, RequestMatch, ResultBody, Role, Secret, Seq,
    ServerFrame, SessionRequest, Time, VERSION, WithdrawVisit,
};
use matching_server::application::verify;
use matching_server::contexts::{payment, visit};
use matching_server::outbound::accounts::{HashCost, SqliteAccounts};
use matching_server::ports::Accounts;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::settings::Settings;
use matching_server::startup::{Adapters, Service};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

const STUDENTS: usize = 6;
const TEACHERS: usize = 2;
const PASSWORD: &str = "correct horse";
/// Keeps a hang from lasting; nothing is measured by it.
const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_under_load_loses_nothing_and_doubles_nothing() {
    let crashes: u64 = std::env::var("CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let folder = TempDir::new().expect("a folder");
    let mut people = people(folder.path()).await;
    let mut chance = Chance(0x5eed);
    for round in 0..crashes {
        let server = RunningBinary::start(folder.path());
        let (acknowledged, mut count) = watch::channel(0_u64);
        let acknowledged = Arc::new(acknowledged);
        let working: Vec<_> = people
            .drain(..)
            .map(|person| tokio::spawn(person.work(server.address.clone(), Arc::clone(&acknowledged))))
            .collect();
        let enough = 100 + chance.below(400);
        let reached = tokio::time::timeout(LIMIT, count.wait_for(|count| *count >= enough)).await;
        reached.unwrap_or_else(|_| panic!("round {round} hangs")).expect("people work");
        drop(server);
        for person in working {
            people.push(person.await.expect("nobody was surprised"));
        }
    }
    check(folder.path(), &people).await;
}

/// Opens the folder as it was left, lets the policies finish, and looks at everything.
async fn check(folder: &Path, people: &[Person]) {
    let mut settings = Settings::new(folder.to_owned());
    settings.rules.finish_early = true;
    let adapters = Adapters { cost: HashCost::LEAST, ..Adapters::default() };
    let (service, running) = Service::open(settings, adapters).await.expect("the folder opens");
    tokio::time::timeout(LIMIT, settled(&service)).await.expect("what is due is done");

    let events = service.log.read_after(Seq(0), usize::MAX >> 1).expect("the log");
    let mut by_people = 0;
    for person in people {
        for (id, command, done) in &person.acknowledged {
            let event = &events[usize::try_from(done.seq.0).expect("a place") - 1];
            assert_eq!(event.seq, done.seq);
            assert_eq!((event.match_id, &event.by), (done.match_id, &Actor::Account(person.account)));
            assert_eq!(event.event.status(), done.status, "{command:?}");
            let stored = service.log.command(person.account, *id).expect("the log").expect("the command");
            assert_eq!(stored.reply, Some(Ok(*done)), "{command:?}");
            by_people += events_of(command);
        }
        // What was under way at the last kill is there, or it is not.
        if let Some((id, command)) = &person.pending
            && service.log.command(person.account, *id).expect("the log").is_some()
        {
            by_people += events_of(command);
        }
    }
    let stored = events.iter().filter(|event: &&Arc<Recorded>| matches!(event.by, Actor::Account(_))).count();
    assert_eq!(stored, by_people, "each command appended its events once, and nobody else did");
    assert!(by_people > 100, "there was some load");

    let findings = verify::check(&service.views, service.log.as_ref()).await.expect("checked");
    assert_eq!(findings.violations, Vec::<String>::new());
    running.stop(service).await;
}

/// How many events a command that is done has appended.
fn events_of(command: &Command) -> usize {
    match command {
        Command::PayMatch(_) => 2,
        Command::RequestMatch(_)
        | Command::CancelMatch(_)
        | Command::ConfirmVisit(_)
        | Command::WithdrawVisit(_)
        | Command::FinishClass(_) => 1,
    }
}

async fn settled(service: &Service) {
    let mut head = service.log.head();
    loop {
        let end = *head.borrow_and_update();
        assert!(service.views.reached(end, LIMIT).await, "the views come up to {end}");
        let call_offs =
            service.views.read_now(ContextName::Visit, |rows, _| visit::view::call_offs_due(rows, 0, 1));
        let refunds =
            service.views.read_now(ContextName::Payment, |rows, _| payment::view::going_back(rows, 0, 1));
        if call_offs.expect("visit").is_empty() && refunds.expect("payment").is_empty() {
            return;
        }
        head.changed().await.expect("a log");
    }
}

/// The server as it ships. Dropped, it is killed.
struct RunningBinary {
    process: Child,
    address: String,
}

impl RunningBinary {
    fn start(folder: &Path) -> RunningBinary {
        let mut process = Process::new(env!("CARGO_BIN_EXE_matching-server"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--finish-early",
                "--max-rate",
                "0",
                "--max-open",
                "0",
            ])
            .arg("--data")
            .arg(folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ws://").map(str::to_owned);
        let address = address.unwrap_or_else(|| panic!("it does not listen but says {line:?}"));
        RunningBinary { process, address }
    }
}

impl Drop for RunningBinary {
    fn drop(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

/// Somebody who goes on from where the last crash was: the command under way is sent again under its id.
struct Person {
    name: String,
    account: AccountId,
    task: Task,
    pending: Option<(CommandId, Command)>,
    acknowledged: Vec<(CommandId, Command, Done)>,
}

/// What somebody does next.
enum Task {
    Student { step: StudentStep, turn: u64, paid: mpsc::Sender<MatchId> },
    Teacher { step: TeacherStep, turn: u64, paid: mpsc::Receiver<MatchId> },
}

enum StudentStep {
    Ask,
    Pay(MatchId),
    Cancel(MatchId),
}

enum TeacherStep {
    Wait,
    Confirm(MatchId),
    Finish(MatchId),
    Withdraw(MatchId),
}

/// The connection is gone.
struct Gone;

impl Person {
    /// Works until the server is gone.
    async fn work(mut self, address: String, acknowledged: Arc<watch::Sender<u64>>) -> Person {
        if let Ok(mut connection) = Connection::log_in(&address, &self.name).await {
            while let Some((id, command)) = self.next(&mut connection).await {
                self.pending = Some((id, command.clone()));
                match connection.command(id, command.clone()).await {
                    Err(Gone) => break,
                    Ok(reply) => self.take(id, command, reply),
                }
                self.pending = None;
                acknowledged.send_modify(|count| *count += 1);
            }
        }
        self
    }

    async fn next(&mut self, connection: &mut Connection) -> Option<(CommandId, Command)> {
        if let Some(pending) = self.pending.take() {
            return Some(pending);
        }
        let command = match &mut self.task {
            Task::Student { step: StudentStep::Ask, .. } => Command::RequestMatch(RequestMatch {
                price: Price::new(50_000).expect("a price"),
                subject: None,
                area: None,
                note: None,
            }),
            Task::Student { step: StudentStep::Pay(match_id), .. } => {
                Command::PayMatch(PayMatch { match_id: *match_id })
            }
            Task::Student { step: StudentStep::Cancel(match_id), .. } => {
                Command::CancelMatch(CancelMatch { match_id: *match_id })
            }
            Task::Teacher { step, paid, .. } => {
                if let TeacherStep::Wait = step {
                    tokio::select! {
                        match_id = paid.recv() => *step = TeacherStep::Confirm(match_id?),
                        () = connection.gone() => return None,
                    }
                }
                step.command()
            }
        };
        Some((CommandId::generate(), command))
    }

    fn take(&mut self, id: CommandId, command: Command, reply: Result<Done, ErrorCode>) {
        if let Ok(done) = reply {
            self.acknowledged.push((id, command, done));
        }
        match &mut self.task {
            Task::Student { step, turn, paid } => {
                *turn += 1;
                *step = match (&step, reply) {
                    (StudentStep::Ask, Ok(done)) => StudentStep::Pay(done.match_id),
                    (StudentStep::Pay(match_id), Ok(_)) => {
                        // When the teachers are busy, the request stays on the board.
                        let _ = paid.try_send(*match_id);
                        if *turn % 3 == 0 { StudentStep::Cancel(*match_id) } else { StudentStep::Ask }
                    }
                    (StudentStep::Cancel(_), Ok(_) | Err(ErrorCode::ClassFinished)) => StudentStep::Ask,
                    (_, Err(code)) => panic!("a student got {code}"),
                };
            }
            Task::Teacher { step, turn, .. } => {
                *turn += 1;
                *step = match (&step, reply) {
                    (TeacherStep::Confirm(match_id), Ok(_)) if *turn % 4 == 0 => {
                        TeacherStep::Withdraw(*match_id)
                    }
                    (TeacherStep::Confirm(match_id), Ok(_)) => TeacherStep::Finish(*match_id),
                    (TeacherStep::Finish(_) | TeacherStep::Withdraw(_), Ok(_))
                    | (_, Err(ErrorCode::MatchCanceled)) => TeacherStep::Wait,
                    (_, reply) => panic!("a teacher got {reply:?}"),
                };
            }
        }
    }
}

impl TeacherStep {
    fn command(&self) -> Command {
        let visit_at: Time = "2099-12-01T10:00:00Z".parse().expect("a time");
        match *self {
            TeacherStep::Wait => unreachable!("a teacher waits for a match first"),
            TeacherStep::Confirm(match_id) => Command::ConfirmVisit(ConfirmVisit {
                match_id,
                teacher_name: PersonName::new("Sora Han").expect("a name"),
                visit_at,
            }),
            TeacherStep::Finish(match_id) => Command::FinishClass(FinishClass { match_id }),
            TeacherStep::Withdraw(match_id) => Command::WithdrawVisit(WithdrawVisit {
                match_id,
                reason: Reason::new("sick").expect("a reason"),
            }),
        }
    }
}

/// A plain client that may lose its server at any time.
struct Connection {
    socket: WebSocketStream<TcpStream>,
}

impl Connection {
    async fn log_in(address: &str, name: &str) -> Result<Connection, Gone> {
        let stream = TcpStream::connect(address).await.map_err(|_| Gone)?;
        let (socket, _) = client_async(format!("ws://{address}/ws"), stream).await.map_err(|_| Gone)?;
        let mut connection = Connection { socket };
        let hello = ClientHello { version: VERSION, client: "crash".to_owned(), language: Language::En };
        connection.send(&ClientFrame::Hello(hello)).await?;
        let name = AccountName::new(name).expect("a name");
        let login = Login { name, password: Secret(PASSWORD.to_owned()) };
        let login = Body::Session(SessionRequest::Login(login));
        match connection.ask(CommandId::generate(), login).await? {
            Outcome::Result(ResultBody::SignedIn(_)) => Ok(connection),
            other => panic!("not logged in but {other:?}"),
        }
    }

    async fn command(&mut self, id: CommandId, command: Command) -> Result<Result<Done, ErrorCode>, Gone> {
        match self.ask(id, Body::Command(command)).await? {
            Outcome::Result(ResultBody::Done(done)) => Ok(Ok(done)),
            Outcome::Error(error) => Ok(Err(error.code)),
            Outcome::Result(other) => panic!("no command's result: {other:?}"),
        }
    }

    async fn ask(&mut self, id: CommandId, body: Body) -> Result<Outcome, Gone> {
        self.send(&ClientFrame::Request(Request { id, body })).await?;
        loop {
            match self.frame().await? {
                ServerFrame::Reply(Reply { id: Some(of), outcome }) if of == id => return Ok(outcome),
                ServerFrame::Hello(_) | ServerFrame::Idle(_) => {}
                other => panic!("got {other:?}"),
            }
        }
    }

    /// Waits until the server is gone.
    async fn gone(&mut self) {
        while self.frame().await.is_ok() {}
    }

    async fn frame(&mut self) -> Result<ServerFrame, Gone> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("a frame")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                Some(Ok(_)) => {}
            }
        }
    }

    async fn send(&mut self, frame: &ClientFrame) -> Result<(), Gone> {
        let text = serde_json::to_string(frame).expect("a frame");
        self.socket.send(Message::Text(text.into())).await.map_err(|_| Gone)
    }
}

/// Students and teachers, each student with a teacher who takes what is paid.
async fn people(folder: &Path) -> Vec<Person> {
    let accounts = SqliteAccounts::open(folder, HashCost::LEAST).expect("accounts");
    let (mut people, mut boards) = (Vec::new(), Vec::new());
    for number in 0..TEACHERS {
        let (paid, waiting) = mpsc::channel(64);
        boards.push(paid);
        let task = Task::Teacher { step: TeacherStep::Wait, turn: 0, paid: waiting };
        people.push(person(&accounts, format!("teacher{number}"), Role::Teacher, task).await);
    }
    for number in 0..STUDENTS {
        let paid = boards[number % TEACHERS].clone();
        let task = Task::Student { step: StudentStep::Ask, turn: number as u64, paid };
        people.push(person(&accounts, format!("student{number}"), Role::Student, task).await);
    }
    people
}

async fn person(accounts: &SqliteAccounts, name: String, role: Role, task: Task) -> Person {
    let new = NewAccount {
        name: AccountName::new(&name).expect("a name"),
        password: Secret(PASSWORD.to_owned()),
        role,
        display_name: PersonName::new(&name).expect("a name"),
        phone: None,
        address: None,
        language: Language::En,
        zone: Zone::new("Asia/Seoul").expect("a zone"),
        approved: true,
    };
    let account = accounts.create(new, Time::from_millis(0)).await.expect("an account").id;
    Person { name, account, task, pending: None, acknowledged: Vec::new() }
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
