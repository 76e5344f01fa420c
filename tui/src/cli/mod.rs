//! The command line: one subcommand a file. Without a subcommand the app opens.
//!
//! - `failure`: what can go wrong, and the exit codes
//! - `link`: a connection that is signed in
//! - `output`: fields, tables and JSON on standard output

mod cancel;
mod classes;
mod completions;
mod config_path;
mod confirm;
mod demo;
mod failure;
mod finish;
mod link;
mod login;
mod logout;
mod man;
mod my_page;
mod open;
mod output;
mod password;
mod pay;
mod pending;
mod register;
mod request;
mod show;
mod timeline;
mod visits;
mod watch;
mod whoami;
mod withdraw;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand};
use matching_protocol::{CommandId, Language, MatchId};
use uuid::Uuid;

use crate::config::{self, Config, Given};
use failure::Failure;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  refused: the error code and a sentence on standard error, as `already_paid: This request ...`;
     with --json as {\"code\":\"already_paid\",\"message\":\"...\"}
  2  usage: an option or a value that can't be read
  3  no connection, or it ended before the reply; these commands never wait to reconnect
  4  not logged in: no session, a void one, or a wrong name or password

Environment:
  MATCHING_URL, MATCHING_SESSION, MATCHING_LANG stand for --url, --session and --language.
  TZ chooses the zone of times; without it the account's zone is used.

Several commands may share one session file at once. A command that appends something takes --command-id UUID:
repeated with the same id it is carried out once, and gets the same answer.";

/// Students and private teachers find each other.
#[derive(Parser)]
#[command(name = "matching", version, after_long_help = AFTER_HELP, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Global {
    /// The server [default: that of the session, else ws://127.0.0.1:7117]
    #[arg(long, global = true, env = "MATCHING_URL", value_name = "ws://HOST:PORT", hide_env_values = true)]
    url: Option<String>,
    /// The file that keeps the login [default: matching/session.json in the XDG state folder]
    #[arg(long, global = true, env = "MATCHING_SESSION", value_name = "FILE", hide_env_values = true)]
    session: Option<PathBuf>,
    /// The language of messages [default: by locale]
    #[arg(long, global = true, env = "MATCHING_LANG", hide_env_values = true, value_parser = languages())]
    language: Option<String>,
    /// Print JSON: one document, or a line for each push with `watch`
    #[arg(long, global = true)]
    json: bool,
    /// Draw boxes in ASCII, for terminals where other lines are two cells wide
    #[arg(long, global = true)]
    ascii: bool,
}

/// An empty environment variable counts as unset.
fn languages() -> [PossibleValue; 3] {
    [PossibleValue::new("en"), PossibleValue::new("ko"), PossibleValue::new("").hide(true)]
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Server(ServerCommand),
    #[command(flatten)]
    Local(LocalCommand),
}

/// What talks to the server.
#[derive(Subcommand)]
enum ServerCommand {
    Login(login::Login),
    Register(register::Register),
    Logout(logout::Logout),
    Whoami(whoami::WhoAmI),
    Request(request::Request),
    Pay(pay::Pay),
    Cancel(cancel::Cancel),
    Pending(pending::Pending),
    Confirm(confirm::Confirm),
    Withdraw(withdraw::Withdraw),
    Finish(finish::Finish),
    Show(show::Show),
    MyPage(my_page::MyPage),
    Timeline(timeline::Timeline),
    Classes(classes::Classes),
    Visits(visits::Visits),
    Watch(watch::Watch),
}

/// What does not.
#[derive(Subcommand)]
enum LocalCommand {
    /// Where things are kept
    #[command(subcommand)]
    Config(ConfigCommand),
    Demo(demo::Demo),
    Completions(completions::Completions),
    Man(man::Man),
}

#[derive(Subcommand)]
enum ConfigCommand {
    Path(config_path::ConfigPath),
}

/// Names one match.
#[derive(Args)]
struct Which {
    /// The number of the match
    #[arg(value_name = "ID", value_parser = whole_number, allow_negative_numbers = true)]
    match_id: i64,
}

impl Which {
    fn get(&self, context: &Context) -> Result<MatchId, Failure> {
        context.checked(MatchId::new(self.match_id))
    }
}

/// What is written as a number is one; the server knows whether it names a match.
fn whole_number(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err("a match is named by a whole number, such as 5".to_owned());
    }
    Ok(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// For a command that appends something.
#[derive(Args)]
struct Once {
    /// Makes it safe to repeat: with the same id the command is carried out once
    #[arg(long, value_name = "UUID")]
    command_id: Option<Uuid>,
}

impl Once {
    fn id(&self) -> CommandId {
        self.command_id.map_or_else(CommandId::generate, CommandId)
    }
}

/// What every subcommand needs.
struct Context {
    config: Config,
    json: bool,
    ascii: bool,
}

impl Context {
    /// A value that is well-formed and yet impossible gets the server's own error code, asked or not.
    fn checked<T>(&self, value: Result<T, matching_protocol::ErrorCode>) -> Result<T, Failure> {
        value.map_err(|code| Failure::refused(code, self.config.language))
    }

    fn optional<T>(
        &self,
        text: Option<&str>,
        new: impl Fn(&str) -> Result<T, matching_protocol::ErrorCode>,
    ) -> Result<Option<T>, Failure> {
        text.map(new).transpose().map_err(|code| Failure::refused(code, self.config.language))
    }
}

/// Reads the command line and carries it out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output with code 0, the rest to standard error with code 2.
            let code = if error.use_stderr() { failure::USAGE } else { 0 };
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(failure::USAGE) };
        }
    };
    let (json, ascii) = (cli.global.json, cli.global.ascii);
    let language = cli.global.language.as_deref().and_then(|language| language.parse().ok());
    let speaks: Language = language.unwrap_or_else(config::locale_language);
    let given = Given { url: cli.global.url, session: cli.global.session, language };
    let done = match Config::resolve(given) {
        Ok(config) => dispatch(cli.command, Context { config, json, ascii }),
        Err(error) => Err(Failure::Usage(error.message(speaks))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json, speaks),
    }
}

fn dispatch(command: Option<Command>, context: Context) -> Result<(), Failure> {
    match command {
        Some(Command::Server(command)) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(Failure::system)?.block_on(command.run(&context))
        }
        Some(Command::Local(command)) => command.run(&context),
        None => open::open(&context),
    }
}

impl ServerCommand {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            ServerCommand::Login(command) => command.run(context).await,
            ServerCommand::Register(command) => command.run(context).await,
            ServerCommand::Logout(command) => command.run(context).await,
            ServerCommand::Whoami(command) => command.run(context).await,
            ServerCommand::Request(command) => command.run(context).await,
            ServerCommand::Pay(command) => command.run(context).await,
            ServerCommand::Cancel(command) => command.run(context).await,
            ServerCommand::Pending(command) => command.run(context).await,
            ServerCommand::Confirm(command) => command.run(context).await,
            ServerCommand::Withdraw(command) => command.run(context).await,
            ServerCommand::Finish(command) => command.run(context).await,
            ServerCommand::Show(command) => command.run(context).await,
            ServerCommand::MyPage(command) => command.run(context).await,
            ServerCommand::Timeline(command) => command.run(context).await,
            ServerCommand::Classes(command) => command.run(context).await,
            ServerCommand::Visits(command) => command.run(context).await,
            ServerCommand::Watch(command) => command.run(context).await,
        }
    }
}

impl LocalCommand {
    fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            LocalCommand::Config(ConfigCommand::Path(command)) => command.run(context),
            LocalCommand::Demo(command) => command.run(context),
            LocalCommand::Completions(command) => command.run(),
            LocalCommand::Man(command) => command.run(),
        }
    }
}
