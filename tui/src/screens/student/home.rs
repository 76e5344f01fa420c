//! The student's first screen: a new request, and how the requests stand.

use matching_protocol::{
    Area, Command, ErrorCode, Language, MatchId, MatchView, Note, Price, PriceRange, RequestMatch, Subject,
};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::{IntentState, World};
use crate::i18n::{self, Notice, T};
use crate::keymap::Action;
use crate::model::List;
use crate::parse::parse_price;
use crate::screens::classes::{empty_list, list_frame};
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Form, Picker};

const PRICE: usize = 0;
const SUBJECT: usize = 1;
const AREA: usize = 2;
const NOTE: usize = 3;

/// A new request, and how the requests stand.
pub struct Home {
    /// Whether the form has the focus.
    pub writing: bool,
    /// Which request is selected.
    pub picker: Picker,
    form: Form<4>,
    error: Option<Notice>,
    /// A request that was made and whose row is still to come: it gets the selection.
    made: Option<MatchId>,
    sending: bool,
}

impl Default for Home {
    fn default() -> Self {
        Home {
            writing: false,
            picker: Picker::default(),
            form: Form::new(Default::default()),
            error: None,
            made: None,
            sending: false,
        }
    }
}

impl Home {
    /// Does what a key asks for while the form has the focus.
    pub fn write(&mut self, action: Action, world: &mut World) {
        match action {
            Action::Back => self.writing = false,
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
        if self.sending {
            self.error = Some(Notice::StillUnderWay);
            return;
        }
        self.error = None;
        let sent = match self.request(world) {
            Ok(request) => world.command(Command::RequestMatch(request)),
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

    fn request(&mut self, world: &World) -> Result<RequestMatch, ErrorCode> {
        let range = prices(world);
        let price = self.price().filter(|price| range.contains(*price));
        let price = price.ok_or(ErrorCode::InvalidPrice).inspect_err(|_| self.form.focus_on(PRICE))?;
        let subject = self.form.field(SUBJECT).filled().map(Subject::new).transpose();
        let subject = subject.inspect_err(|_| self.form.focus_on(SUBJECT))?;
        let area = self.form.field(AREA).filled().map(Area::new).transpose();
        let area = area.inspect_err(|_| self.form.focus_on(AREA))?;
        let note = self.form.field(NOTE).filled().map(Note::new).transpose();
        let note = note.inspect_err(|_| self.form.focus_on(NOTE))?;
        Ok(RequestMatch { price, subject, area, note })
    }

    fn price(&self) -> Option<Price> {
        parse_price(self.form.field(PRICE).value()).ok().and_then(|won| Price::new(won).ok())
    }

    /// The request was made: the draft has done its work.
    pub fn sent(&mut self, id: MatchId) {
        self.sending = false;
        self.form.clear();
        self.error = None;
        self.writing = false;
        self.made = Some(id);
    }

    /// The request was refused: the draft stays, and the form says why.
    pub fn refused(&mut self, why: Notice) {
        self.sending = false;
        self.writing = true;
        self.error = Some(why);
    }

    /// The selection follows its row; a new request gets it.
    pub fn refresh(&mut self, world: &World) {
        let ids = world.model.matches.ids();
        if let Some(made) = self.made.filter(|made| ids.contains(made)) {
            self.picker.select(made);
            self.made = None;
        }
        self.picker.settle(&ids);
    }

    /// What one does next while the form has the focus.
    pub fn next_step(&self, world: &World) -> String {
        let step = if self.sending {
            T::StepSending
        } else if self.form.at_last() {
            T::StepSendRequest
        } else {
            T::StepWriteRequest
        };
        step.say(world.language()).to_owned()
    }

    /// Draws the form and the list: side by side where there is room, and where both do not fit, the one that is in use.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        const FORM_HEIGHT: u16 = 8;
        const BOTH_HEIGHT: u16 = 14;
        let (form, list) = if area.width >= 100 {
            let width = 46;
            (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
        } else {
            let height = match self.writing {
                true if area.height < BOTH_HEIGHT => area.height,
                false if area.height < BOTH_HEIGHT => 0,
                _ => FORM_HEIGHT,
            };
            (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
        };
        if form.height > 0 {
            self.draw_form(canvas, form, world);
        }
        if list.height > 0 {
            self.draw_list(canvas, list, world);
        }
    }

    fn draw_form(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let title = if self.writing { T::FormTitle } else { T::FormTitleKey };
        let inner = canvas.frame(area, canvas.say(title), self.writing);
        let fields = Rect { height: inner.height.min(4), ..inner };
        let labels = [T::FieldPrice, T::FieldSubject, T::FieldArea, T::FieldNote];
        let side = if inner.width >= 60 { inner.width / 3 } else { 0 };
        let fields = Rect { width: inner.width - side, ..fields };
        self.form.draw(canvas, fields, labels.map(|label| canvas.say(label)), self.writing);
        let beside = Rect { x: inner.x + fields.width + 2, width: side.saturating_sub(2), ..inner };
        let (read, read_style) = self.price_read(canvas, world);
        if side > 0 {
            canvas.put_wrapped(Rect { height: beside.height.min(4), ..beside }, 0, &read, read_style);
        }
        let below = Rect { y: inner.y + 4, height: inner.height.saturating_sub(4), ..inner };
        let mut row = 0;
        if side == 0 {
            row += canvas.put_wrapped(below, row, &read, read_style);
        }
        match &self.error {
            Some(error) => {
                let text = error.say(canvas.language, canvas.zone, canvas.now);
                canvas.put_wrapped(below, row, &text, error.style(canvas.theme));
            }
            None => {
                canvas.put_wrapped(below, row, canvas.say(T::FormSeenByAll), canvas.theme.label);
            }
        }
    }

    /// The price as it was understood.
    fn price_read(&self, canvas: &Canvas<'_>, world: &World) -> (String, Style) {
        let range = prices(world);
        if self.form.field(PRICE).filled().is_none() {
            return (i18n::price_range(canvas.language, range), canvas.theme.label);
        }
        match self.price() {
            Some(price) if range.contains(price) => (format!("= {price}"), canvas.theme.good),
            Some(price) => {
                (format!("= {price}: {}", i18n::price_range(canvas.language, range)), canvas.theme.warn)
            }
            None => (self.price_problem(canvas.language, range), canvas.theme.warn),
        }
    }

    fn price_problem(&self, language: Language, range: PriceRange) -> String {
        match parse_price(self.form.field(PRICE).value()) {
            Ok(_) => i18n::price_range(language, range),
            Err(error) => error.message(language).to_owned(),
        }
    }

    fn draw_list(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let rows = world.model.matches.rows();
        let title = canvas.say(T::MyRequests);
        let inner = list_frame(canvas, area, title, world, List::Matches, rows.len());
        if rows.is_empty() {
            empty_list(canvas, inner, world, List::Matches, T::EmptyRequests);
            return;
        }
        let columns = [
            Column::cells(T::ColumnId, 6),
            Column::cells(T::ColumnStatus, if area.width >= 70 { 20 } else { 16 }),
            Column::cells(T::ColumnPrice, 11),
            Column::share(T::ColumnSubjectAndArea, 1),
        ];
        let rows: Vec<Row> = rows.iter().map(|row| request_row(canvas, row, world)).collect();
        table(canvas, inner, &columns, &rows, &mut self.picker);
    }
}

fn prices(world: &World) -> PriceRange {
    world.hello.as_ref().map(|hello| hello.prices).unwrap_or_default()
}

fn request_row(canvas: &Canvas<'_>, row: &MatchView, world: &World) -> Row {
    let (status, style) = status_cell(canvas, row, world);
    let words: Vec<String> =
        [row.subject.as_ref().map(ToString::to_string), row.area.as_ref().map(ToString::to_string)]
            .into_iter()
            .flatten()
            .collect();
    Row {
        cells: vec![
            (format!("#{}", row.match_id), Style::new()),
            (status, style),
            (row.price.to_string(), Style::new()),
            (words.join(" / "), Style::new()),
        ],
    }
}

/// The status in words; while a command is under way, that.
pub fn status_cell(canvas: &Canvas<'_>, row: &MatchView, world: &World) -> (String, Style) {
    match world.intent_on(row.match_id).map(|intent| intent.state) {
        Some(IntentState::Sent) => (canvas.say(T::Sending).to_owned(), canvas.theme.warn),
        Some(IntentState::Unknown { .. }) => (canvas.say(T::Checking).to_owned(), canvas.theme.warn),
        None => (i18n::status(canvas.language, row.status).to_owned(), canvas.theme.status(row.status)),
    }
}
