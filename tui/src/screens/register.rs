//! Registration.

use matching_protocol::Role;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::gate::Gate;
use super::login;
use crate::app::World;
use crate::i18n::{self, T};
use crate::widgets::Canvas;
use crate::widgets::popup::popup;

/// Draws the fields of the chosen role, and what it means for them.
pub fn draw(gate: &Gate, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
    let inner = popup(canvas, area, 60, 15, canvas.say(T::RegisterTitle));
    let mut role = vec![Span::styled(format!("{}  ", canvas.say(T::FieldRole)), canvas.theme.label)];
    for offered in [Role::Student, Role::Teacher] {
        let name = i18n::role(canvas.language, offered);
        let chosen = offered == gate.role;
        let text = if chosen { format!("[{name}] ") } else { format!(" {name}  ") };
        role.push(Span::styled(text, if chosen { canvas.theme.accent } else { canvas.theme.quiet }));
    }
    role.push(Span::styled(format!(" ({})", canvas.say(T::RegisterRoleHint)), canvas.theme.quiet));
    canvas.put(inner, 0, Line::from(role));
    let fields = Rect { y: inner.y + 2, height: 5.min(inner.height.saturating_sub(2)), ..inner };
    let labels = [T::FieldName, T::FieldPassword, T::FieldDisplayName, T::FieldPhone, T::FieldAddress];
    gate.register.draw(canvas, fields, labels.map(|label| canvas.say(label)), true);
    let meaning = if gate.role == Role::Student { T::RegisterStudent } else { T::RegisterTeacher };
    let row = 3 + u16::try_from(gate.register.used()).unwrap_or(5);
    let taken = canvas.put_wrapped(inner, row, canvas.say(meaning), canvas.theme.label);
    login::notice(gate, canvas, inner, row + taken.saturating_sub(1), world);
}
