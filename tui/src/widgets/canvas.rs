//! Where screens draw: the buffer of one pane, with what everything that is drawn needs to know.

use jiff::tz::TimeZone;
use matching_protocol::{Language, Time};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::cells;
use crate::i18n::T;
use crate::theme::Theme;

/// The buffer of one pane, with theme, language, zone and time.
pub struct Canvas<'a> {
    /// What is drawn into.
    pub buffer: &'a mut Buffer,
    /// Which colours and borders.
    pub theme: &'a Theme,
    /// In which language.
    pub language: Language,
    /// The reader's zone.
    pub zone: &'a TimeZone,
    /// What time it is.
    pub now: Time,
    /// Where the real cursor belongs, if a text field has the focus.
    pub cursor: Option<Position>,
}

impl Canvas<'_> {
    /// A fixed text in the reader's language.
    pub fn say(&self, text: T) -> &'static str {
        text.say(self.language)
    }

    /// Draws one line into a row of the area; what does not fit is cut.
    pub fn put<'l>(&mut self, area: Rect, row: u16, line: impl Into<Line<'l>>) {
        let area = area.intersection(self.buffer.area);
        if row < area.height && area.width > 0 {
            self.buffer.set_line(area.x, area.y + row, &line.into(), area.width);
        }
    }

    /// Draws a line whose end is marked with dots if it does not fit.
    pub fn put_text(&mut self, area: Rect, row: u16, text: &str, style: Style) {
        self.put(area, row, Span::styled(cells::fit(text, area.width.into()), style));
    }

    /// Draws text in as many lines as it takes; returns how many rows those were.
    pub fn put_wrapped(&mut self, area: Rect, row: u16, text: &str, style: Style) -> u16 {
        let mut taken = 0;
        for line in cells::wrap(text, area.width.into()) {
            self.put(area, row.saturating_add(taken), Span::styled(line, style));
            taken += 1;
        }
        taken
    }

    /// Draws a border with a title; returns what is inside of it.
    pub fn frame(&mut self, area: Rect, title: &str, focused: bool) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 4 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let title = format!(" {} ", cells::fit(title, usize::from(area.width).saturating_sub(4)));
        let style = if focused { self.theme.accent } else { self.theme.quiet };
        let block = Block::bordered()
            .border_set(self.theme.borders)
            .border_style(style)
            .title(Span::styled(title, if focused { self.theme.title } else { self.theme.label }));
        let inner = block.inner(area);
        block.render(area, self.buffer);
        Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
    }

    /// Shows an area as out of date.
    pub fn dim(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, Style::new().add_modifier(Modifier::DIM));
    }
}
