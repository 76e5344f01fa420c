//! Fields, tables and JSON on standard output.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use matching_protocol::{Time, text};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::failure::Failure;

/// Writes text as it is, and makes sure that it is out.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|_| Failure::OutputClosed)
}

/// Writes one JSON document in a line of its own.
pub(super) fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    text(&format!("{}\n", to_json(value)))
}

/// One line of JSON. What could act on a terminal is written as an escape, which means the same to a program.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    // Rows and reports: numbers, texts and maps with text keys, which serde_json does not refuse.
    let plain = serde_json::to_string(value).unwrap_or_default();
    if !plain.contains(text::is_forbidden) {
        return plain;
    }
    let mut escaped = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        if text::is_forbidden(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Writes `name: value` lines; what is absent is left out.
pub(super) fn fields(fields: &[(&str, Option<String>)]) -> Result<(), Failure> {
    let lines: String = fields
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}: {}\n", text::visible(value))))
        .collect();
    text(&lines)
}

/// Writes rows below their headings, aligned by terminal cells.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> Result<(), Failure> {
    text(&aligned(headings, rows))
}

fn aligned<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows.iter().map(|row| row.each_ref().map(|cell| text::visible(cell).into_owned())))
        .collect();
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let mut lines = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// A time in the reader's zone: `2026-12-01 19:00 KST`.
pub(super) fn local(time: Time, zone: &TimeZone) -> String {
    time.timestamp().to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// What is absent is an empty cell.
pub(super) fn cell<T: std::fmt::Display>(value: Option<&T>) -> String {
    value.map(T::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_cells_not_characters() {
        let rows = [
            ["1".to_owned(), "수학".to_owned(), "a".to_owned()],
            ["23".to_owned(), "art".to_owned(), String::new()],
        ];
        assert_eq!(
            aligned(["match_id", "x", "note"], &rows),
            "match_id  x     note\n1         수학  a\n23        art\n"
        );
    }

    #[test]
    fn hostile_text_is_shown_as_marks_and_in_json_as_escapes() {
        let rows = [["\u{1b}[2J\u{202e}\n".to_owned()]];
        assert_eq!(aligned(["note"], &rows), "note\n<1B>[2J<202E><0A>\n");
        let json = to_json(&"\u{1b}\u{9b}\u{202e}");
        assert_eq!(json, r#""\u001b\u009b\u202e""#);
        assert_eq!(serde_json::from_str::<String>(&json).ok().as_deref(), Some("\u{1b}\u{9b}\u{202e}"));
    }
}
