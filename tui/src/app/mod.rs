//! A pane of the app: messages go in, effects come out, and it can be drawn. It does no I/O of its own.

mod replies;
mod run;
mod state;
mod world;

use crossterm::event::KeyEvent;
use matching_protocol::{Language, Time};
use ratatui::Frame;
use ratatui::layout::Rect;

pub use run::{AppConfig, Asks, Pane, message_of, now, run};
pub use state::{Intent, IntentState, Link, Said, Settings};
pub use world::World;

use crate::keymap::{self, Action, Place};
use crate::message::{Effect, Message};
use crate::screens::{self, Screen};

/// A notice is not overwritten by the next key before it stood so long.
const READ_TIME_MS: i64 = 3_000;

/// One pane: who is signed in, which screen, what is typed.
pub struct App {
    world: World,
    screen: Screen,
    help: Option<u16>,
}

impl App {
    /// A pane that shows the login until the connection tells more.
    pub fn new(settings: Settings, now: Time) -> App {
        App { world: World::new(settings, now), screen: Screen::gate(), help: None }
    }

    /// What all screens share.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The screen that is shown.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// How many changes were pushed so far.
    pub fn changes(&self) -> u64 {
        self.world.changes
    }

    /// What was said last at the foot of the screen.
    pub fn headline(&self) -> Option<String> {
        let world = &self.world;
        let said = world.said.as_ref()?;
        Some(said.notice.say(world.language(), &world.settings.zone, world.now))
    }

    /// Where a key is pressed now.
    pub fn place(&self) -> Place {
        if self.help.is_some() { Place::Help } else { self.screen.place() }
    }

    /// Takes a message in; what comes out is to be done outside.
    pub fn update(&mut self, now: Time, message: Message) -> Vec<Effect> {
        self.world.now = now;
        match message {
            Message::Key(key) => self.on_key(key),
            Message::Paste(text) => {
                if self.help.is_none() && self.place().takes_text() {
                    self.screen.paste(&text);
                }
            }
            Message::Resized => {}
            Message::Focused(focused) => self.world.focused = focused,
            Message::Tick => self.world.tick(),
            Message::Link(update) => self.on_update(update),
            Message::NotSent(id) => self.on_not_sent(id),
        }
        self.screen.refresh(&mut self.world);
        self.world.take_effects()
    }

    fn on_key(&mut self, key: KeyEvent) {
        let Some(action) = keymap::action(self.place(), key) else {
            self.screen.take_in(&self.world);
            return;
        };
        let old = |said: &Said| self.world.now.as_millis() - said.at.as_millis() > READ_TIME_MS;
        if self.world.said.as_ref().is_some_and(old) {
            self.world.said = None;
        }
        match (action, self.help) {
            (Action::Leave, _) => self.world.effect(Effect::Leave),
            (Action::Language, _) => self.switch_language(),
            (Action::Help, _) => self.help = Some(0),
            (Action::Next, Some(row)) => self.help = Some(row.saturating_add(1)),
            (Action::Previous, Some(row)) => self.help = Some(row.saturating_sub(1)),
            (_, Some(_)) => self.help = None,
            (Action::SignOut, None) => self.world.effect(Effect::SignOut),
            (action, None) => self.screen.act(action, &mut self.world),
        }
    }

    fn switch_language(&mut self) {
        let language = match self.world.language() {
            Language::En => Language::Ko,
            Language::Ko => Language::En,
        };
        self.world.settings.language = language;
        self.world.effect(Effect::Language(language));
    }

    /// Draws the pane into an area; the one with the focus sets the terminal's cursor.
    pub fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, focused: bool) {
        let place = self.place();
        let cursor = screens::draw(&mut self.screen, &self.world, place, self.help, frame.buffer_mut(), area);
        if let Some(cursor) = cursor.filter(|_| focused) {
            frame.set_cursor_position(cursor);
        }
    }
}
