//! The student's screens: the request and its status, my page, class status.

pub mod home;
pub mod my_page;

use matching_protocol::{Command, Done, ErrorCode, MatchId, MatchView, Status};
use ratatui::layout::Rect;

use super::classes::{Classes, move_picker};
use super::receipt::{Answered, Question, Receipt};
use super::tab_after;
use crate::app::{IntentState, World};
use crate::i18n::{self, Notice, T};
use crate::keymap::{Action, Place};
use crate::widgets::Canvas;

/// The screens' names.
pub const TABS: &[T] = &[T::TabHome, T::TabMyPage, T::TabClasses];

const HOME: usize = 0;
const MY_PAGE: usize = 1;

/// The student's screens.
#[derive(Default)]
pub struct Student {
    /// Which one is shown.
    pub tab: usize,
    home: home::Home,
    my_page: my_page::MyPage,
    classes: Classes,
    receipt: Option<Receipt>,
}

impl Student {
    /// Where a key is pressed now.
    pub fn place(&self) -> Place {
        match (self.receipt.is_some(), self.tab) {
            (true, _) => Place::Receipt,
            (false, HOME) if self.home.writing => Place::RequestForm,
            (false, HOME) => Place::Home,
            (false, MY_PAGE) => Place::MyPage,
            (false, _) => Place::Classes,
        }
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) {
        if let Some(receipt) = &mut self.receipt {
            if receipt.act(action, world) == Answered::Closed {
                self.receipt = None;
            }
            return;
        }
        if self.place() == Place::RequestForm {
            self.home.write(action, world);
            return;
        }
        if let Some(tab) = tab_after(action, self.tab, TABS.len()) {
            self.tab = tab;
            return;
        }
        match action {
            Action::New => {
                self.tab = HOME;
                self.home.writing = true;
            }
            Action::Pay => self.ask(Question::Pay, world),
            Action::Cancel => self.ask(Question::Cancel, world),
            Action::Enter if self.tab == HOME => self.open_timeline(world),
            Action::Enter if self.tab == MY_PAGE => self.my_page.whole = !self.my_page.whole,
            Action::Back if self.tab == MY_PAGE => self.my_page.whole = false,
            action => self.go(action, world),
        }
    }

    fn go(&mut self, action: Action, world: &World) {
        match self.tab {
            HOME => move_picker(&mut self.home.picker, &world.model.matches.ids(), action),
            MY_PAGE => self.my_page.go(action, world),
            _ => self.classes.act(action, world),
        }
    }

    fn selected(&self, world: &World) -> Option<MatchId> {
        match self.tab {
            HOME => self.home.picker.selected(&world.model.matches.ids()),
            MY_PAGE => self.my_page.selected(world),
            _ => None,
        }
    }

    fn open_timeline(&mut self, world: &World) {
        if let Some(id) = self.selected(world) {
            self.my_page.select(id, world);
            self.tab = MY_PAGE;
        }
    }

    /// Opens the receipt, unless the request's state says already that nothing would come of it.
    fn ask(&mut self, question: Question, world: &mut World) {
        let Some(row) = self.selected(world).and_then(|id| known(world, id)) else {
            world.say(Notice::NothingSelected);
            return;
        };
        let refusal = match question {
            Question::Pay => pay_refusal(row.status),
            Question::Cancel | Question::Finish => cancel_refusal(row.status),
        };
        let id = row.match_id;
        if let Some(code) = refusal {
            world.say(Notice::Refused(code));
        } else if !world.is_ready() {
            world.say(Notice::OfflineNothingSent);
        } else if question == Question::Pay && world.intent_on(id).is_some() {
            world.say(Notice::StillUnderWay);
        } else {
            self.receipt = Some(Receipt::new(question, id));
        }
    }

    /// Text was pasted into a field.
    pub fn paste(&mut self, text: &str) {
        self.home.paste(text);
    }

    /// Selections follow their rows; what is looked at is asked for.
    pub fn refresh(&mut self, world: &mut World) {
        self.home.refresh(world);
        self.my_page.refresh(world, self.tab == MY_PAGE);
        self.classes.refresh(world);
    }

    /// A command was carried out.
    pub fn done(&mut self, command: &Command, done: Done) {
        if matches!(command, Command::RequestMatch(_)) {
            self.home.sent(done.match_id);
        }
    }

    /// A command was refused.
    pub fn refused(&mut self, command: &Command, why: Notice) {
        if matches!(command, Command::RequestMatch(_)) {
            self.home.refused(why);
        }
    }

    /// What one does next.
    pub fn next_step(&self, world: &World) -> String {
        let language = world.language();
        if self.receipt.is_some() {
            return T::StepReceipt.say(language).to_owned();
        }
        if self.place() == Place::RequestForm {
            return self.home.next_step(world);
        }
        if let Some(row) = self.selected(world).and_then(|id| known(world, id)) {
            return step_for(world, row);
        }
        let step = if world.model.matches.rows().is_empty() { T::StepFirstRequest } else { T::StepClasses };
        step.say(language).to_owned()
    }

    /// Draws the shown screen.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        match self.tab {
            HOME => self.home.draw(canvas, area, world),
            MY_PAGE => self.my_page.draw(canvas, area, world),
            _ => self.classes.draw(canvas, area, world, T::EmptyStudentClasses),
        }
    }

    /// Draws the question, if there is one.
    pub fn draw_over(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        if let Some(receipt) = &self.receipt {
            receipt.draw(canvas, area, world);
        }
    }
}

fn known(world: &World, id: MatchId) -> Option<&MatchView> {
    let matches = world.model.matches.get(id);
    matches.or_else(|| world.model.my_page.get(id).map(|row| &row.summary))
}

fn step_for(world: &World, row: &MatchView) -> String {
    let language = world.language();
    match world.intent_on(row.match_id).map(|intent| intent.state) {
        Some(IntentState::Unknown { .. }) => T::StepChecking.say(language).to_owned(),
        Some(IntentState::Sent) => T::StepSending.say(language).to_owned(),
        None => i18n::student_step(language, row, &world.settings.zone, world.now),
    }
}

/// Why paying is of no use in this state.
fn pay_refusal(status: Status) -> Option<ErrorCode> {
    match status {
        Status::MatchRequested | Status::PaymentDeclined => None,
        Status::PaymentRequested => Some(ErrorCode::PaymentInProgress),
        Status::PaymentApproved | Status::VisitAssigned | Status::VisitWithdrawn | Status::ClassFinished => {
            Some(ErrorCode::AlreadyPaid)
        }
        Status::MatchExpired => Some(ErrorCode::MatchExpired),
        Status::MatchCanceled | Status::VisitCanceled | Status::PaymentCanceled => {
            Some(ErrorCode::MatchCanceled)
        }
    }
}

/// Why canceling is of no use in this state.
fn cancel_refusal(status: Status) -> Option<ErrorCode> {
    match status {
        Status::MatchRequested
        | Status::PaymentRequested
        | Status::PaymentApproved
        | Status::PaymentDeclined
        | Status::VisitAssigned
        | Status::VisitWithdrawn => None,
        Status::ClassFinished => Some(ErrorCode::ClassFinished),
        Status::MatchExpired => Some(ErrorCode::MatchExpired),
        Status::MatchCanceled | Status::VisitCanceled | Status::PaymentCanceled => {
            Some(ErrorCode::AlreadyCanceled)
        }
    }
}
