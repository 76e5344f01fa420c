//! My page: all own matches, and what happened to the selected one.

use matching_protocol::{MatchId, MyPageRow, Timeline};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::home::status_cell;
use crate::app::World;
use crate::i18n::{self, T};
use crate::keymap::Action;
use crate::model::List;
use crate::screens::classes::{empty_list, list_frame, move_picker};
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Picker, cells};

/// All own matches, and what happened to the selected one.
#[derive(Default)]
pub struct MyPage {
    /// Whether the timeline takes the whole screen.
    pub whole: bool,
    picker: Picker,
    scroll: u16,
}

impl MyPage {
    /// Does what a key asks for.
    pub fn go(&mut self, action: Action, world: &World) {
        match (self.whole, action) {
            (true, Action::Next) => self.scroll = self.scroll.saturating_add(1),
            (true, Action::Previous) => self.scroll = self.scroll.saturating_sub(1),
            (true, Action::PageDown) => self.scroll = self.scroll.saturating_add(10),
            (true, Action::PageUp) => self.scroll = self.scroll.saturating_sub(10),
            (true, Action::First) => self.scroll = 0,
            (true, Action::Last) => self.scroll = u16::MAX,
            (_, action) => move_picker(&mut self.picker, &world.model.my_page.ids(), action),
        }
    }

    /// The selected match.
    pub fn selected(&self, world: &World) -> Option<MatchId> {
        self.picker.selected(&world.model.my_page.ids())
    }

    /// Selects a match.
    pub fn select(&mut self, id: MatchId, world: &World) {
        self.picker.select(id);
        self.refresh_picker(world);
    }

    fn refresh_picker(&mut self, world: &World) {
        self.picker.settle(&world.model.my_page.ids());
    }

    /// The selection follows its row; while it is looked at, what happened to it is asked for.
    pub fn refresh(&mut self, world: &mut World, shown: bool) {
        self.refresh_picker(world);
        if let Some(id) = self.selected(world).filter(|_| shown) {
            world.want_timeline(id);
        }
    }

    /// Draws list and timeline: beside each other where there is room, else below.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        if self.whole {
            self.draw_timeline(canvas, area, world);
            return;
        }
        let (list, timeline) = if area.width >= 100 {
            let width = area.width * 11 / 20;
            (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
        } else {
            let height = area.height * 2 / 5;
            (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
        };
        self.draw_list(canvas, list, world);
        self.draw_timeline(canvas, timeline, world);
    }

    fn draw_list(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let rows = world.model.my_page.rows();
        let inner = list_frame(canvas, area, canvas.say(T::TabMyPage), world, List::MyPage, rows.len());
        if rows.is_empty() {
            empty_list(canvas, inner, world, List::MyPage, T::EmptyRequests);
            return;
        }
        let columns = [
            Column::cells(T::ColumnId, 6),
            Column::cells(T::ColumnStatus, 16),
            Column::share(T::ColumnTeacher, 1),
            Column::cells(T::ColumnVisitAt, 20),
        ];
        let rows: Vec<Row> = rows.iter().map(|row| my_page_row(canvas, row, world)).collect();
        table(canvas, inner, &columns, &rows, &mut self.picker);
    }

    fn draw_timeline(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        let selected = self.selected(world);
        let title = selected.map_or_else(
            || canvas.say(T::Timeline).to_owned(),
            |id| i18n::timeline_title(canvas.language, id),
        );
        let mut inner = canvas.frame(area, &title, false);
        if let Some(row) = selected.and_then(|id| world.model.my_page.get(id)) {
            let taken = facts(canvas, inner, row).min(inner.height);
            inner.y += taken;
            inner.height -= taken;
        }
        let timeline = world.model.timeline.as_ref().filter(|timeline| Some(timeline.match_id) == selected);
        match (timeline, world.model.timeline_error) {
            (Some(timeline), _) => self.draw_events(canvas, inner, timeline, world),
            (None, Some(code)) => {
                canvas.put_wrapped(inner, 0, code.message(canvas.language), canvas.theme.warn);
            }
            (None, None) if selected.is_some() => {
                canvas.put_text(inner, 0, canvas.say(T::LoadingList), canvas.theme.label);
            }
            (None, None) => {}
        }
    }

    /// The last events are what one wants to see; the rest is scrolled to.
    fn draw_events(&mut self, canvas: &mut Canvas<'_>, area: Rect, timeline: &Timeline, world: &World) {
        let mut lines: Vec<Line<'static>> = Vec::new();
        let told = i18n::tell(canvas.language, timeline, world.model.me.as_ref(), canvas.zone, canvas.now);
        for entry in told {
            lines.push(Line::from(vec![
                Span::styled(format!("{} ", entry.when), canvas.theme.quiet),
                Span::styled(entry.status.to_owned(), canvas.theme.title),
                Span::styled(format!("  {}", entry.who), canvas.theme.label),
            ]));
            let room = usize::from(area.width).saturating_sub(2);
            lines.extend(
                cells::wrap(&entry.what, room).into_iter().map(|text| Line::raw(format!("  {text}"))),
            );
        }
        let total = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let most = total.saturating_sub(area.height);
        self.scroll = self.scroll.min(most);
        let first = if self.whole { self.scroll } else { most };
        for (row, line) in lines.into_iter().skip(first.into()).take(area.height.into()).enumerate() {
            canvas.put(area, u16::try_from(row).unwrap_or(u16::MAX), line);
        }
    }
}

fn my_page_row(canvas: &Canvas<'_>, row: &MyPageRow, world: &World) -> Row {
    let summary = &row.summary;
    let (status, style) = status_cell(canvas, summary, world);
    let (teacher, at) = summary.visit.as_ref().map_or_else(
        || ("-".to_owned(), "-".to_owned()),
        |visit| {
            let at = i18n::short_time(canvas.language, visit.visit_at, canvas.zone, canvas.now);
            (visit.teacher_name.to_string(), at)
        },
    );
    Row {
        cells: vec![
            (format!("#{}", summary.match_id), Style::new()),
            (status, style),
            (teacher, Style::new()),
            (at, Style::new()),
        ],
    }
}

/// What is known of the match in one or two lines; returns how many rows they took.
fn facts(canvas: &mut Canvas<'_>, area: Rect, row: &MyPageRow) -> u16 {
    let summary = &row.summary;
    let money = i18n::money(canvas.language, summary.money);
    let mut text = vec![summary.price.to_string(), money.to_owned()];
    text.extend(summary.subject.as_ref().map(ToString::to_string));
    text.extend(summary.area.as_ref().map(ToString::to_string));
    canvas.put_text(area, 0, &text.join(" | "), canvas.theme.title);
    let Some(visit) = &summary.visit else { return 1 };
    let contact = row.teacher_contact.as_ref();
    let line = i18n::teacher_line(canvas.language, visit, contact, canvas.zone, canvas.now);
    canvas.put_text(area, 1, &line, canvas.theme.accent);
    2
}
