//! Aligned columns, by the cells that text takes on a terminal. Nothing that people typed gets through unfiltered.

use std::io::{self, Write};

use matching_protocol::text::visible;
use unicode_width::UnicodeWidthStr;

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    title: &'static str,
    right: bool,
    width: usize,
}

impl Column {
    /// Aligned to the left.
    pub const fn text(title: &'static str) -> Column {
        Column { title, right: false, width: 0 }
    }

    /// Aligned to the right.
    pub const fn number(title: &'static str) -> Column {
        Column { title, right: true, width: 0 }
    }

    /// Not narrower than so many cells.
    pub const fn at_least(self, width: usize) -> Column {
        Column { width, ..self }
    }
}

/// A table that grows while it is shown: its columns get wider when a wider row comes, never narrower.
pub struct Table {
    columns: &'static [Column],
    widths: Vec<usize>,
    held: Vec<Vec<String>>,
    hold: usize,
    begun: bool,
}

impl Table {
    /// Holds so many rows back to know how wide its columns are to be.
    pub fn new(columns: &'static [Column], hold: usize) -> Table {
        Table { columns, widths: widths(columns), held: Vec::new(), hold, begun: false }
    }

    /// Takes a row.
    pub fn push(&mut self, row: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
        self.held.push(row);
        if self.held.len() >= self.hold { self.flush(out) } else { Ok(()) }
    }

    /// Shows what is held back.
    pub fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = filtered(std::mem::take(&mut self.held));
        widen(&mut self.widths, &rows);
        if !std::mem::replace(&mut self.begun, true) {
            out.write_all(titles(self.columns, &self.widths).as_bytes())?;
        }
        for row in &rows {
            out.write_all(line(self.columns, &self.widths, row).as_bytes())?;
        }
        Ok(())
    }
}

/// The whole table as text.
pub fn render(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let rows = filtered(rows);
    let mut widths = widths(columns);
    widen(&mut widths, &rows);
    let lines = rows.iter().map(|row| line(columns, &widths, row));
    std::iter::once(titles(columns, &widths)).chain(lines).collect()
}

fn widths(columns: &[Column]) -> Vec<usize> {
    columns.iter().map(|column| column.width.max(column.title.width())).collect()
}

fn filtered(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for cell in rows.iter_mut().flatten() {
        if let std::borrow::Cow::Owned(shown) = visible(cell) {
            *cell = shown;
        }
    }
    rows
}

fn widen(widths: &mut [usize], rows: &[Vec<String>]) {
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
}

fn titles(columns: &[Column], widths: &[usize]) -> String {
    let titles: Vec<String> = columns.iter().map(|column| column.title.to_owned()).collect();
    line(columns, widths, &titles)
}

fn line(columns: &[Column], widths: &[usize], row: &[String]) -> String {
    let mut text = String::new();
    for ((column, width), cell) in columns.iter().zip(widths).zip(row) {
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        let (before, after) = if column.right { (padding.as_str(), "") } else { ("", padding.as_str()) };
        text.push_str(before);
        text.push_str(cell);
        text.push_str(after);
        text.push_str("  ");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::number("N"), Column::text("NAME"), Column::text("END")];

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn columns_are_aligned_by_the_cells_that_hangul_takes() {
        let rows = vec![row(["1", "김민지", "a"]), row(["10", "kim", "b"])];
        assert_eq!(render(COLUMNS, rows), " N  NAME    END\n 1  김민지  a\n10  kim     b\n");
    }

    #[test]
    fn what_would_act_on_a_terminal_is_shown_as_a_mark() {
        let shown = render(COLUMNS, vec![row(["1", "\u{1b}[2J", "a"])]);
        assert!(shown.ends_with("\n1  <1B>[2J  a\n"), "{shown}");
    }

    #[test]
    fn a_growing_table_shows_its_titles_once() {
        let (mut table, mut out) = (Table::new(COLUMNS, 1), Vec::new());
        table.push(row(["1", "a", "x"]), &mut out).unwrap();
        table.push(row(["2", "longer", "y"]), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "N  NAME  END\n1  a     x\n2  longer  y\n");
    }
}
