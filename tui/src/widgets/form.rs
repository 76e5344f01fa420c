//! Fields below each other, one of them with the focus.

use ratatui::layout::Rect;
use tui_input::InputRequest;

use super::{Canvas, Field, cells};

/// Fields below each other, one of them with the focus. `N` is fixed, so that each screen names its fields.
#[derive(Clone, Debug)]
pub struct Form<const N: usize> {
    fields: [Field; N],
    focus: usize,
    used: usize,
}

impl<const N: usize> Form<N> {
    /// A form with these fields.
    pub fn new(fields: [Field; N]) -> Form<N> {
        Form { fields, focus: 0, used: N }
    }

    /// Leaves the fields behind the first so many out; what is in them is kept.
    pub fn use_first(&mut self, used: usize) {
        self.used = used.clamp(1, N);
        self.focus = self.focus.min(self.used - 1);
    }

    /// The field at this place.
    pub fn field(&self, at: usize) -> &Field {
        &self.fields[at]
    }

    /// Puts another field at this place.
    pub fn set(&mut self, at: usize, field: Field) {
        self.fields[at] = field;
    }

    /// Which field has the focus.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// Gives a field the focus.
    pub fn focus_on(&mut self, at: usize) {
        self.focus = at.min(self.used - 1);
    }

    /// Goes to the next field, after the last to the first.
    pub fn next(&mut self) {
        self.focus = (self.focus + 1) % self.used;
    }

    /// Goes to the field before, from the first to the last.
    pub fn previous(&mut self) {
        self.focus = (self.focus + self.used - 1) % self.used;
    }

    /// How many fields are in use.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Whether the last field has the focus.
    pub fn at_last(&self) -> bool {
        self.focus + 1 == self.used
    }

    /// Edits the field with the focus.
    pub fn edit(&mut self, request: InputRequest) {
        self.fields[self.focus].edit(request);
    }

    /// Pastes into the field with the focus.
    pub fn paste(&mut self, text: &str) {
        self.fields[self.focus].paste(text);
    }

    /// Empties all fields and goes to the first.
    pub fn clear(&mut self) {
        self.fields.iter_mut().for_each(Field::clear);
        self.focus = 0;
    }

    /// Draws one field a row, with labels of the same width.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, labels: [&str; N], focused: bool) {
        let widest = labels.iter().map(|label| cells::width(label)).max().unwrap_or(0);
        let label_width = u16::try_from(widest + 4).unwrap_or(u16::MAX);
        for (at, (field, label)) in self.fields.iter().zip(labels).take(self.used).enumerate() {
            let row = u16::try_from(at).unwrap_or(u16::MAX);
            if row >= area.height {
                return;
            }
            let line = Rect { y: area.y + row, height: 1, ..area };
            field.draw(canvas, line, label, label_width, focused && at == self.focus);
        }
    }
}
