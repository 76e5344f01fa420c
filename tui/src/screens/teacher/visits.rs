//! The teacher's own visits, with whom they are and how to reach the student.

use matching_protocol::{VisitRow, VisitStatus};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::World;
use crate::i18n::{self, T};
use crate::model::List;
use crate::screens::classes::{empty_list, list_frame};
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Picker};

/// The teacher's own visits.
#[derive(Default)]
pub struct Visits {
    /// Which one is selected.
    pub picker: Picker,
}

impl Visits {
    /// Draws the list and the selected visit in full.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let details = 7.min(area.height / 2);
        let list = Rect { height: area.height - details, ..area };
        let below = Rect { y: area.y + list.height, height: details, ..area };
        let rows = world.model.visits.rows();
        let inner = list_frame(canvas, list, canvas.say(T::TabVisits), world, List::Visits, rows.len());
        if rows.is_empty() {
            empty_list(canvas, inner, world, List::Visits, T::EmptyVisits);
            return;
        }
        let wide = area.width >= 80;
        let mut columns = vec![
            Column::cells(T::ColumnId, 6),
            Column::cells(T::ColumnStatus, 10),
            Column::cells(T::ColumnVisitAt, 20),
            Column::share(T::ColumnStudent, 1),
        ];
        if wide {
            columns.push(Column::cells(T::ColumnPrice, 11));
        }
        let lines: Vec<Row> = rows.iter().map(|row| visit_row(canvas, row)).collect();
        table(canvas, inner, &columns, &lines, &mut self.picker);
        let selected = self.picker.selected(&world.model.visits.ids());
        if let Some(row) = selected.and_then(|id| world.model.visits.get(id)) {
            draw_details(canvas, below, row);
        }
    }
}

fn visit_row(canvas: &Canvas<'_>, row: &VisitRow) -> Row {
    let style = match row.status {
        VisitStatus::Assigned => canvas.theme.accent,
        VisitStatus::Finished => canvas.theme.good,
        VisitStatus::Canceled => canvas.theme.quiet,
    };
    let student = row.student.as_ref().map_or_else(|| "-".to_owned(), |student| student.name.to_string());
    Row {
        cells: vec![
            (format!("#{}", row.match_id), Style::new()),
            (i18n::visit_status(canvas.language, row.status).to_owned(), style),
            (i18n::short_time(canvas.language, row.visit_at, canvas.zone, canvas.now), Style::new()),
            (student, Style::new()),
            (row.price.to_string(), Style::new()),
        ],
    }
}

fn draw_details(canvas: &mut Canvas<'_>, area: Rect, row: &VisitRow) {
    let language = canvas.language;
    let inner = canvas.frame(area, &i18n::request_title(language, row.match_id), false);
    let when = i18n::full_time(language, row.visit_at, canvas.zone, canvas.now);
    canvas.put_text(inner, 0, &format!("{when} | {}", row.price), canvas.theme.title);
    let words = i18n::lesson_words(row.subject.as_ref(), row.area.as_ref(), row.note.as_ref());
    let mut at = 1;
    if !words.is_empty() {
        canvas.put_text(inner, 1, &words, Style::new());
        at = 2;
    }
    match &row.student {
        Some(student) => {
            let text = i18n::student_contact(language, student);
            canvas.put_wrapped(inner, at, &text, canvas.theme.accent);
        }
        None => {
            canvas.put_wrapped(inner, at, canvas.say(T::ContactGone), canvas.theme.label);
        }
    }
}
