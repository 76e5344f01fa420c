//! From what was typed to a running server, or to the folder of a stopped one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use matching_protocol::Language;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc;

use super::answer::{Admin, QUEUE};
use super::peer;
use super::refusal::Trouble;
use super::request::{AdminCall, AdminRequest, Answer};
use super::show::Screen;
use super::socket::{self, Reach};
use crate::settings::Settings;
use crate::startup::{Adapters, Held, Running, Service};

pub use super::show::Exit;

/// How long a server has to say that it is ready for a call.
const READY_LIMIT: Duration = Duration::from_secs(5);
/// A folder that is held while nobody listens: somebody starts, stops or has it for one command. So often it is tried again.
const TRIES: u32 = 30;
const BETWEEN: Duration = Duration::from_millis(100);

/// Whoever carries commands out.
enum Reached {
    Server(BufReader<UnixStream>),
    Folder(Arc<Service>, Running),
}

/// Carries out a command and shows its answer.
pub async fn run(data: PathBuf, json: bool, request: AdminRequest) -> Exit {
    let language = language();
    let mut screen = Screen::new(&request, json);
    let done = match reach(&data, &request).await {
        Ok(Reached::Server(stream)) => remote(stream, AdminCall { language, request }, &mut screen).await,
        Ok(Reached::Folder(service, running)) => {
            local(service, running, AdminCall { language, request }, &mut screen).await
        }
        Err(trouble) => Err(trouble),
    };
    done.unwrap_or_else(|trouble| report(&mut screen, &trouble, language))
}

/// Says what went wrong before there was a request.
pub fn usage(json: bool, trouble: &Trouble) -> Exit {
    report(&mut Screen::new(&AdminRequest::Status, json), trouble, language())
}

fn report(screen: &mut Screen, trouble: &Trouble, language: Language) -> Exit {
    if let Trouble::Output(error) = trouble
        && error.kind() == io::ErrorKind::BrokenPipe
    {
        // Whoever read has seen enough.
        return Exit::Done;
    }
    // Where standard error is closed too, the exit code has to do.
    let _ = screen.trouble(trouble, language);
    match trouble {
        Trouble::NoFolder(_) | Trouble::NoPassword(_) => Exit::Usage,
        Trouble::Output(_) => Exit::Refused,
        Trouble::Denied(_)
        | Trouble::Held(..)
        | Trouble::Silent(_)
        | Trouble::CutOff
        | Trouble::Unusable(_) => Exit::Unreached,
    }
}

/// The language of the person at the terminal.
pub fn language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("ko") => Language::Ko,
        _ => Language::En,
    }
}

async fn reach(data: &Path, request: &AdminRequest) -> Result<Reached, Trouble> {
    match std::fs::metadata(data.join("log.sqlite")) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(Trouble::Denied(data.to_owned()));
        }
        Err(_) if request.makes_folder() => {}
        Err(_) => return Err(Trouble::NoFolder(data.to_owned())),
    }
    let mut held = None;
    for _ in 0..TRIES {
        if let Some(server) = connect(data).await? {
            return Ok(Reached::Server(server));
        }
        match open(data).await {
            Ok((service, running)) => return Ok(Reached::Folder(service, running)),
            Err(error) => match error.downcast::<Held>() {
                Ok(holder) => held = Some(holder.process),
                Err(error) => return Err(Trouble::Unusable(format!("{error:#}"))),
            },
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Err(Trouble::Held(data.to_owned(), held.unwrap_or_default()))
}

/// The server on this folder; `None` if nobody listens.
async fn connect(data: &Path) -> Result<Option<BufReader<UnixStream>>, Trouble> {
    let unusable =
        |error: io::Error| Trouble::Unusable(format!("{}: {error}", data.join(socket::NAME).display()));
    if !data.join(socket::NAME).exists() {
        return Ok(None);
    }
    let reach = Reach::new(data, socket::NAME).map_err(unusable)?;
    let stream = match UnixStream::connect(reach.path()).await {
        Ok(stream) => BufReader::new(stream),
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                io::ErrorKind::PermissionDenied => Err(Trouble::Denied(data.join(socket::NAME))),
                _ => Err(unusable(error)),
            };
        }
    };
    ready(stream, data).await
}

async fn ready(
    mut stream: BufReader<UnixStream>,
    data: &Path,
) -> Result<Option<BufReader<UnixStream>>, Trouble> {
    let mut line = String::new();
    match tokio::time::timeout(READY_LIMIT, stream.read_line(&mut line)).await {
        // It stopped between accepting and saying so.
        Ok(Ok(0)) => Ok(None),
        Ok(Ok(_)) => match serde_json::from_str(&line) {
            Ok(Answer::Ready(_)) => Ok(Some(stream)),
            _ => Err(Trouble::Unusable(format!(
                "{} is not the admin socket of a matching-server",
                data.join(socket::NAME).display()
            ))),
        },
        Ok(Err(_)) | Err(_) => Err(Trouble::Silent(data.to_owned())),
    }
}

/// Opens the folder without a network. How long requests may wait is the server's to know: here nothing expires.
async fn open(data: &Path) -> anyhow::Result<(Arc<Service>, Running)> {
    let mut settings = Settings::new(data.to_owned());
    settings.rules.expire_unpaid = Duration::MAX;
    settings.rules.expire_paid = Duration::MAX;
    Service::open(settings, Adapters::default()).await
}

async fn remote(
    mut stream: BufReader<UnixStream>,
    call: AdminCall,
    screen: &mut Screen,
) -> Result<Exit, Trouble> {
    let mut line = serde_json::to_vec(&call).map_err(|error| Trouble::Unusable(error.to_string()))?;
    line.push(b'\n');
    stream.write_all(&line).await.map_err(|_| Trouble::CutOff)?;
    let mut line = String::new();
    loop {
        line.clear();
        match stream.read_line(&mut line).await {
            Ok(0) | Err(_) => return Err(Trouble::CutOff),
            Ok(_) => {}
        }
        let answer = serde_json::from_str(&line).map_err(|error| {
            Trouble::Unusable(format!(
                "the server's answer can't be read, it may be of another version: {error}"
            ))
        })?;
        if let Some(exit) = screen.take(answer).map_err(Trouble::Output)? {
            return Ok(exit);
        }
    }
}

async fn local(
    service: Arc<Service>,
    running: Running,
    call: AdminCall,
    screen: &mut Screen,
) -> Result<Exit, Trouble> {
    let admin = Admin::in_process(Arc::clone(&service));
    let (queue, answers) = mpsc::channel(QUEUE);
    let work = tokio::spawn(async move { admin.answer(&peer::name(peer::own()), call, queue).await });
    let shown = show(answers, screen).await;
    if let Err(error) = work.await {
        tracing::error!(%error, "an admin command");
    }
    running.stop(service).await;
    shown
}

async fn show(mut answers: mpsc::Receiver<Answer>, screen: &mut Screen) -> Result<Exit, Trouble> {
    while let Some(answer) = answers.recv().await {
        if let Some(exit) = screen.take(answer).map_err(Trouble::Output)? {
            return Ok(exit);
        }
    }
    Err(Trouble::CutOff)
}
