//! A real server in a folder of its own, and a student and a teacher side by side in one terminal.
//!
//! - [`server`](self): the server's process
//! - `bot`: another student, so that the board lives
//! - `hints`: what one can do next
//! - `split`: two panes in one terminal

mod bot;
mod hints;
mod server;
mod split;

use std::path::PathBuf;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use matching_protocol::{AccountName, ErrorCode, Language, Login, Secret};

use crate::app::{AppConfig, Pane, message_of};
use crate::connection::LiveConfig;
use crate::keymap::latin;
use crate::message::Message;
use crate::session::SessionStore;
use crate::terminal::{Input, Screen};
use server::Server;
use split::Split;

/// How the demo is shown.
pub struct DemoArgs {
    /// Where the server keeps its data; a fresh folder that is removed at the end if not said.
    pub data: Option<PathBuf>,
    /// In which language it starts.
    pub language: Language,
    /// The zone that times are shown in.
    pub zone: TimeZone,
    /// Whether boxes are drawn in ASCII.
    pub ascii: bool,
}

/// Whose turn it is after a message.
enum Turn {
    Goes,
    Leaves,
}

/// Shows the demo until one leaves it. The server is stopped then, and a fresh folder removed.
///
/// # Errors
/// If there is no server beside this program, it does not start, or there is no terminal.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let server = Server::start(args.data.clone(), args.language).await?;
    let shown = show(&args, &server).await;
    let stopped = server.stop().await;
    shown.and(stopped)
}

async fn show(args: &DemoArgs, server: &Server) -> anyhow::Result<()> {
    let mut screen = Screen::take()?;
    let mut input = Input::new()?;
    let mut sides = [start(args, server, "minji")?, start(args, server, "junho")?];
    let bot = tokio::spawn(bot::run(
        LiveConfig {
            url: server.url().to_owned(),
            language: args.language,
            session: server.session(bot::NAME),
        },
        login(bot::NAME)?,
    ));
    let mut split = Split::default();
    let shown = drive(&mut screen, &mut input, &mut sides, &mut split).await;
    bot.abort();
    shown
}

async fn drive(
    screen: &mut Screen,
    input: &mut Input,
    sides: &mut [Pane; 2],
    split: &mut Split,
) -> anyhow::Result<()> {
    loop {
        let [student, teacher] = &mut *sides;
        screen.draw(|frame| split.draw(frame, &mut student.app, &mut teacher.app))?;
        let tick = student.next_tick().min(teacher.next_tick());
        let (side, message) = tokio::select! {
            event = input.next() => match event {
                None => return Ok(()),
                Some(event) if switches(&event) => {
                    split.switch();
                    continue;
                }
                Some(event) => (None, message_of(event)),
            },
            message = student.update() => (Some(0), message),
            message = teacher.update() => (Some(1), message),
            () = tokio::time::sleep(tick) => (None, Some(Message::Tick)),
        };
        let Some(message) = message else {
            anyhow::ensure!(side.is_none(), "a connection's task ended; please start the demo again");
            continue;
        };
        if let Turn::Leaves = tell(screen, sides, split.focus(), side, message)? {
            return Ok(());
        }
    }
}

/// Keys go to the side with the focus; what has no side concerns both.
fn tell(
    screen: &mut Screen,
    sides: &mut [Pane; 2],
    focus: usize,
    side: Option<usize>,
    message: Message,
) -> anyhow::Result<Turn> {
    let asks = match (side, &message) {
        (Some(side), _) => vec![sides[side].tell(message)],
        (None, Message::Key(_) | Message::Paste(_)) => vec![sides[focus].tell(message)],
        (None, _) => sides.iter_mut().map(|side| side.tell(message.clone())).collect(),
    };
    if asks.iter().any(|asks| asks.bell) {
        screen.bell()?;
    }
    Ok(if asks.iter().any(|asks| asks.leave) { Turn::Leaves } else { Turn::Goes })
}

/// F6 or Ctrl+W, with the Hangul input method on too.
fn switches(event: &Event) -> bool {
    match event {
        Event::Key(KeyEvent { code: KeyCode::F(6), .. }) => true,
        Event::Key(KeyEvent { code: KeyCode::Char(c), modifiers, .. }) => {
            modifiers.contains(KeyModifiers::CONTROL) && latin(*c) == 'w'
        }
        _ => false,
    }
}

fn start(args: &DemoArgs, server: &Server, name: &str) -> anyhow::Result<Pane> {
    Ok(Pane::start(AppConfig {
        url: server.url().to_owned(),
        session: server.session(name),
        language: args.language,
        zone: args.zone.clone(),
        account_zone: false,
        ascii: args.ascii,
        login: Some(login(name)?),
    }))
}

/// The login of a demo account, as the server makes it.
fn login(name: &str) -> Result<Login, ErrorCode> {
    Ok(Login { name: AccountName::new(name)?, password: Secret(format!("demo-{name}")) })
}

/// A session file for a demo account in this folder.
fn session_in(folder: &std::path::Path, name: &str) -> SessionStore {
    SessionStore::new(folder.join(format!("demo-{name}.session.json")))
}
