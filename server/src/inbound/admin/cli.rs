//! What an admin can type.

use std::io::{BufRead, IsTerminal, Read};
use std::str::FromStr;

use clap::{Args, Subcommand};
use matching_protocol::{
    AccountName, Address, ContextName, ErrorCode, Language, MatchId, PersonName, Phone, Reason, Role, Secret,
    Seq,
};

use super::refusal::Trouble;
use super::request::{AddAccount, AdminRequest, SetPassword, WithReason};
use crate::ports::accounts::Zone;

/// The longest password in bytes that is read: 256 characters and a line's end.
const LONGEST: u64 = 256 * 4 + 2;

/// What the help of every command ends with.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused, or something found that is not well: the code and a sentence on standard error,
     with --json as {\"code\",\"message\"}
  2  not asked for as it has to be, or no data folder there
  3  the server or the data folder can't be reached";

/// Commands for the admin at the server's machine.
#[derive(Subcommand)]
pub enum AdminCommand {
    /// Who may come in: add, list, approve, disable, password
    Accounts {
        /// What to do.
        #[command(subcommand)]
        command: Accounts,
    },
    /// Every match and what happened to it: list, show, cancel, withdraw
    Matches {
        /// What to do.
        #[command(subcommand)]
        command: Matches,
    },
    /// Every payment: list
    Payments {
        /// What to do.
        #[command(subcommand)]
        command: Payments,
    },
    /// What the book says of each of its accounts; below zero it owes
    Balances,
    /// The five contexts: list, stop, start
    Contexts {
        /// What to do.
        #[command(subcommand)]
        command: Contexts,
    },
    /// The log itself: tail, export
    Events {
        /// What to do.
        #[command(subcommand)]
        command: Events,
    },
    /// What is read, folded from the log: rebuild
    Views {
        /// What to do.
        #[command(subcommand)]
        command: Views,
    },
    /// Check the invariants over the whole log, and every view against a fresh fold; exits with 1 on a violation
    Verify,
    /// How the server is, and what waits for somebody
    Status,
}

/// `accounts`.
#[derive(Subcommand)]
pub enum Accounts {
    /// Make an account that may log in at once; makes the data folder if there is none
    Add(Add),
    /// Every account
    List,
    /// Let an account in: a teacher who registered, or one that was disabled
    Approve(Named),
    /// Keep an account out at once, and list a teacher's open visits
    Disable(Named),
    /// Set a new password; ends what is logged in
    Password(Password),
}

/// `accounts add`.
#[derive(Args)]
pub struct Add {
    /// The name to log in with: one word
    #[arg(value_name = "NAME", value_parser = said::<AccountName>)]
    name: AccountName,
    /// What it may do: an admin account sees all and changes nothing
    #[arg(long, value_name = "student|teacher|admin")]
    role: Role,
    /// Read the password from the first line of standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// The name that others see [default: NAME]
    #[arg(long, value_name = "NAME", value_parser = said::<PersonName>)]
    display_name: Option<PersonName>,
    /// A phone number, shown to the other side of an assigned visit
    #[arg(long, value_parser = said::<Phone>)]
    phone: Option<Phone>,
    /// A student's address, shown to the assigned teacher
    #[arg(long, value_parser = said::<Address>)]
    address: Option<Address>,
    /// In which language to speak to the person
    #[arg(long, value_name = "ko|en", default_value = "ko")]
    language: Language,
    /// The person's time zone, an IANA name
    #[arg(long, default_value = "Asia/Seoul", value_parser = zone)]
    zone: String,
}

/// Names an account.
#[derive(Args)]
pub struct Named {
    /// The account's name, as accounts list shows it
    #[arg(value_name = "NAME", value_parser = said::<AccountName>)]
    name: AccountName,
}

/// `accounts password`.
#[derive(Args)]
pub struct Password {
    /// The account's name, as accounts list shows it
    #[arg(value_name = "NAME", value_parser = said::<AccountName>)]
    name: AccountName,
    /// Read the password from the first line of standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// `matches`.
#[derive(Subcommand)]
pub enum Matches {
    /// Every match, newest first
    List,
    /// One match: who is in it, and its timeline with the money that moved
    Show {
        /// The match's number
        #[arg(value_name = "ID", value_parser = said::<MatchId>)]
        match_id: MatchId,
    },
    /// Cancel at any time before the finish; the money goes back and the visit is called off
    Cancel(Act),
    /// Withdraw a visit for a teacher who cannot; it is listed again for the others
    Withdraw(Act),
}

/// What is done to a match, and why.
#[derive(Args)]
pub struct Act {
    /// The match's number
    #[arg(value_name = "ID", value_parser = said::<MatchId>)]
    match_id: MatchId,
    /// Why: the student and the teacher see it
    #[arg(long, value_parser = said::<Reason>)]
    reason: Reason,
}

/// `payments`.
#[derive(Subcommand)]
pub enum Payments {
    /// Every payment, newest first
    List,
}

/// `contexts`.
#[derive(Subcommand)]
pub enum Contexts {
    /// How each is, and how far behind the log
    List,
    /// Stop one: its commands and queries answer context_unavailable, the others go on
    Stop(One),
    /// Start it again: it takes in what it missed
    Start(One),
}

/// Names a context.
#[derive(Args)]
pub struct One {
    /// matching, payment, visit, class or mypage
    #[arg(value_name = "NAME")]
    context: ContextName,
}

/// `events`.
#[derive(Subcommand)]
pub enum Events {
    /// Show events as they come, until Ctrl+C
    Tail {
        /// Begin behind this place of the log, 0 for its start [default: its end]
        #[arg(long, value_name = "SEQ")]
        after: Option<Seq>,
    },
    /// The whole log in order, one JSON event a line
    Export,
}

/// `views`.
#[derive(Subcommand)]
pub enum Views {
    /// Fold views again from the start of the log, and wait until they have caught up
    Rebuild {
        /// Only compare with a fresh fold; exits with 1 on a difference
        #[arg(long)]
        check: bool,
        /// matching, payment, visit, class or mypage [default: all]
        #[arg(value_name = "CONTEXT")]
        context: Option<ContextName>,
    },
}

impl AdminCommand {
    /// What is asked for. Reads the password from standard input where there is one to read.
    ///
    /// # Errors
    /// [`Trouble::NoPassword`].
    pub fn request(self) -> Result<AdminRequest, Trouble> {
        Ok(match self {
            AdminCommand::Accounts { command } => return accounts(command),
            AdminCommand::Matches { command } => match command {
                Matches::List => AdminRequest::MatchesList,
                Matches::Show { match_id } => AdminRequest::MatchesShow(match_id),
                Matches::Cancel(act) => AdminRequest::MatchesCancel(act.into()),
                Matches::Withdraw(act) => AdminRequest::MatchesWithdraw(act.into()),
            },
            AdminCommand::Payments { command: Payments::List } => AdminRequest::PaymentsList,
            AdminCommand::Balances => AdminRequest::Balances,
            AdminCommand::Contexts { command } => match command {
                Contexts::List => AdminRequest::ContextsList,
                Contexts::Stop(one) => AdminRequest::ContextsStop(one.context),
                Contexts::Start(one) => AdminRequest::ContextsStart(one.context),
            },
            AdminCommand::Events { command } => match command {
                Events::Tail { after } => AdminRequest::EventsTail(after),
                Events::Export => AdminRequest::EventsExport,
            },
            AdminCommand::Views { command: Views::Rebuild { check, context } } => {
                if check {
                    AdminRequest::ViewsCheck(context)
                } else {
                    AdminRequest::ViewsRebuild(context)
                }
            }
            AdminCommand::Verify => AdminRequest::Verify,
            AdminCommand::Status => AdminRequest::Status,
        })
    }
}

fn accounts(command: Accounts) -> Result<AdminRequest, Trouble> {
    Ok(match command {
        Accounts::List => AdminRequest::AccountsList,
        Accounts::Approve(named) => AdminRequest::AccountsApprove(named.name),
        Accounts::Disable(named) => AdminRequest::AccountsDisable(named.name),
        Accounts::Password(Password { name, .. }) => {
            AdminRequest::AccountsPassword(SetPassword { name, password: password()? })
        }
        Accounts::Add(Add { name, role, display_name, phone, address, language, zone, .. }) => {
            let password = password()?;
            AdminRequest::AccountsAdd(AddAccount {
                name,
                role,
                password,
                display_name,
                phone,
                address,
                language,
                zone,
            })
        }
    })
}

impl From<Act> for WithReason {
    fn from(act: Act) -> Self {
        WithReason { match_id: act.match_id, reason: act.reason }
    }
}

/// The first line of standard input.
fn password() -> Result<Secret, Trouble> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("The password, which will be seen as you type it, then Enter:");
    }
    let mut line = String::new();
    let read = input.lock().take(LONGEST).read_line(&mut line);
    match read {
        Ok(0) => Err(Trouble::NoPassword("it is empty".to_owned())),
        Ok(_) => {
            let line = line.strip_suffix('\n').unwrap_or(&line);
            Ok(Secret(line.strip_suffix('\r').unwrap_or(line).to_owned()))
        }
        Err(error) => Err(Trouble::NoPassword(error.to_string())),
    }
}

/// A value of the protocol; what is wrong with it is said in its code's own sentence.
fn said<T: FromStr<Err = ErrorCode>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|code: ErrorCode| code.message(Language::En).to_owned())
}

fn zone(text: &str) -> Result<String, String> {
    let zone = Zone::new(text).map_err(|code| code.message(Language::En).to_owned())?;
    Ok(zone.as_str().to_owned())
}
