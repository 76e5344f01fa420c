//! Rows and columns, cut by cells, with a selected row that is marked by more than colour.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Canvas, Picker, cells};
use crate::i18n::T;

/// A column: its title and how much room it gets.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Above the column.
    pub title: T,
    /// How much room it gets.
    pub room: Room,
}

/// How much room a column gets.
#[derive(Clone, Copy, Debug)]
pub enum Room {
    /// So many cells.
    Cells(u16),
    /// A share of what is left.
    Share(u16),
}

impl Column {
    /// A column of so many cells.
    pub const fn cells(title: T, cells: u16) -> Column {
        Column { title, room: Room::Cells(cells) }
    }

    /// A column that shares what is left.
    pub const fn share(title: T, share: u16) -> Column {
        Column { title, room: Room::Share(share) }
    }
}

/// A row: one text a column.
#[derive(Clone, Debug)]
pub struct Row {
    /// One text a column.
    pub cells: Vec<(String, Style)>,
}

/// Draws title line and rows; the selected one is marked with `>` and reversed.
pub fn table(canvas: &mut Canvas<'_>, area: Rect, columns: &[Column], rows: &[Row], picker: &mut Picker) {
    let widths = widths(columns, area.width.saturating_sub(2).into());
    let titles = columns.iter().zip(&widths).map(|(column, width)| {
        Span::styled(cells::pad(canvas.say(column.title), *width) + " ", canvas.theme.label)
    });
    let titles = Line::from_iter([Span::raw("  ")].into_iter().chain(titles));
    canvas.put(area, 0, titles);
    let visible = usize::from(area.height.saturating_sub(1));
    picker.scroll(rows.len(), visible);
    let selected = picker_index(picker, rows.len());
    for (line, (at, row)) in rows.iter().enumerate().skip(picker.offset).take(visible).enumerate() {
        let chosen = Some(at) == selected;
        let marker = if chosen { "> " } else { "  " };
        let spans = row.cells.iter().zip(&widths).map(|((text, style), width)| {
            let style = if chosen { style.patch(canvas.theme.selected) } else { *style };
            Span::styled(cells::pad(text, *width) + " ", style)
        });
        let first = Span::styled(marker, if chosen { canvas.theme.selected } else { Style::new() });
        let line_spans = Line::from_iter([first].into_iter().chain(spans));
        canvas.put(area, u16::try_from(line + 1).unwrap_or(u16::MAX), line_spans);
    }
}

fn picker_index(picker: &Picker, total: usize) -> Option<usize> {
    total.checked_sub(1).map(|last| picker.place().min(last))
}

/// The columns' cells; one more is left free behind each.
fn widths(columns: &[Column], total: usize) -> Vec<usize> {
    let total = total.saturating_sub(columns.len());
    let (mut fixed, mut shares) = (0, 0);
    for column in columns {
        match column.room {
            Room::Cells(cells) => fixed += usize::from(cells),
            Room::Share(share) => shares += usize::from(share),
        }
    }
    let left = total.saturating_sub(fixed);
    let width = |column: &Column| match column.room {
        Room::Cells(cells) => usize::from(cells),
        Room::Share(share) => left * usize::from(share) / shares.max(1),
    };
    columns.iter().map(width).collect()
}
