//! The teacher's screens: the board, own visits, class status.

pub mod board;
pub mod confirm;
pub mod visits;
pub mod withdraw;

use matching_protocol::{Command, ErrorCode, MatchId, VisitStatus};
use ratatui::layout::Rect;

use super::classes::{Classes, move_picker};
use super::receipt::{Answered, Question, Receipt};
use super::tab_after;
use crate::app::World;
use crate::i18n::{self, Notice, T};
use crate::keymap::{Action, Place};
use crate::widgets::Canvas;

/// The screens' names.
pub const TABS: &[T] = &[T::TabBoard, T::TabVisits, T::TabClasses];

const BOARD: usize = 0;
const VISITS: usize = 1;

/// The teacher's screens.
pub struct Teacher {
    /// Which one is shown.
    pub tab: usize,
    board: board::Board,
    confirm: confirm::ConfirmForm,
    visits: visits::Visits,
    withdraw: withdraw::WithdrawForm,
    classes: Classes,
    receipt: Option<Receipt>,
}

impl Teacher {
    /// The board first; the confirm starts with the account's own name.
    pub fn new(world: &World) -> Teacher {
        let name = world.model.me.as_ref().map(|me| me.display_name.to_string()).unwrap_or_default();
        Teacher {
            tab: BOARD,
            board: board::Board::default(),
            confirm: confirm::ConfirmForm::new(&name),
            visits: visits::Visits::default(),
            withdraw: withdraw::WithdrawForm::default(),
            classes: Classes::default(),
            receipt: None,
        }
    }

    /// Where a key is pressed now.
    pub fn place(&self) -> Place {
        match self.tab {
            _ if self.receipt.is_some() => Place::Receipt,
            _ if self.confirm.is_open() => Place::ConfirmForm,
            _ if self.withdraw.is_open() => Place::WithdrawForm,
            BOARD => Place::Board,
            VISITS => Place::Visits,
            _ => Place::Classes,
        }
    }

    /// Does what a key asks for. What was announced is taken in first.
    pub fn act(&mut self, action: Action, world: &mut World) {
        let gone = self.board.take_in(world);
        if let Some(receipt) = &mut self.receipt {
            if receipt.act(action, world) == Answered::Closed {
                self.receipt = None;
            }
            return;
        }
        if self.confirm.is_open() {
            self.confirm.act(action, world);
            return;
        }
        if self.withdraw.is_open() {
            self.withdraw.act(action, world);
            return;
        }
        if let Some(tab) = tab_after(action, self.tab, TABS.len()) {
            self.tab = tab;
            return;
        }
        match (action, self.tab) {
            // The key was meant for a row that is gone; the next one must not get it.
            (Action::Confirm, BOARD) if gone.is_some() => {}
            (Action::Confirm, BOARD) => self.open_confirm(world),
            (Action::Finish, VISITS) => self.finish(world),
            (Action::Withdraw, VISITS) => self.open_withdraw(world),
            (action, BOARD) => self.board.go(action),
            (action, VISITS) => move_picker(&mut self.visits.picker, &world.model.visits.ids(), action),
            (action, _) => self.classes.act(action, world),
        }
    }

    fn open_confirm(&mut self, world: &mut World) {
        match self.board.selected().and_then(|id| world.model.board.get(id)).cloned() {
            None => world.say(Notice::NothingSelected),
            Some(_) if !world.is_ready() => world.say(Notice::OfflineNothingSent),
            Some(row) => self.confirm.open(row),
        }
    }

    /// The selected visit, if it is still to come about.
    fn open_visit(&self, world: &mut World) -> Option<MatchId> {
        let selected = self.visits.picker.selected(&world.model.visits.ids());
        let Some(row) = selected.and_then(|id| world.model.visits.get(id)) else {
            world.say(Notice::NothingSelected);
            return None;
        };
        let refusal = match row.status {
            VisitStatus::Assigned if world.is_ready() => return Some(row.match_id),
            VisitStatus::Assigned => Notice::OfflineNothingSent,
            VisitStatus::Finished => Notice::Refused(ErrorCode::AlreadyFinished),
            VisitStatus::Canceled => Notice::Refused(ErrorCode::MatchCanceled),
        };
        world.say(refusal);
        None
    }

    fn finish(&mut self, world: &mut World) {
        self.receipt = self.open_visit(world).map(|id| Receipt::new(Question::Finish, id));
    }

    fn open_withdraw(&mut self, world: &mut World) {
        if let Some(id) = self.open_visit(world) {
            self.withdraw.open(id);
        }
    }

    /// A key was pressed that does nothing else.
    pub fn take_in(&mut self, world: &World) {
        self.board.take_in(world);
    }

    /// Text was pasted into a field.
    pub fn paste(&mut self, text: &str) {
        if self.confirm.is_open() {
            self.confirm.paste(text);
        } else if self.withdraw.is_open() {
            self.withdraw.paste(text);
        }
    }

    /// Selections follow their rows.
    pub fn refresh(&mut self, world: &mut World) {
        self.board.refresh(world);
        self.visits.picker.settle(&world.model.visits.ids());
        self.classes.refresh(world);
    }

    /// A command was carried out.
    pub fn done(&mut self, command: &Command, world: &mut World) {
        match command {
            Command::ConfirmVisit(confirm) => {
                self.confirm.sent();
                world.model.confirmed(confirm.match_id);
                self.board.take_in(world);
            }
            Command::WithdrawVisit(_) => self.withdraw.sent(),
            Command::RequestMatch(_)
            | Command::PayMatch(_)
            | Command::CancelMatch(_)
            | Command::FinishClass(_) => {}
        }
    }

    /// A command was refused: its form is kept, and says why.
    pub fn refused(&mut self, command: &Command, why: Notice) {
        match command {
            Command::ConfirmVisit(_) => self.confirm.refused(why),
            Command::WithdrawVisit(_) => self.withdraw.refused(why),
            Command::RequestMatch(_)
            | Command::PayMatch(_)
            | Command::CancelMatch(_)
            | Command::FinishClass(_) => {}
        }
    }

    /// What one does next.
    pub fn next_step(&self, world: &World) -> String {
        let language = world.language();
        let step = match (self.place(), self.tab) {
            (Place::Receipt, _) => T::StepReceipt,
            (Place::ConfirmForm, _) => self.confirm.next_step(),
            (Place::WithdrawForm, _) => T::StepWithdraw,
            (_, BOARD) if world.model.board.rows().is_empty() => T::StepEmptyBoard,
            (_, BOARD) => T::StepBoard,
            (_, VISITS) => {
                let selected = self.visits.picker.selected(&world.model.visits.ids());
                return match selected.and_then(|id| world.model.visits.get(id)) {
                    Some(row) => i18n::teacher_step(language, row, world.now),
                    None => T::StepNoVisits.say(language).to_owned(),
                };
            }
            (_, _) => T::StepTeacherClasses,
        };
        step.say(language).to_owned()
    }

    /// Draws the shown screen.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        match self.tab {
            BOARD => self.board.draw(canvas, area, world),
            VISITS => self.visits.draw(canvas, area, world),
            _ => self.classes.draw(canvas, area, world, T::EmptyTeacherClasses),
        }
    }

    /// Draws the form or the question, if there is one.
    pub fn draw_over(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        if let Some(receipt) = &self.receipt {
            receipt.draw(canvas, area, world);
        } else if self.confirm.is_open() {
            self.confirm.draw(canvas, area, world);
        } else if self.withdraw.is_open() {
            self.withdraw.draw(canvas, area, world);
        }
    }
}
