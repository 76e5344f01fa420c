//! What is shown: one screen a role, and the frame that is around all of them.

pub mod admin;
pub mod classes;
pub mod gate;
pub mod help;
pub mod login;
pub mod receipt;
pub mod register;
pub mod shell;
pub mod student;
pub mod teacher;

use matching_protocol::{Command, Done, ErrorReply, Role};
use ratatui::layout::Rect;

pub use shell::draw;

use crate::app::World;
use crate::i18n::{Notice, T};
use crate::keymap::{Action, Place};
use crate::widgets::Canvas;

/// The screen of whoever is signed in, or the one where one signs in.
pub enum Screen {
    /// Login and registration.
    Gate(Box<gate::Gate>),
    /// A student's.
    Student(Box<student::Student>),
    /// A teacher's.
    Teacher(Box<teacher::Teacher>),
    /// An admin's, which only shows.
    Admin(Box<admin::Admin>),
}

impl Screen {
    /// Where one signs in.
    pub fn gate() -> Screen {
        Screen::Gate(Box::default())
    }

    /// A role's first screen.
    pub fn of(role: Role, world: &World) -> Screen {
        match role {
            Role::Student => Screen::Student(Box::default()),
            Role::Teacher => Screen::Teacher(Box::new(teacher::Teacher::new(world))),
            Role::Admin => Screen::Admin(Box::default()),
        }
    }

    /// Where a key is pressed now.
    pub fn place(&self) -> Place {
        match self {
            Screen::Gate(screen) => screen.place(),
            Screen::Student(screen) => screen.place(),
            Screen::Teacher(screen) => screen.place(),
            Screen::Admin(_) => Place::Overview,
        }
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) {
        match self {
            Screen::Gate(screen) => screen.act(action, world),
            Screen::Student(screen) => screen.act(action, world),
            Screen::Teacher(screen) => screen.act(action, world),
            Screen::Admin(screen) => screen.act(action, world),
        }
    }

    /// A key was pressed that does nothing: what was announced is taken in all the same.
    pub fn take_in(&mut self, world: &World) {
        match self {
            Screen::Teacher(screen) => screen.take_in(world),
            Screen::Admin(screen) => screen.take_in(world),
            Screen::Gate(_) | Screen::Student(_) => {}
        }
    }

    /// Text was pasted into a field.
    pub fn paste(&mut self, text: &str) {
        match self {
            Screen::Gate(screen) => screen.paste(text),
            Screen::Student(screen) => screen.paste(text),
            Screen::Teacher(screen) => screen.paste(text),
            Screen::Admin(_) => {}
        }
    }

    /// The model changed, perhaps: selections follow their rows, and what is missing is asked for.
    pub fn refresh(&mut self, world: &mut World) {
        match self {
            Screen::Gate(_) => {}
            Screen::Student(screen) => screen.refresh(world),
            Screen::Teacher(screen) => screen.refresh(world),
            Screen::Admin(screen) => screen.refresh(world),
        }
    }

    /// A command was carried out.
    pub fn done(&mut self, command: &Command, done: Done, world: &mut World) {
        match self {
            Screen::Student(screen) => screen.done(command, done),
            Screen::Teacher(screen) => screen.done(command, world),
            Screen::Gate(_) | Screen::Admin(_) => {}
        }
    }

    /// A command was refused: its form is kept, and says why.
    pub fn refused(&mut self, command: &Command, why: Notice) {
        match self {
            Screen::Student(screen) => screen.refused(command, why),
            Screen::Teacher(screen) => screen.refused(command, why),
            Screen::Gate(_) | Screen::Admin(_) => {}
        }
    }

    /// A login or a registration was refused.
    pub fn gate_refused(&mut self, error: &ErrorReply, world: &mut World) {
        if let Screen::Gate(screen) = self {
            screen.refused(error, world);
        }
    }

    /// A login or a registration got no answer.
    pub fn gate_lost(&mut self, world: &mut World) {
        if let Screen::Gate(screen) = self {
            screen.lost(world);
        }
    }

    /// The names of the screens that one can switch between, and which one is shown.
    pub fn tabs(&self) -> (&'static [T], usize) {
        match self {
            Screen::Gate(_) => (&[], 0),
            Screen::Student(screen) => (student::TABS, screen.tab),
            Screen::Teacher(screen) => (teacher::TABS, screen.tab),
            Screen::Admin(screen) => (admin::TABS, screen.tab),
        }
    }

    /// What one does next.
    pub fn next_step(&self, world: &World) -> String {
        match self {
            Screen::Gate(screen) => screen.next_step(world),
            Screen::Student(screen) => screen.next_step(world),
            Screen::Teacher(screen) => screen.next_step(world),
            Screen::Admin(_) => T::StepAdmin.say(world.language()).to_owned(),
        }
    }

    /// Draws what is between the header and the footer.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        match self {
            Screen::Gate(screen) => screen.draw(canvas, area, world),
            Screen::Student(screen) => screen.draw(canvas, area, world),
            Screen::Teacher(screen) => screen.draw(canvas, area, world),
            Screen::Admin(screen) => screen.draw(canvas, area, world),
        }
    }

    /// Draws what lies over it.
    pub fn draw_over(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        match self {
            Screen::Student(screen) => screen.draw_over(canvas, area, world),
            Screen::Teacher(screen) => screen.draw_over(canvas, area, world),
            Screen::Gate(_) | Screen::Admin(_) => {}
        }
    }
}

/// The tab that an action goes to, if it is one that switches tabs.
pub(crate) fn tab_after(action: Action, tab: usize, tabs: usize) -> Option<usize> {
    match action {
        Action::NextTab => Some((tab + 1) % tabs),
        Action::PreviousTab => Some((tab + tabs - 1) % tabs),
        Action::Tab(to) if to < tabs => Some(to),
        _ => None,
    }
}
