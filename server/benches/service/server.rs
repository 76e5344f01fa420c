//! The real binary on a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use matching_protocol::{AccountName, Language, PersonName, Role, Secret};
use matching_server::outbound::accounts::{HashCost, SqliteAccounts};
use matching_server::outbound::clock::SystemClock;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::ports::{Accounts, Clock};

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    /// From the start of the process to its first line.
    pub ready_after: Duration,
}

pub const PASSWORD: &str = "correct horse battery";

impl Server {
    pub fn start(data: &Path) -> anyhow::Result<Server> {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_matching-server"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--finish-early",
                "--max-rate",
                "0",
                "--max-open",
                "0",
                "--data",
            ])
            .arg(data)
            .env("MATCHING_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut first = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut first)?;
        let ready_after = started.elapsed();
        let url = first.trim().strip_prefix("listening on ").context("the server did not start")?.to_owned();
        Ok(Server { child, url: format!("{url}/ws"), ready_after })
    }

    /// User and system time so far.
    pub fn cpu_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped =
            Command::new("kill").arg(self.child.id().to_string()).status().and_then(|_| self.child.wait());
        if let Err(error) = stopped {
            eprintln!("the server was not stopped: {error}");
        }
    }
}

/// Makes accounts in a folder before a server runs on it: `student0`, `teacher3`, `admin0` ...
pub async fn make_accounts(data: &Path, role: Role, count: usize) -> anyhow::Result<()> {
    let accounts = SqliteAccounts::open(data, HashCost::default())?;
    for number in 0..count {
        let name = format!("{role}{number}");
        let account = NewAccount {
            name: AccountName::new(&name)?,
            password: Secret(PASSWORD.to_owned()),
            role,
            display_name: PersonName::new(&name)?,
            phone: None,
            address: None,
            language: Language::En,
            zone: Zone::new("Asia/Seoul")?,
            approved: true,
        };
        accounts.create(account, SystemClock.now()).await?;
    }
    Ok(())
}
