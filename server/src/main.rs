//! The server's command line: parses and composes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use matching_server::inbound::admin::cli::{AdminCommand, EXIT_CODES};
use matching_server::inbound::admin::client::{self, Exit};
use matching_server::payment_sandbox::{self, SandboxOptions};
use matching_server::settings::{Options, Settings};
use nix::sys::stat::Mode;
use tracing_subscriber::EnvFilter;

/// Measured with the bench: a fifth more lifecycles a second than with the system allocator, in half the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Students and private teachers find each other: the server, and the commands of its admin.
#[derive(Parser)]
#[command(name = "matching-server", version, after_help = FIRST_STEPS, after_long_help = format!("{FIRST_STEPS}\n\n{EXIT_CODES}\n\n{FILES}"))]
struct Cli {
    /// The data folder
    #[arg(long, env = "MATCHING_DATA", global = true, default_value = "data/server", value_name = "DIR")]
    data: PathBuf,
    /// Answer with JSON: one value a line for lists, one document for all else
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  matching-server accounts add kim --role teacher --password-stdin     a teacher; type the password
  matching-server accounts add office --role admin --password-stdin    somebody who sees all
  matching-server serve                                                until Ctrl+C
  matching-server status                                               in another terminal

Students register themselves in the terminal app, matching; so can teachers, who then wait for
  matching-server accounts approve NAME
For a first look, with demo accounts and requests:  matching-server --data DIR serve --demo";

const FILES: &str = "\
Admin commands work on a running server, through the socket admin.sock in its data folder, as the
user that runs it. On a stopped server's folder they work too, except contexts stop and start, and
events tail.

Environment:
  MATCHING_DATA  the data folder
  MATCHING_LOG   what is logged to standard error, such as debug or matching_server=debug
                 [default: info for serve, warn for all else]
  Each setting of serve has one; see matching-server serve --help";

#[derive(Subcommand)]
enum Command {
    /// Serve clients until a signal stops it
    Serve {
        /// A TOML file with settings, named as the flags are
        #[arg(long, env = "MATCHING_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
        /// Log as JSON, one object a line
        #[arg(long, env = "MATCHING_LOG_JSON", value_parser = clap::builder::FalseyValueParser::new())]
        log_json: bool,
        #[command(flatten)]
        options: Options,
    },
    #[command(flatten)]
    Admin(AdminCommand),
    /// A payment provider to try the service with: over HTTP, with a book of its own and faults on demand; no money moves
    PaymentSandbox(SandboxOptions),
    /// Print the JSON Schema of everything that crosses the wire or lies in the log
    Schema,
    /// Print completions for a shell
    Completions {
        /// Which
        shell: Shell,
    },
    /// Print the manual page, or write one for each command into a folder
    Man {
        /// Write them here: matching-server.1, matching-server-accounts-add.1 ...
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    // What this program makes is for its own user: databases, keys, sockets.
    nix::sys::stat::umask(Mode::from_bits_truncate(0o077));
    let Cli { data, json, command } = Cli::parse();
    match command {
        Command::Serve { config, log_json, options } => {
            log("info", log_json);
            match on_runtime(serve(data, config, options)) {
                Ok(Ok(())) => Exit::Done.into(),
                Ok(Err(error)) | Err(error) => failed(&error),
            }
        }
        Command::Admin(command) => {
            log("warn", false);
            let run = |request| on_runtime(client::run(data, json, request)).map(ExitCode::from);
            match command.request().map(run) {
                Ok(done) => done.unwrap_or_else(|error| failed(&error)),
                Err(trouble) => client::usage(json, &trouble).into(),
            }
        }
        Command::PaymentSandbox(options) => {
            log("info", false);
            match on_runtime(payment_sandbox::run(options)) {
                Ok(Ok(())) => Exit::Done.into(),
                Ok(Err(error)) | Err(error) => failed(&error),
            }
        }
        Command::Schema => print(|out| {
            serde_json::to_writer_pretty(out, &matching_protocol::schema::protocol()).map_err(Into::into)
        }),
        Command::Completions { shell } => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "matching-server", out);
            Ok(())
        }),
        Command::Man { dir: None } => print(|out| clap_mangen::Man::new(Cli::command()).render(out)),
        Command::Man { dir: Some(dir) } => manual(&dir),
    }
}

async fn serve(data: PathBuf, config: Option<PathBuf>, options: Options) -> anyhow::Result<()> {
    matching_server::serve::serve(Settings::load(data, &options, config.as_deref())?).await
}

fn log(default: &str, json: bool) {
    let filter = EnvFilter::try_from_env("MATCHING_LOG").unwrap_or_else(|_| default.into());
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    if json { log.json().init() } else { log.init() }
}

/// What can't be cancelled, such as a long read of the log, does not hold up the end.
fn on_runtime<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(done)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("Error: {error:?}");
    Exit::Refused.into()
}

/// To standard output, all at once; whoever closes it early has seen enough.
fn print(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> ExitCode {
    let mut text = Vec::new();
    let printed = write(&mut text).and_then(|()| std::io::stdout().write_all(&text));
    match printed {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => failed(&error.into()),
        _ => Exit::Done.into(),
    }
}

fn manual(dir: &Path) -> ExitCode {
    let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    match written {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            failed(&anyhow::Error::from(error).context(format!("can't write into {}", dir.display())))
        }
    }
}
