//! Colours: the terminal's own foreground and background, the 16 ANSI colours, and never colour alone.

use matching_protocol::Status;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// How things look.
#[derive(Clone, Debug)]
pub struct Theme {
    /// What has the focus.
    pub accent: Style,
    /// Titles.
    pub title: Style,
    /// Labels and column titles.
    pub label: Style,
    /// What can be overlooked.
    pub quiet: Style,
    /// What went well.
    pub good: Style,
    /// What one should know before going on.
    pub warn: Style,
    /// What went wrong.
    pub bad: Style,
    /// The selected row.
    pub selected: Style,
    /// A key that can be pressed.
    pub key: Style,
    /// A text field.
    pub field: Style,
    /// The text field that has the focus.
    pub field_focused: Style,
    /// Boxes.
    pub borders: border::Set<'static>,
    /// No colours at all.
    pub mono: bool,
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Theme {
    /// The theme for a terminal: without colours where people asked for none, with ASCII borders where the others are
    /// two cells wide.
    pub fn new(mono: bool, ascii: bool) -> Theme {
        let paint = |color: Color| if mono { Style::new() } else { Style::new().fg(color) };
        let bold = Modifier::BOLD;
        Theme {
            accent: paint(Color::Cyan).add_modifier(bold),
            title: Style::new().add_modifier(bold),
            label: Style::new().add_modifier(if mono { Modifier::empty() } else { Modifier::DIM }),
            quiet: Style::new().add_modifier(Modifier::DIM),
            good: paint(Color::Green).add_modifier(bold),
            warn: paint(Color::Yellow).add_modifier(bold),
            bad: paint(Color::Red).add_modifier(bold),
            selected: Style::new().add_modifier(Modifier::REVERSED),
            key: paint(Color::Cyan).add_modifier(bold),
            field: Style::new().add_modifier(Modifier::UNDERLINED | Modifier::DIM),
            field_focused: Style::new().add_modifier(Modifier::UNDERLINED),
            borders: if ascii { ASCII } else { border::PLAIN },
            mono,
        }
    }

    /// How a status looks, besides its words.
    pub fn status(&self, status: Status) -> Style {
        match status {
            Status::MatchRequested | Status::PaymentRequested | Status::VisitWithdrawn => self.warn,
            Status::PaymentApproved | Status::VisitAssigned => self.accent,
            Status::PaymentDeclined => self.bad,
            Status::ClassFinished => self.good,
            Status::MatchCanceled
            | Status::MatchExpired
            | Status::VisitCanceled
            | Status::PaymentCanceled => self.quiet,
        }
    }
}

/// Whether people asked for no colours: `NO_COLOR` counts only if it is not empty.
pub fn no_color(value: Option<&std::ffi::OsStr>) -> bool {
    value.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_no_color_does_not_count() {
        assert!(!no_color(Some("".as_ref())));
        assert!(no_color(Some("1".as_ref())));
        assert!(!no_color(None));
    }

    #[test]
    fn the_theme_without_colours_has_none() {
        let theme = Theme::new(true, true);
        for style in [theme.accent, theme.good, theme.warn, theme.bad, theme.key] {
            assert_eq!(style.fg, None);
        }
    }
}
