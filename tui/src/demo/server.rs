//! The server's process: the program beside this one, with demo accounts, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use matching_protocol::Language;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::session_in;
use crate::session::SessionStore;

const PROGRAM: &str = "matching-server";

/// A server that has not said where it listens by then will not.
const START: Duration = Duration::from_secs(30);

/// A server that has not stopped by then is killed; what it acknowledged is on disk.
const STOP: Duration = Duration::from_secs(10);

/// The server's process.
pub struct Server {
    child: Child,
    url: String,
    folder: PathBuf,
    /// Removes the folder when it is dropped, if it was made for this run.
    _fresh: Option<TempDir>,
}

impl Server {
    /// Starts it, and waits until it says where it listens.
    ///
    /// # Errors
    /// If it is not there, or does not start.
    pub async fn start(data: Option<PathBuf>, language: Language) -> anyhow::Result<Server> {
        let program = beside(language)?;
        let fresh = match &data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("matching-demo-").tempdir()?),
        };
        let folder = match (data, &fresh) {
            (Some(folder), _) => folder,
            (None, Some(fresh)) => fresh.path().to_owned(),
            (None, None) => anyhow::bail!("there is no folder for the demo"),
        };
        std::fs::create_dir_all(&folder).with_context(|| {
            format!("the folder {} can't be made; name another with --data", folder.display())
        })?;
        let log = folder.join("demo-server.log");
        let log_file =
            std::fs::File::create(&log).with_context(|| format!("{} can't be written", log.display()))?;
        let mut child = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--demo", "--finish-early", "--data"])
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file)
            // A group of its own: a closed terminal hangs up on the app, which then stops the server in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} can't be started", program.display()))?;
        let stdout = child.stdout.take().context("the server has no standard output")?;
        let url = tokio::time::timeout(START, address(stdout)).await;
        let url = url.ok().flatten().with_context(|| did_not_start(&log, language))?;
        Ok(Server { child, url, folder, _fresh: fresh })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The session file for a demo account.
    pub fn session(&self, name: &str) -> SessionStore {
        session_in(&self.folder, name)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// If its process can't be waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.child.id() {
            // The shell's own `kill`: not every machine has it as a program.
            let ask = format!("kill -TERM {pid}");
            let asked: std::io::Result<ExitStatus> = Command::new("sh").args(["-c", &ask]).status().await;
            if asked.is_err() || tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
                self.child.kill().await?;
            }
        }
        Ok(())
    }
}

/// The first line says where it listens; what comes behind it is read so that the server never waits for a reader.
async fn address(stdout: ChildStdout) -> Option<String> {
    let mut lines = BufReader::new(stdout).lines();
    let first = lines.next_line().await.ok().flatten()?;
    let url = first.strip_prefix("listening on ")?.trim().to_owned();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some(url)
}

fn beside(language: Language) -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe().context("this program does not know where it is")?;
    let program = me.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    let folder = program.parent().unwrap_or(Path::new(".")).display().to_string();
    match language {
        Language::En => anyhow::bail!(
            "The demo needs the server's program {PROGRAM} in {folder}, and it is not there: run `cargo build --release` first."
        ),
        Language::Ko => anyhow::bail!(
            "체험판에는 {folder} 에 서버 프로그램 {PROGRAM} 이(가) 필요한데 없습니다. 먼저 `cargo build --release`를 실행해 주세요."
        ),
    }
}

fn did_not_start(log: &Path, language: Language) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let last = matching_protocol::text::visible(last).into_owned();
    match language {
        Language::En => {
            format!("The server did not start. Its last words: {last} (all of them: {})", log.display())
        }
        Language::Ko => format!("서버가 시작되지 않았습니다. 마지막 기록: {last} (전체: {})", log.display()),
    }
}
