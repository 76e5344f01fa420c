//! A question before something is done: what, how much, and what follows. The safe answer is chosen.

use matching_protocol::{CancelMatch, Command, FinishClass, MatchId, MatchView, PayMatch, VisitRow};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::World;
use crate::i18n::{self, Notice, T};
use crate::keymap::Action;
use crate::widgets::Canvas;
use crate::widgets::cells;
use crate::widgets::popup::popup;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// Pay?
    Pay,
    /// Cancel?
    Cancel,
    /// Is the class finished?
    Finish,
}

/// A question before something is done.
#[derive(Clone, PartialEq, Debug)]
pub struct Receipt {
    question: Question,
    id: MatchId,
    yes: bool,
    error: Option<Notice>,
}

/// What becomes of the question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answered {
    /// It is still asked.
    Open,
    /// It was answered.
    Closed,
}

impl Receipt {
    /// Asks, with the safe answer chosen.
    pub fn new(question: Question, id: MatchId) -> Receipt {
        Receipt { question, id, yes: false, error: None }
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) -> Answered {
        match action {
            Action::Other => {
                self.yes = !self.yes;
                Answered::Open
            }
            Action::No | Action::Back => Answered::Closed,
            Action::Enter if !self.yes => Answered::Closed,
            Action::Yes | Action::Enter => self.carry_out(world),
            _ => Answered::Open,
        }
    }

    fn carry_out(&mut self, world: &mut World) -> Answered {
        let match_id = self.id;
        let (command, notice) = match self.question {
            Question::Pay => (Command::PayMatch(PayMatch { match_id }), Notice::Sending),
            Question::Cancel => (Command::CancelMatch(CancelMatch { match_id }), Notice::Sending),
            Question::Finish => (Command::FinishClass(FinishClass { match_id }), Notice::Sending),
        };
        match world.command(command) {
            Ok(()) => {
                world.say(notice);
                Answered::Closed
            }
            Err(why) => {
                self.error = Some(why);
                Answered::Open
            }
        }
    }

    /// Draws the question over the screen.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let language = canvas.language;
        let (title, mut lines, yes) = match self.question {
            Question::Pay | Question::Cancel => {
                let row = world.model.matches.get(self.id);
                let row = row.or_else(|| world.model.my_page.get(self.id).map(|row| &row.summary));
                let Some(row) = row else { return };
                self.student_lines(canvas, row)
            }
            Question::Finish => {
                let Some(row) = world.model.visits.get(self.id) else { return };
                self.finish_lines(canvas, row, world)
            }
        };
        if let Some(error) = &self.error {
            lines.push(error.say(language, canvas.zone, world.now));
        }
        let width = 62.min(area.width);
        let room = usize::from(width.saturating_sub(6));
        let rows: Vec<String> = lines.iter().flat_map(|line| cells::wrap(line, room)).collect();
        let height = u16::try_from(rows.len() + 5).unwrap_or(u16::MAX).min(area.height);
        let inner = popup(canvas, area, width, height, &title);
        let room = inner.height.saturating_sub(3);
        for (at, text) in rows.iter().take(room.into()).enumerate() {
            canvas.put(inner, u16::try_from(at).unwrap_or(u16::MAX), Line::raw(text.as_str()));
        }
        let line = self.answers(canvas, &yes);
        canvas.put(inner, inner.height.saturating_sub(2), line);
    }

    fn student_lines(&self, canvas: &Canvas<'_>, row: &MatchView) -> (String, Vec<String>, String) {
        let language = canvas.language;
        let mut lines = vec![i18n::what_is_asked(language, row)];
        if self.question == Question::Pay {
            lines.push(canvas.say(T::ReceiptPayMeaning).to_owned());
            return (i18n::pay_title(language, row), lines, i18n::pay_answer(language, row));
        }
        lines.push(i18n::what_comes_back(language, row));
        if let Some(visit) = &row.visit {
            lines.push(i18n::visit_called_off(language, visit, canvas.zone, canvas.now));
        }
        lines.push(canvas.say(T::ReceiptCancelMeaning).to_owned());
        (i18n::cancel_title(language, row.match_id), lines, canvas.say(T::ReceiptCancelYes).to_owned())
    }

    fn finish_lines(
        &self,
        canvas: &Canvas<'_>,
        row: &VisitRow,
        world: &World,
    ) -> (String, Vec<String>, String) {
        let language = canvas.language;
        let mut lines = vec![i18n::what_was_taught(language, row, canvas.zone, canvas.now)];
        lines.push(i18n::what_is_earned(language, row.price));
        let early_is_fine = world.hello.as_ref().is_some_and(|hello| hello.finish_early);
        if row.visit_at > world.now && !early_is_fine {
            lines.push(canvas.say(T::ReceiptTooEarly).to_owned());
        }
        (i18n::finish_title(language, row.match_id), lines, canvas.say(T::ReceiptFinishYes).to_owned())
    }

    fn answers(&self, canvas: &Canvas<'_>, yes: &str) -> Line<'static> {
        let answer = |key: &str, text: &str, chosen: bool| {
            let (open, close) = if chosen { ("[>", "<]") } else { ("[ ", " ]") };
            let style = if chosen { canvas.theme.selected } else { canvas.theme.label };
            Span::styled(format!("{open} {key}: {text} {close}"), style)
        };
        let no = canvas.say(T::ReceiptNo);
        Line::from(vec![answer("n", no, !self.yes), Span::raw("   "), answer("y", yes, self.yes)])
    }
}
