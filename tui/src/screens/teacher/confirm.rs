//! The form that confirms a visit: with which name, and when.

use matching_protocol::{Command, ConfirmVisit, MatchId, PersonName, Time, VisitRequest};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::World;
use crate::i18n::{self, Notice, T};
use crate::keymap::Action;
use crate::parse::parse_meeting_time;
use crate::widgets::popup::popup;
use crate::widgets::{Canvas, Field, Form};

const NAME: usize = 0;
const TIME: usize = 1;

/// With which name, and when. What was typed is kept when the form is closed or the request is lost to somebody else.
pub struct ConfirmForm {
    open: Option<VisitRequest>,
    form: Form<2>,
    sending: bool,
    error: Option<Notice>,
}

impl ConfirmForm {
    /// A form that starts with this name.
    pub fn new(name: &str) -> ConfirmForm {
        ConfirmForm {
            open: None,
            form: Form::new([Field::with(name), Field::default()]),
            sending: false,
            error: None,
        }
    }

    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// For which request it is shown.
    pub fn id(&self) -> Option<MatchId> {
        self.open.as_ref().map(|row| row.match_id)
    }

    /// Shows it for a request. With the name known, the time is what is missing.
    pub fn open(&mut self, request: VisitRequest) {
        self.open = Some(request);
        self.error = None;
        self.form.focus_on(if self.form.field(NAME).filled().is_some() { TIME } else { NAME });
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) {
        match action {
            Action::Back => self.open = None,
            Action::Enter if !self.form.at_last() => self.form.next(),
            Action::Enter | Action::Submit => self.send(world),
            Action::Next => self.form.next(),
            Action::Previous => self.form.previous(),
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
        let Some(match_id) = self.id() else { return };
        if self.sending {
            self.error = Some(Notice::StillUnderWay);
            return;
        }
        let teacher_name = match PersonName::new(self.form.field(NAME).value()) {
            Ok(name) => name,
            Err(code) => {
                self.form.focus_on(NAME);
                self.error = Some(Notice::Refused(code));
                return;
            }
        };
        let visit_at = match self.time(world) {
            Ok(time) => time,
            Err(error) => {
                self.form.focus_on(TIME);
                self.error = Some(error);
                return;
            }
        };
        match world.command(Command::ConfirmVisit(ConfirmVisit { match_id, teacher_name, visit_at })) {
            Ok(()) => {
                self.sending = true;
                self.error = None;
                world.say(Notice::Sending);
            }
            Err(why) => self.error = Some(why),
        }
    }

    fn time(&self, world: &World) -> Result<Time, Notice> {
        let past_is_fine = world.hello.as_ref().is_some_and(|hello| hello.past_visits);
        let time = parse_meeting_time(self.form.field(TIME).value(), world.now_zoned())
            .map_err(Notice::MeetingTime)?;
        if time <= world.now && !past_is_fine { Err(Notice::MeetingInThePast) } else { Ok(time) }
    }

    /// The visit is confirmed: the name is kept for the next one.
    pub fn sent(&mut self) {
        self.sending = false;
        self.open = None;
        self.error = None;
        self.form.set(TIME, Field::default());
    }

    /// The confirm was refused: the form is kept, and says why.
    pub fn refused(&mut self, why: Notice) {
        self.sending = false;
        self.error = Some(why);
    }

    /// What one does next.
    pub fn next_step(&self) -> T {
        match (self.sending, &self.error) {
            (true, _) => T::StepSending,
            (false, Some(Notice::Refused(_))) => T::StepConfirmRefused,
            (false, _) => T::StepConfirm,
        }
    }

    /// Draws what is confirmed, the fields, and the time as it was understood.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let Some(row) = &self.open else { return };
        let id = row.match_id;
        let language = canvas.language;
        let inner = popup(canvas, area, 64, 12, &i18n::confirm_title(language, id));
        let at = canvas.put_wrapped(inner, 0, &i18n::request_facts(language, row), canvas.theme.title);
        let at = at.min(2) + 1;
        let fields = Rect { y: inner.y + at, height: 2.min(inner.height.saturating_sub(at)), ..inner };
        let labels = [T::FieldTeacherName, T::FieldVisitAt].map(|label| canvas.say(label));
        self.form.draw(canvas, fields, labels, true);
        let (text, style) = self.time_read(canvas, world);
        let mut at = at + 2;
        at += canvas.put_wrapped(inner, at, &text, style);
        if let Some(other) = self.time(world).ok().and_then(|time| world.model.overlap(time, id)) {
            let text = i18n::overlap(language, other, canvas.zone, canvas.now);
            at += canvas.put_wrapped(inner, at, &text, canvas.theme.warn);
        }
        let taken_by_others =
            !self.sending && world.model.board.load.seq.is_some() && world.model.board.get(id).is_none();
        if let Some(error) = &self.error {
            let text = error.say(language, canvas.zone, canvas.now);
            canvas.put_wrapped(inner, at, &text, error.style(canvas.theme));
        } else if taken_by_others {
            canvas.put_wrapped(inner, at, canvas.say(T::GoneFromBoard), canvas.theme.bad);
        }
    }

    fn time_read(&self, canvas: &Canvas<'_>, world: &World) -> (String, Style) {
        if self.form.field(TIME).filled().is_none() {
            return (canvas.say(T::VisitAtHint).to_owned(), canvas.theme.label);
        }
        match self.time(world) {
            Ok(time) => (
                format!("= {}", i18n::full_time(canvas.language, time, canvas.zone, canvas.now)),
                canvas.theme.good,
            ),
            Err(error) => (error.say(canvas.language, canvas.zone, canvas.now), canvas.theme.warn),
        }
    }
}
