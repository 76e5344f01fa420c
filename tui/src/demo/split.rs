//! Two panes in one terminal: side by side where there is room, else one at a time with the other as a tab.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::hints::{Focus, Hints};
use crate::app::App;
use crate::i18n::{self, T};
use crate::widgets::cells;

/// From here on both panes fit beside each other.
const WIDE: u16 = 120;

/// Which side has the focus, and what was seen of the other.
pub struct Split {
    focus: Focus,
    hints: Hints,
    /// How many changes each side had when it was last looked at.
    seen: [u64; 2],
}

impl Default for Split {
    fn default() -> Self {
        Split { focus: Focus::Student, hints: Hints::default(), seen: [0; 2] }
    }
}

impl Split {
    /// The place of the side with the focus: the student's first.
    pub fn focus(&self) -> usize {
        match self.focus {
            Focus::Student => 0,
            Focus::Teacher => 1,
        }
    }

    /// Gives the other side the focus.
    pub fn switch(&mut self) {
        self.focus = match self.focus {
            Focus::Student => Focus::Teacher,
            Focus::Teacher => Focus::Student,
        };
    }

    /// Draws both sides, the hint, and how to switch.
    pub fn draw(&mut self, frame: &mut Frame<'_>, student: &mut App, teacher: &mut App) {
        let area = frame.area();
        let focus = self.focus();
        let language = if focus == 0 { student.world().language() } else { teacher.world().language() };
        let hint = self.hints.next(student, teacher, self.focus);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(3), ..area };
        let mut sides = [student, teacher];
        if area.width >= WIDE {
            let half = area.width / 2;
            let left = Rect { width: half, ..body };
            let right = Rect { x: body.x + half, width: area.width - half, ..body };
            for (at, (side, place)) in sides.iter_mut().zip([left, right]).enumerate() {
                self.seen[at] = side.changes();
                title(frame, Rect { y: area.y, height: 1, ..place }, side, at == focus, false);
                side.draw(frame, place, at == focus);
            }
        } else {
            self.seen[focus] = sides[focus].changes();
            sides[focus].draw(frame, body, true);
            let half = area.width / 2;
            for (at, x, width) in [(0, area.x, half), (1, area.x + half, area.width - half)] {
                let changed = sides[at].changes() != self.seen[at];
                let place = Rect { x, width, y: area.y, height: 1 };
                title(frame, place, sides[at], at == focus, changed);
            }
        }
        let theme = &sides[focus].world().settings.theme;
        let (accent, key) = (theme.accent, theme.key);
        let text = cells::fit(&hint.say(language), usize::from(area.width).saturating_sub(8));
        let line = Line::from(vec![
            Span::styled(" DEMO ", accent.add_modifier(Modifier::REVERSED)),
            Span::raw(" "),
            Span::raw(text),
        ]);
        put(frame, area, area.height.saturating_sub(2), line);
        let switch = Line::from(vec![
            Span::styled(" F6", key),
            Span::raw(format!("/Ctrl+W {}  ", T::DemoSwitch.say(language))),
            Span::styled("Ctrl+C", key),
            Span::raw(format!(" {}", T::KeyLeave.say(language))),
        ]);
        put(frame, area, area.height.saturating_sub(1), switch);
    }
}

/// Whose side it is; `*` if it changed while one looked at the other; and what was said there last.
fn title(frame: &mut Frame<'_>, area: Rect, side: &App, focused: bool, changed: bool) {
    let language = side.world().language();
    let who = match &side.world().model.me {
        Some(me) => format!("{}: {}", i18n::role(language, me.role), me.display_name),
        None => T::LinkSigningIn.say(language).to_owned(),
    };
    let mark = if changed { "*" } else { "" };
    let text = match side.headline().filter(|_| !focused) {
        Some(headline) => format!(" {mark}{who} - {headline}"),
        None => format!(" {mark}{who}"),
    };
    let text = cells::pad(&text, usize::from(area.width));
    let style = if focused {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        side.world().settings.theme.quiet
    };
    put(frame, area, 0, Line::from(Span::styled(text, style)));
}

fn put(frame: &mut Frame<'_>, area: Rect, row: u16, line: Line<'_>) {
    if row < area.height && area.width > 0 {
        frame.buffer_mut().set_line(area.x, area.y + row, &line, area.width);
    }
}
