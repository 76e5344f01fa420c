//! A box over what is there.

use ratatui::layout::Rect;

use super::{Canvas, cells};

/// Clears a box in the middle of the area and frames it; returns what is inside.
pub fn popup(canvas: &mut Canvas<'_>, area: Rect, width: u16, height: u16, title: &str) -> Rect {
    let area = area.intersection(canvas.buffer.area);
    let width = width.min(area.width);
    let height = height.min(area.height);
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    blank_cut_syllables(canvas, place);
    for y in place.top()..place.bottom() {
        for x in place.left()..place.right() {
            canvas.buffer[(x, y)].reset();
        }
    }
    canvas.frame(place, title, true)
}

/// A wide character that starts one cell left of the box would swallow the box's border.
fn blank_cut_syllables(canvas: &mut Canvas<'_>, place: Rect) {
    let Some(x) = place.x.checked_sub(1).filter(|x| *x >= canvas.buffer.area.x) else { return };
    for y in place.top()..place.bottom() {
        let cell = &mut canvas.buffer[(x, y)];
        if cells::width(cell.symbol()) > 1 {
            cell.set_symbol(" ");
        }
    }
}
