//! The board. It never jumps under the reader: what comes is announced, what goes leaves its line empty, and both are
//! taken in at the next key.

use matching_protocol::{MatchId, VisitRequest};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::World;
use crate::i18n::{self, T};
use crate::keymap::Action;
use crate::model::List;
use crate::screens::classes::{empty_list, list_frame, move_picker};
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Picker, cells};

/// The board as the reader last took it in.
#[derive(Default)]
pub struct Board {
    shown: Vec<VisitRequest>,
    picker: Picker,
}

impl Board {
    /// Does what a key asks for.
    pub fn go(&mut self, action: Action) {
        let ids = self.ids();
        move_picker(&mut self.picker, &ids, action);
    }

    fn ids(&self) -> Vec<MatchId> {
        self.shown.iter().map(|row| row.match_id).collect()
    }

    /// The selected request.
    pub fn selected(&self) -> Option<MatchId> {
        self.picker.selected(&self.ids())
    }

    /// The request as it was last shown.
    pub fn row(&self, id: Option<MatchId>) -> Option<&VisitRequest> {
        self.shown.iter().find(|row| Some(row.match_id) == id)
    }

    /// Takes in what was announced. Returns the selected request, if it is gone.
    pub fn take_in(&mut self, world: &World) -> Option<MatchId> {
        let gone = self.selected().filter(|id| world.model.board.get(*id).is_none());
        self.shown = world.model.board.rows().to_vec();
        let ids = self.ids();
        self.picker.settle(&ids);
        gone
    }

    /// Nobody is reading an empty board: what comes is shown at once.
    pub fn refresh(&mut self, world: &World) {
        if self.shown.is_empty() {
            self.take_in(world);
        }
    }

    /// Draws the list, what was announced, and the selected request in full.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let details = 5.min(area.height / 3);
        let list = Rect { height: area.height - details, ..area };
        let below = Rect { y: area.y + list.height, height: details, ..area };
        let rows = world.model.board.rows();
        let inner = list_frame(canvas, list, canvas.say(T::TabBoard), world, List::Board, rows.len());
        if self.shown.is_empty() {
            empty_list(canvas, inner, world, List::Board, T::EmptyBoard);
        } else {
            let news = Rect { height: inner.height.min(1), ..inner };
            self.draw_news(canvas, news, world);
            let table_area = Rect { y: inner.y + news.height, height: inner.height - news.height, ..inner };
            self.draw_rows(canvas, table_area, world);
        }
        self.draw_details(canvas, below, world);
    }

    /// One line is kept free for what comes, so that nothing moves when it does.
    fn draw_news(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let new: Vec<&VisitRequest> =
            world.model.board.rows().iter().filter(|row| self.row(Some(row.match_id)).is_none()).collect();
        let gone = self.shown.iter().filter(|row| world.model.board.get(row.match_id).is_none()).count();
        let language = canvas.language;
        let mut news = Vec::new();
        if gone > 0 {
            news.push(i18n::board_gone(language, gone));
        }
        news.extend(new.last().map(|last| i18n::board_news(language, new.len(), last)));
        canvas.put_text(area, 0, &news.join("  "), canvas.theme.good);
    }

    fn draw_rows(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let mut columns = vec![
            Column::cells(T::ColumnId, 6),
            Column::cells(T::ColumnPrice, 11),
            Column::share(T::ColumnSubject, 2),
            Column::share(T::ColumnArea, 2),
        ];
        if area.width >= 90 {
            columns.push(Column::share(T::ColumnNote, 3));
        }
        columns.push(Column::cells(T::ColumnSince, 8));
        let with_note = columns.len() == 6;
        let rows: Vec<Row> = self
            .shown
            .iter()
            .map(|row| match world.model.board.get(row.match_id) {
                Some(row) => board_row(canvas, row, with_note),
                None => gone_row(canvas, row.match_id),
            })
            .collect();
        table(canvas, area, &columns, &rows, &mut self.picker);
    }

    fn draw_details(&self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let Some(row) = self.selected().and_then(|id| world.model.board.get(id)) else { return };
        let inner = canvas.frame(area, &i18n::request_title(canvas.language, row.match_id), false);
        let line = i18n::request_facts(canvas.language, row);
        let mut at = canvas.put_wrapped(inner, 0, &line, canvas.theme.title);
        if let Some(note) = &row.note {
            at += canvas.put_wrapped(inner, at, &note.to_string(), Style::new());
        }
        let since = i18n::short_time(canvas.language, row.asked_at, canvas.zone, canvas.now);
        let since = format!("{} {since}", canvas.say(T::ColumnSince));
        canvas.put_text(inner, at, &cells::fit(&since, inner.width.into()), canvas.theme.quiet);
    }
}

/// A request as one row.
pub fn board_row(canvas: &Canvas<'_>, row: &VisitRequest, with_note: bool) -> Row {
    let text = |text: Option<String>| (text.unwrap_or_else(|| "-".to_owned()), Style::new());
    let mut cells = vec![
        (format!("#{}", row.match_id), Style::new()),
        (row.price.to_string(), canvas.theme.title),
        text(row.subject.as_ref().map(ToString::to_string)),
        text(row.area.as_ref().map(ToString::to_string)),
    ];
    if with_note {
        cells.push(text(row.note.as_ref().map(ToString::to_string)));
    }
    cells.push((i18n::age(canvas.language, row.asked_at, canvas.now), canvas.theme.label));
    Row { cells }
}

fn gone_row(canvas: &Canvas<'_>, id: MatchId) -> Row {
    let quiet = canvas.theme.quiet;
    Row {
        cells: vec![
            (format!("#{id}"), quiet),
            ("--".to_owned(), quiet),
            (canvas.say(T::Gone).to_owned(), quiet),
        ],
    }
}
