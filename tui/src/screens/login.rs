//! Login.

use ratatui::layout::Rect;

use super::gate::Gate;
use crate::app::World;
use crate::i18n::T;
use crate::widgets::Canvas;
use crate::widgets::popup::popup;

/// Draws name and password, and where to go without an account.
pub fn draw(gate: &Gate, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
    let inner = popup(canvas, area, 56, 11, canvas.say(T::LoginTitle));
    let style = canvas.theme.quiet;
    canvas.put_text(inner, 0, &format!("{} {}", canvas.say(T::LoginServer), world.settings.url), style);
    let fields = Rect { y: inner.y + 2, height: 2.min(inner.height.saturating_sub(2)), ..inner };
    let labels = [T::FieldName, T::FieldPassword].map(|label| canvas.say(label));
    gate.login.draw(canvas, fields, labels, true);
    canvas.put_text(inner, 5, canvas.say(T::LoginRegisterHint), canvas.theme.label);
    notice(gate, canvas, inner, 6, world);
}

/// Draws what went wrong, in as many lines as it takes.
pub(super) fn notice(gate: &Gate, canvas: &mut Canvas<'_>, area: Rect, row: u16, world: &World) {
    if let Some(notice) = &gate.notice {
        let text = notice.say(canvas.language, canvas.zone, world.now);
        let style = notice.style(canvas.theme);
        canvas.put_wrapped(area, row + 1, &text, style);
    }
}
