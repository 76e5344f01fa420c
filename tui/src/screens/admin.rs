//! What an admin's account sees: all matches and the board. It changes nothing; that is done at the server's machine.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::classes::{empty_list, list_frame, move_picker};
use super::tab_after;
use super::teacher::board::Board;
use crate::app::World;
use crate::i18n::{self, T};
use crate::keymap::Action;
use crate::model::List;
use crate::widgets::table::{Column, Row, table};
use crate::widgets::{Canvas, Picker};

/// The screens' names.
pub const TABS: &[T] = &[T::TabAllMatches, T::TabBoard];

/// All matches and the board.
#[derive(Default)]
pub struct Admin {
    /// Which one is shown.
    pub tab: usize,
    picker: Picker,
    board: Board,
}

impl Admin {
    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &World) {
        self.board.take_in(world);
        if let Some(tab) = tab_after(action, self.tab, TABS.len()) {
            self.tab = tab;
        } else if self.tab == 0 {
            move_picker(&mut self.picker, &world.model.matches.ids(), action);
        } else {
            self.board.go(action);
        }
    }

    /// A key was pressed that does nothing else.
    pub fn take_in(&mut self, world: &World) {
        self.board.take_in(world);
    }

    /// Selections follow their rows.
    pub fn refresh(&mut self, world: &World) {
        self.picker.settle(&world.model.matches.ids());
        self.board.refresh(world);
    }

    /// Draws the shown list.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        if self.tab == 1 {
            self.board.draw(canvas, area, world);
            return;
        }
        let rows = world.model.matches.rows();
        let title = canvas.say(T::TabAllMatches);
        let inner = list_frame(canvas, area, title, world, List::Matches, rows.len());
        if rows.is_empty() {
            empty_list(canvas, inner, world, List::Matches, T::EmptyAllMatches);
            return;
        }
        let columns = [
            Column::cells(T::ColumnId, 9),
            Column::cells(T::ColumnStatus, 20),
            Column::cells(T::ColumnPrice, 11),
            Column::share(T::ColumnMoney, 1),
            Column::share(T::ColumnTeacher, 1),
        ];
        let language = canvas.language;
        let row = |row: &matching_protocol::MatchView| Row {
            cells: vec![
                (format!("#{}", row.match_id), Style::new()),
                (i18n::status(language, row.status).to_owned(), canvas.theme.status(row.status)),
                (row.price.to_string(), Style::new()),
                (i18n::money(language, row.money).to_owned(), Style::new()),
                (
                    row.visit.as_ref().map_or_else(|| "-".to_owned(), |v| v.teacher_name.to_string()),
                    Style::new(),
                ),
            ],
        };
        let rows: Vec<Row> = rows.iter().map(row).collect();
        table(canvas, inner, &columns, &rows, &mut self.picker);
    }
}
