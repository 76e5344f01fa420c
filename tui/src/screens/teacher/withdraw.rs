//! The form that gives a visit back, with the reason that the student will read.

use matching_protocol::{Command, MatchId, Reason, WithdrawVisit};
use ratatui::layout::Rect;

use crate::app::World;
use crate::i18n::{self, Notice, T};
use crate::keymap::Action;
use crate::widgets::popup::popup;
use crate::widgets::{Canvas, Form};

/// Why a visit is given back. What was typed is kept until it is sent.
pub struct WithdrawForm {
    open: Option<MatchId>,
    form: Form<1>,
    sending: bool,
    error: Option<Notice>,
}

impl Default for WithdrawForm {
    fn default() -> Self {
        WithdrawForm { open: None, form: Form::new(Default::default()), sending: false, error: None }
    }
}

impl WithdrawForm {
    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Shows it for a visit.
    pub fn open(&mut self, id: MatchId) {
        self.open = Some(id);
        self.error = None;
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) {
        match action {
            Action::Back => self.open = None,
            Action::Enter | Action::Submit => self.send(world),
            Action::Edit(request) => {
                self.error = None;
                self.form.edit(request);
            }
            _ => {}
        }
    }

    /// Text was pasted into the form.
    pub fn paste(&mut self, text: &str) {
        self.error = None;
        self.form.paste(text);
    }

    fn send(&mut self, world: &mut World) {
        let Some(match_id) = self.open else { return };
        if self.sending {
            self.error = Some(Notice::StillUnderWay);
            return;
        }
        let sent = match Reason::new(self.form.field(0).value()) {
            Ok(reason) => world.command(Command::WithdrawVisit(WithdrawVisit { match_id, reason })),
            Err(code) => Err(Notice::Refused(code)),
        };
        match sent {
            Ok(()) => {
                self.sending = true;
                world.say(Notice::Sending);
            }
            Err(why) => self.error = Some(why),
        }
    }

    /// The visit is given back.
    pub fn sent(&mut self) {
        *self = WithdrawForm::default();
    }

    /// It was refused: the form is kept, and says why.
    pub fn refused(&mut self, why: Notice) {
        self.sending = false;
        self.error = Some(why);
    }

    /// Draws what is given back, what follows, and the reason.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let Some(id) = self.open else { return };
        let language = canvas.language;
        let inner = popup(canvas, area, 64, 11, &i18n::withdraw_title(language, id));
        let mut at = 0;
        if let Some(row) = world.model.visits.get(id) {
            let text = i18n::what_was_taught(language, row, canvas.zone, canvas.now);
            at += canvas.put_wrapped(inner, 0, &text, canvas.theme.title);
        }
        at += canvas.put_wrapped(inner, at, canvas.say(T::WithdrawMeaning), canvas.theme.label);
        let at = at.min(inner.height.saturating_sub(3)) + 1;
        let field = Rect { y: inner.y + at, height: 1.min(inner.height.saturating_sub(at)), ..inner };
        self.form.draw(canvas, field, [canvas.say(T::FieldReason)], true);
        if let Some(error) = &self.error {
            let text = error.say(language, canvas.zone, canvas.now);
            canvas.put_wrapped(inner, at + 1, &text, error.style(canvas.theme));
        }
    }
}
