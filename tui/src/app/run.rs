//! The one loop: terminal, connection and clock into a pane, and its effects out again.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::time::Duration;

use crossterm::event::Event;
use jiff::tz::TimeZone;
use matching_protocol::{Body, CommandId, Language, Login, SessionRequest, Time};
use tokio::sync::mpsc;

use super::{App, Settings};
use crate::clock;
use crate::connection::{Live, LiveConfig, Update};
use crate::message::{Effect, Message};
use crate::session::SessionStore;
use crate::terminal::{Input, Screen};
use crate::theme::{Theme, no_color};

/// So many updates that have come already are taken in before the next draw.
const AT_ONCE: usize = 128;

/// What the app needs to start.
pub struct AppConfig {
    /// The server.
    pub url: String,
    /// Where the login is kept.
    pub session: SessionStore,
    /// In which language it starts.
    pub language: Language,
    /// The zone that times are shown in.
    pub zone: TimeZone,
    /// Whether the account's zone takes the place of that one.
    pub account_zone: bool,
    /// Whether boxes are drawn in ASCII.
    pub ascii: bool,
    /// Signs in by itself, once: for the demo.
    pub login: Option<Login>,
}

/// A pane with its connection.
pub struct Pane {
    /// The pane.
    pub app: App,
    live: Live,
    updates: mpsc::Receiver<Update>,
    login: Option<Login>,
}

/// What a pane asks of whoever drives it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Asks {
    /// Leave the app.
    pub leave: bool,
    /// Ring the bell.
    pub bell: bool,
}

/// What time it is.
pub fn now() -> Time {
    Time::new(clock::now(TimeZone::UTC).timestamp())
}

impl Pane {
    /// Starts to connect. To be called inside a tokio runtime.
    pub fn start(config: AppConfig) -> Pane {
        let mono = no_color(std::env::var_os("NO_COLOR").as_deref());
        let dumb = std::env::var_os("TERM").as_deref() == Some(OsStr::new("linux"));
        let settings = Settings {
            language: config.language,
            zone: config.zone,
            account_zone: config.account_zone,
            theme: Theme::new(mono, config.ascii || dumb),
            url: config.url.clone(),
        };
        let (live, updates) =
            Live::start(LiveConfig { url: config.url, language: config.language, session: config.session });
        Pane { app: App::new(settings, now()), live, updates, login: config.login }
    }

    /// What the connection tells next; `None` if it is over.
    pub async fn update(&mut self) -> Option<Message> {
        self.updates.recv().await.map(Message::Link)
    }

    /// Takes a message in, then what else has come from the connection meanwhile; carries the effects out.
    pub fn tell(&mut self, message: Message) -> Asks {
        let mut asks = Asks::default();
        let mut waiting = VecDeque::from([message]);
        let mut taken = 0;
        while let Some(message) = waiting.pop_front() {
            self.log_in_by_itself(&message);
            let effects = self.app.update(now(), message);
            self.carry_out(effects, &mut waiting, &mut asks);
            if waiting.is_empty() && taken < AT_ONCE {
                taken += 1;
                waiting.extend(self.updates.try_recv().ok().map(Message::Link));
            }
        }
        asks
    }

    fn log_in_by_itself(&mut self, message: &Message) {
        match message {
            Message::Link(Update::SignedIn(_)) => self.login = None,
            Message::Link(Update::SignedOut(_)) => {
                if let Some(login) = &self.login {
                    let body = Body::Session(SessionRequest::Login(login.clone()));
                    // Not sent: the next connection says again that nobody is signed in.
                    let _ = self.live.request(CommandId::generate(), body);
                }
            }
            _ => {}
        }
    }

    fn carry_out(&self, effects: Vec<Effect>, waiting: &mut VecDeque<Message>, asks: &mut Asks) {
        for effect in effects {
            match effect {
                Effect::Request(id, body) => {
                    if self.live.request(id, body).is_err() {
                        waiting.push_back(Message::NotSent(id));
                    }
                }
                Effect::Follow(seq) => self.live.follow(seq),
                Effect::SignOut => self.live.sign_out(),
                Effect::Language(language) => self.live.set_language(language),
                Effect::Bell => asks.bell = true,
                Effect::Leave => asks.leave = true,
            }
        }
    }

    /// After how long the pane has to be told that time passed.
    pub fn next_tick(&self) -> Duration {
        self.app.world().next_tick()
    }
}

/// What an event of the terminal means for a pane; `None` for what means nothing.
pub fn message_of(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(..) => Some(Message::Resized),
        Event::FocusGained => Some(Message::Focused(true)),
        Event::FocusLost => Some(Message::Focused(false)),
        Event::Mouse(_) => None,
    }
}

/// Shows the app until one leaves it.
///
/// # Errors
/// If there is no terminal.
pub async fn run(config: AppConfig) -> anyhow::Result<()> {
    let mut screen = Screen::take()?;
    let mut input = Input::new()?;
    let mut pane = Pane::start(config);
    loop {
        screen.draw(|frame| {
            let area = frame.area();
            pane.app.draw(frame, area, true);
        })?;
        let tick = tokio::time::sleep(pane.next_tick());
        let message = tokio::select! {
            event = input.next() => match event {
                Some(event) => message_of(event),
                None => return Ok(()),
            },
            message = pane.update() => match message {
                Some(message) => Some(message),
                None => anyhow::bail!("the connection's task ended; please start the app again"),
            },
            () = tick => Some(Message::Tick),
        };
        let Some(message) = message else { continue };
        let asks = pane.tell(message);
        if asks.leave {
            return Ok(());
        }
        if asks.bell {
            screen.bell()?;
        }
    }
}
