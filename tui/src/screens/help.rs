//! All keys of the place that one is in.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::i18n::T;
use crate::keymap::Place;
use crate::widgets::popup::popup;
use crate::widgets::{Canvas, cells};

/// Draws the keys of a place over the screen, from this row on.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, place: Place, first: u16) {
    let bindings: Vec<_> = place.bindings().collect();
    let rows = u16::try_from(bindings.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(4).min(area.height);
    let inner = popup(canvas, area, 56, height, canvas.say(T::HelpTitle));
    let visible = inner.height.saturating_sub(2);
    let first = first.min(rows.saturating_sub(visible));
    for (row, binding) in bindings.iter().skip(first.into()).take(visible.into()).enumerate() {
        let key = Span::styled(cells::pad(binding.shown, 11), canvas.theme.key);
        let line = Line::from(vec![key, Span::raw(canvas.say(binding.label))]);
        canvas.put(inner, u16::try_from(row).unwrap_or(u16::MAX), line);
    }
    let hint = if rows > visible { T::HelpMore } else { T::HelpEnd };
    let hint = canvas.say(hint);
    canvas.put_text(inner, inner.height.saturating_sub(1), hint, Style::new());
}
