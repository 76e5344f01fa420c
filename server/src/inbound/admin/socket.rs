//! The server's end of the admin socket: `admin.sock` in the data folder, for its owner alone.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use matching_protocol::Language;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::answer::{Admin, QUEUE};
use super::peer;
use super::refusal::Refusal;
use super::request::{AdminCall, Answer, MAX_CALL};
use crate::application::stopped;

/// The socket's name in the data folder.
pub const NAME: &str = "admin.sock";
/// Connections at once; who comes beyond that waits to be accepted.
const AT_ONCE: usize = 32;
/// From the connection to the whole call.
const CALL_LIMIT: Duration = Duration::from_secs(10);
/// How long commands have to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// What fits into a socket's address, with something to spare for the name under which it is made.
const LONGEST: usize = 96;
const BUFFER: usize = 16 * 1024;

/// A path that fits into a socket's address, however deep the folder lies.
pub struct Reach {
    path: PathBuf,
    /// Keeps the path valid.
    _folder: Option<File>,
}

impl Reach {
    /// Of a file in a folder.
    ///
    /// # Errors
    /// If the path is too long and the system has no other name for it.
    pub fn new(folder: &Path, name: &str) -> io::Result<Reach> {
        let path = folder.join(name);
        if path.as_os_str().len() <= LONGEST {
            return Ok(Reach { path, _folder: None });
        }
        let opened = File::open(folder)?;
        let by_number = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()));
        if !by_number.exists() {
            let error = format!(
                "the path {} is too long for a socket: use a data folder with a shorter one",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        }
        Ok(Reach { path: by_number.join(name), _folder: Some(opened) })
    }

    /// To bind or to connect.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The listening socket.
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

/// Listens. Whoever left a socket behind is gone, since this process holds the folder.
///
/// # Errors
/// If the folder can't hold a socket.
pub fn bind(folder: &Path) -> anyhow::Result<Socket> {
    let path = folder.join(NAME);
    // Made under another name, so that it appears with its permissions and replaces what was left behind at once.
    let making = format!("{NAME}.new");
    let made = folder.join(&making);
    let listener = (|| {
        if let Err(error) = std::fs::remove_file(&made)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let listener = UnixListener::bind(Reach::new(folder, &making)?.path())?;
        std::fs::set_permissions(&made, Permissions::from_mode(0o600))?;
        std::fs::rename(&made, &path)?;
        Ok(listener)
    })();
    let listener = listener.with_context(|| format!("can't make the admin socket {}", path.display()))?;
    Ok(Socket { listener, path })
}

/// Serves admin commands until the stop is announced, then removes the socket.
pub async fn serve(socket: Socket, admin: Admin, mut stop: watch::Receiver<bool>) {
    let admin = Arc::new(admin);
    let Socket { listener, path } = socket;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < AT_ONCE => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&admin), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "an admin connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stopped(&mut stop) => break,
        }
    }
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::warn!(path = %path.display(), %error, "the admin socket can't be removed");
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::warn!("some admin commands did not end in time");
        connections.abort_all();
    }
}

async fn connection(stream: UnixStream, admin: Arc<Admin>, mut stop: watch::Receiver<bool>) {
    let uid = match stream.peer_cred() {
        Ok(cred) => cred.uid(),
        Err(error) => return tracing::warn!(%error, "who an admin is can't be known"),
    };
    if !peer::may_command(uid) {
        return tracing::warn!(uid, "an admin connection of another user was closed");
    }
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let ready = Answer::Ready(concat!("matching-server/", env!("CARGO_PKG_VERSION")).to_owned());
    if send(&mut write, &ready).await.is_err() {
        return;
    }
    let call = match tokio::time::timeout(CALL_LIMIT, call(&mut read)).await {
        Ok(Ok(call)) => call,
        Ok(Err(refusal)) => return refuse(&mut write, &refusal).await,
        Err(_) => return refuse(&mut write, &Refusal::NotACall("none came in time".to_owned())).await,
    };
    let Ok(by) = tokio::task::spawn_blocking(move || peer::name(uid)).await else { return };
    let endless = call.request.is_endless();
    let (queue, answers) = mpsc::channel(QUEUE);
    let work = async { tokio::join!(admin.answer(&by, call, queue), pump(answers, write)) };
    tokio::select! {
        _ = work => {}
        // What ends by itself is waited for; what does not ends with either side.
        () = gone(&mut read), if endless => {}
        () = stopped(&mut stop), if endless => {}
    }
}

/// The call of a connection.
async fn call(read: &mut BufReader<OwnedReadHalf>) -> Result<AdminCall, Refusal> {
    let mut line = Vec::new();
    let limit = MAX_CALL as u64 + 1;
    let unreadable = |error: &dyn std::fmt::Display| Refusal::NotACall(error.to_string());
    read.take(limit).read_until(b'\n', &mut line).await.map_err(|error| unreadable(&error))?;
    if line.len() > MAX_CALL {
        return Err(Refusal::NotACall(format!("it is longer than {MAX_CALL} bytes")));
    }
    serde_json::from_slice(&line).map_err(|error| unreadable(&error))
}

async fn refuse(write: &mut OwnedWriteHalf, refusal: &Refusal) {
    let (code, message) = (refusal.code().to_owned(), refusal.message(Language::default()));
    if let Err(error) = send(write, &Answer::Refused { code, message }).await {
        tracing::debug!(%error, "an admin went away");
    }
}

async fn send(write: &mut OwnedWriteHalf, answer: &Answer) -> io::Result<()> {
    let mut line = Vec::new();
    append(&mut line, answer)?;
    write.write_all(&line).await
}

fn append(lines: &mut Vec<u8>, answer: &Answer) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, answer)?;
    lines.push(b'\n');
    Ok(())
}

/// Writes answers as fast as they are taken; drops its end of the queue once nobody takes them.
async fn pump(mut answers: mpsc::Receiver<Answer>, mut write: OwnedWriteHalf) {
    let mut lines = Vec::with_capacity(BUFFER);
    while let Some(answer) = answers.recv().await {
        lines.clear();
        let mut next = Some(answer);
        let written = loop {
            let Some(answer) = next.take() else { break Ok(()) };
            if let Err(error) = append(&mut lines, &answer) {
                break Err(error);
            }
            next = if lines.len() < BUFFER { answers.try_recv().ok() } else { None };
        };
        let sent = match written {
            Ok(()) => write.write_all(&lines).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return tracing::debug!(%error, "an admin went away");
        }
    }
}

/// Until the client closes its end.
async fn gone(read: &mut BufReader<OwnedReadHalf>) {
    let mut rest = [0; 64];
    while matches!(read.read(&mut rest).await, Ok(1..)) {}
}
