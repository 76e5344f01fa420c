//! The frame around every screen: header, tabs, what is said, the next step, and the keys.

use matching_protocol::Time;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Screen, help};
use crate::app::{Link, World};
use crate::i18n::{self, T};
use crate::keymap::{Action, Place};
use crate::widgets::{Canvas, cells};

/// Below this nothing useful fits.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Draws a pane; returns where the terminal's cursor belongs.
pub fn draw(
    screen: &mut Screen,
    world: &World,
    place: Place,
    help_row: Option<u16>,
    buffer: &mut Buffer,
    area: Rect,
) -> Option<Position> {
    let area = area.intersection(buffer.area);
    let mut canvas = Canvas {
        buffer,
        theme: &world.settings.theme,
        language: world.settings.language,
        zone: &world.settings.zone,
        now: world.now,
        cursor: None,
    };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let text = i18n::too_small(canvas.language, SMALLEST, (area.width, area.height));
        canvas.put_wrapped(area, 0, &text, Style::new());
        return None;
    }
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    header(&mut canvas, row(0), world);
    tabs(&mut canvas, row(1), screen);
    let body = Rect { y: area.y + 2, height: area.height - 5, ..area };
    screen.draw(&mut canvas, body, world);
    if !world.is_ready() && world.role().is_some() {
        canvas.dim(body);
    }
    screen.draw_over(&mut canvas, body, world);
    said(&mut canvas, row(area.height - 3), world);
    let step = screen.next_step(world);
    let arrow = Span::styled("=> ", canvas.theme.accent);
    let text = Span::raw(cells::fit(&step, usize::from(area.width).saturating_sub(4)));
    canvas.put(row(area.height - 2), 0, Line::from(vec![Span::raw(" "), arrow, text]));
    footer(&mut canvas, row(area.height - 1), place);
    if let Some(first) = help_row {
        canvas.cursor = None;
        help::draw(&mut canvas, body, screen.place(), first);
    }
    canvas.cursor
}

fn header(canvas: &mut Canvas<'_>, area: Rect, world: &World) {
    let (state, style) = link_state(canvas, world);
    let room = usize::from(area.width).saturating_sub(cells::width(&state) + 4);
    let mut left = canvas.say(T::AppName).to_owned();
    if let Some(me) = &world.model.me {
        let role = i18n::role(canvas.language, me.role);
        left = format!("{left} | {} ({role})", me.display_name);
    }
    let left = cells::pad(&left, room);
    let line = Line::from(vec![
        Span::raw(" "),
        Span::styled(left, canvas.theme.title),
        Span::raw(" "),
        Span::styled(format!("[{state}]"), style),
    ]);
    canvas.put(area, 0, line);
}

/// The connection in a few words; with its age while there is none.
pub fn link_state(canvas: &Canvas<'_>, world: &World) -> (String, Style) {
    let language = canvas.language;
    let age = |since: Time| i18n::age(language, since, world.now);
    match &world.link {
        Link::Ready => (canvas.say(T::LinkOnline).to_owned(), canvas.theme.good),
        Link::Online if world.model.me.is_some() => {
            (canvas.say(T::LinkSigningIn).to_owned(), canvas.theme.warn)
        }
        Link::Online => (canvas.say(T::LinkOnline).to_owned(), canvas.theme.good),
        Link::Connecting { attempt: 1, .. } => (canvas.say(T::LinkConnecting).to_owned(), canvas.theme.warn),
        Link::Connecting { since, .. } | Link::Offline { since, .. } => {
            (format!("{} {}", canvas.say(T::LinkOffline), age(*since)), canvas.theme.bad)
        }
    }
}

fn tabs(canvas: &mut Canvas<'_>, area: Rect, screen: &Screen) {
    let (names, shown) = screen.tabs();
    let mut spans = vec![Span::raw(" ")];
    for (at, name) in names.iter().enumerate() {
        let name = canvas.say(*name);
        let (text, style) = if at == shown {
            (format!("[{} {name}]", at + 1), canvas.theme.accent)
        } else {
            (format!(" {} {name} ", at + 1), canvas.theme.quiet)
        };
        spans.push(Span::styled(text, style));
    }
    canvas.put(area, 0, Line::from(spans));
}

/// What was said last; while there is no connection, why, and what that means.
fn said(canvas: &mut Canvas<'_>, area: Rect, world: &World) {
    let language = canvas.language;
    let (text, style) = match (&world.said, &world.link) {
        (Some(said), _) => {
            let text = said.notice.say(language, &world.settings.zone, world.now);
            (text, said.notice.style(canvas.theme))
        }
        (None, Link::Offline { error, .. }) => {
            (i18n::offline(language, error, world.role().is_some()), canvas.theme.bad)
        }
        (None, _) => return,
    };
    let width = usize::from(area.width).saturating_sub(2);
    let lines = cells::wrap(&text, width);
    // What takes two lines covers the last one of the body for as long as it is said.
    let above = u16::from(lines.len() > 1);
    let first = area.y.saturating_sub(above);
    let rest = lines.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" ");
    let shown = [lines.first().cloned().unwrap_or_default(), rest];
    for (line, y) in shown.iter().zip(first..=area.y) {
        let text = cells::pad(&format!(" {}", cells::fit(line, width)), area.width.into());
        canvas.put(Rect { y, ..area }, 0, Span::styled(text, style));
    }
}

/// The keys of this place; the one for the help keeps its place at the right.
fn footer(canvas: &mut Canvas<'_>, area: Rect, place: Place) {
    let help = place.bindings().find(|binding| binding.action == Action::Help);
    let help = help.map(|binding| (binding.shown, canvas.say(binding.label)));
    let help_width = help.map_or(0, |(key, label)| cells::width(key) + cells::width(label) + 2);
    let mut room = usize::from(area.width).saturating_sub(help_width + 2);
    let mut spans = vec![Span::raw(" ")];
    for binding in place.bindings().filter(|binding| binding.footer) {
        let label = canvas.say(binding.label);
        let width = cells::width(binding.shown) + cells::width(label) + 3;
        if width > room {
            break;
        }
        room -= width;
        spans.push(Span::styled(binding.shown, canvas.theme.key));
        spans.push(Span::raw(format!(" {label}  ")));
    }
    spans.push(Span::raw(" ".repeat(room)));
    if let Some((key, label)) = help {
        spans.push(Span::styled(key, canvas.theme.key));
        spans.push(Span::raw(format!(" {label}")));
    }
    canvas.put(area, 0, Line::from(spans));
}
