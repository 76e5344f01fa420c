//! What one can do next, by what has happened already: request, pay, switch, confirm, finish.

use std::collections::BTreeSet;

use matching_protocol::{MatchId, MatchView, Status};

use crate::app::App;
use crate::i18n::Hint;
use crate::keymap::Place;

/// Which side has the focus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The student.
    Student,
    /// The teacher.
    Teacher,
}

/// Leads through the demo. What was there at the start is not counted.
#[derive(Default)]
pub struct Hints {
    at_start: Option<BTreeSet<MatchId>>,
}

impl Hints {
    /// What to do next.
    pub fn next(&mut self, student: &App, teacher: &App, focus: Focus) -> Hint {
        let matches = &student.world().model.matches;
        let loaded = matches.load.seq.is_some() && teacher.world().model.board.load.seq.is_some();
        if !loaded {
            return Hint::Starting;
        }
        let at_start = self.at_start.get_or_insert_with(|| matches.ids().into_iter().collect());
        let newest = matches.rows().iter().find(|row| !at_start.contains(&row.match_id));
        match (newest, focus) {
            (None, Focus::Student) if student.place() == Place::RequestForm => Hint::WriteRequest,
            (None, Focus::Student) if student.place() == Place::Home => Hint::NewRequest,
            (None, Focus::Student) => Hint::GoHome,
            (None, Focus::Teacher) => Hint::ToStudent,
            (Some(row), focus) => for_request(row, teacher, focus),
        }
    }
}

fn for_request(row: &MatchView, teacher: &App, focus: Focus) -> Hint {
    let id = row.match_id;
    match (row.status, focus) {
        (Status::MatchRequested | Status::PaymentDeclined, Focus::Student) => Hint::Pay(id),
        (Status::MatchRequested | Status::PaymentDeclined, Focus::Teacher) => Hint::ToStudent,
        (Status::PaymentRequested, _) => Hint::Wait,
        (Status::PaymentApproved | Status::VisitWithdrawn, Focus::Student) => Hint::ToTeacher(id),
        (Status::PaymentApproved | Status::VisitWithdrawn, Focus::Teacher) => {
            if teacher.place() == Place::ConfirmForm { Hint::WriteTime } else { Hint::Confirm(id) }
        }
        (Status::VisitAssigned, Focus::Student) => Hint::ToTeacherToFinish(id),
        (Status::VisitAssigned, Focus::Teacher) => Hint::Finish(id),
        (Status::ClassFinished, _) => Hint::Finished,
        (
            Status::MatchCanceled | Status::MatchExpired | Status::VisitCanceled | Status::PaymentCanceled,
            _,
        ) => Hint::CalledOff,
    }
}
