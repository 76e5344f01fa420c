//! Class status, the student's and the teacher's.

use matching_protocol::{ClassRow, ClassStatus, MatchId};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::World;
use crate::i18n::{self, T};
use crate::keymap::Action;
use crate::model::List;
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Picker};

/// Class status.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    picker: Picker,
}

impl Classes {
    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &World) {
        move_picker(&mut self.picker, &world.model.classes.ids(), action);
    }

    /// The selection follows its row.
    pub fn refresh(&mut self, world: &World) {
        self.picker.settle(&world.model.classes.ids());
    }

    /// Draws the list.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World, empty: T) {
        let title = canvas.say(T::TabClasses);
        let rows = world.model.classes.rows();
        let inner = list_frame(canvas, area, title, world, List::Classes, rows.len());
        if rows.is_empty() {
            empty_list(canvas, inner, world, List::Classes, empty);
            return;
        }
        let wide = area.width >= 80;
        let mut columns = vec![
            Column::cells(T::ColumnId, 6),
            Column::cells(T::ColumnClass, 12),
            Column::share(T::ColumnTeacher, 1),
        ];
        columns.push(Column::cells(T::ColumnVisitAt, 20));
        if wide {
            columns.push(Column::cells(T::ColumnFinishedAt, 20));
        }
        let rows: Vec<Row> = rows.iter().map(|row| class_row(canvas, row)).collect();
        table(canvas, inner, &columns, &rows, &mut self.picker);
    }
}

fn class_row(canvas: &Canvas<'_>, row: &ClassRow) -> Row {
    let language = canvas.language;
    let style = match row.status {
        ClassStatus::Open => canvas.theme.accent,
        ClassStatus::Finished => canvas.theme.good,
        ClassStatus::Closed => canvas.theme.quiet,
    };
    let time = |time| i18n::short_time(language, time, canvas.zone, canvas.now);
    Row {
        cells: vec![
            (format!("#{}", row.match_id), Style::new()),
            (i18n::class_status(language, row.status).to_owned(), style),
            (row.teacher_name.to_string(), Style::new()),
            (time(row.visit_at), Style::new()),
            (row.finished_at.map_or_else(|| "-".to_owned(), time), Style::new()),
        ],
    }
}

/// Moves a selection as the keys of lists say.
pub fn move_picker(picker: &mut Picker, rows: &[MatchId], action: Action) {
    match action {
        Action::Next => picker.step(rows, 1),
        Action::Previous => picker.step(rows, -1),
        Action::PageDown => picker.step(rows, 10),
        Action::PageUp => picker.step(rows, -10),
        Action::First => picker.go_to(rows, 0),
        Action::Last => picker.go_to(rows, usize::MAX),
        _ => {}
    }
}

/// Frames a list: its name, how many rows, and whether it is still read or can't be.
pub fn list_frame(
    canvas: &mut Canvas<'_>,
    area: Rect,
    title: &str,
    world: &World,
    list: List,
    rows: usize,
) -> Rect {
    let load = world.model.load(list);
    let mut title = format!("{title} ({rows}{})", if load.cut { "+" } else { "" });
    if load.seq.is_none() && load.asked.is_some() {
        title = format!("{title} {}", canvas.say(T::Loading));
    }
    let mut inner = canvas.frame(area, &title, true);
    if let Some(error) = load.error {
        let text = error.message(canvas.language);
        let taken = canvas.put_wrapped(inner, 0, text, canvas.theme.warn);
        let taken = taken.min(inner.height);
        inner.y += taken;
        inner.height -= taken;
    }
    inner
}

/// Says what an empty list is for, and what fills it.
pub fn empty_list(canvas: &mut Canvas<'_>, area: Rect, world: &World, list: List, text: T) {
    let load = world.model.load(list);
    if load.error.is_some() {
        return;
    }
    let text = if load.seq.is_some() { text } else { T::LoadingList };
    canvas.put_wrapped(area, 0, canvas.say(text), canvas.theme.label);
}
