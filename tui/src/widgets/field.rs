//! A line of text that is typed. The terminal's own cursor stands in it, so that input methods compose in the right place.

use matching_protocol::text;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use tui_input::{Input, InputRequest};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{Canvas, cells};

/// The most Unicode scalars that any field takes.
const LONGEST: usize = 500;

/// A line of text that is typed.
#[derive(Clone, Debug, Default)]
pub struct Field {
    input: Input,
    secret: bool,
}

impl Field {
    /// A field that starts with this text.
    pub fn with(text: &str) -> Field {
        Field { input: Input::new(text.to_owned()), secret: false }
    }

    /// A field that shows stars.
    pub fn secret() -> Field {
        Field { input: Input::default(), secret: true }
    }

    /// What was typed.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// What was typed, without spaces around it; `None` if nothing is left.
    pub fn filled(&self) -> Option<&str> {
        Some(self.value().trim()).filter(|text| !text.is_empty())
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.input.reset();
    }

    /// One key's worth of editing.
    pub fn edit(&mut self, request: InputRequest) {
        if let InputRequest::InsertChar(c) = request
            && (text::is_forbidden(c) || self.value().chars().count() >= LONGEST)
        {
            return;
        }
        self.input.handle(request);
    }

    /// Pasted text is text, never commands: composed, and without what could act on a terminal.
    pub fn paste(&mut self, pasted: &str) {
        for c in pasted.nfc().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }) {
            self.edit(InputRequest::InsertChar(c));
        }
    }

    /// Draws label and text in one row; with the focus, the cursor too.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, label: &str, label_width: u16, focused: bool) {
        let label_width = label_width.min(area.width / 2);
        let label_style = if focused { canvas.theme.title } else { canvas.theme.label };
        let marker = if focused { "> " } else { "  " };
        let label = cells::pad(&format!("{marker}{label}"), label_width.into());
        canvas.put(area, 0, Span::styled(label, label_style));
        let line = Rect {
            x: area.x.saturating_add(label_width),
            width: area.width.saturating_sub(label_width),
            ..area
        };
        let (shown, column) = self.window(line.width.into());
        let style = if focused { canvas.theme.field_focused } else { canvas.theme.field };
        canvas.put(line, 0, Span::styled(cells::pad(&shown, line.width.into()), style));
        if focused && line.width > 0 && line.height > 0 {
            let column = u16::try_from(column).unwrap_or(u16::MAX).min(line.width - 1);
            canvas.cursor = Some(Position { x: line.x + column, y: line.y });
        }
    }

    /// The part of the text around the cursor that fits, and the cursor's column in it.
    fn window(&self, width: usize) -> (String, usize) {
        let typed = self.input.value();
        let before: String = typed.chars().take(self.input.cursor()).collect();
        if self.secret {
            let stars = "*".repeat(typed.chars().count().min(width.saturating_sub(1)));
            let column = before.chars().count().min(stars.len());
            return (stars, column);
        }
        let mut column = cells::width(&before);
        let mut start = 0;
        for (at, grapheme) in before.grapheme_indices(true) {
            if column < width {
                break;
            }
            column -= cells::width(grapheme);
            start = at + grapheme.len();
        }
        let mut shown = String::new();
        for grapheme in typed[start..].graphemes(true) {
            if cells::width(&shown) + cells::width(grapheme) > width {
                break;
            }
            shown.push_str(grapheme);
        }
        (shown, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_counted_in_cells() {
        assert_eq!(Field::with("수학a").window(20), ("수학a".to_owned(), 5));
    }

    #[test]
    fn a_long_text_scrolls_by_whole_syllables() {
        assert_eq!(Field::with("가나다라").window(6), ("다라".to_owned(), 4));
        assert_eq!(Field::with("가나다라").window(1), (String::new(), 0));
    }

    #[test]
    fn pasted_text_is_composed_and_harmless() {
        let mut field = Field::default();
        field.paste("\u{1112}\u{1161}\u{11ab}\u{1b}[31m\nq");
        assert_eq!(field.value(), "한[31m q");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let mut field = Field::secret();
        field.paste("hunter22");
        assert_eq!(field.window(20), ("********".to_owned(), 8));
    }
}
