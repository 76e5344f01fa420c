//! Which row of a list is selected. The selection follows the row, not its place.

use matching_protocol::MatchId;

/// Which row of a list is selected, and how far the list is scrolled.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    selected: Option<MatchId>,
    index: usize,
    /// The first row that is shown.
    pub offset: usize,
}

impl Picker {
    /// The selected row's place among these; the nearest one if the row is gone.
    pub fn index(&self, rows: &[MatchId]) -> Option<usize> {
        let last = rows.len().checked_sub(1)?;
        let found = self.selected.and_then(|id| rows.iter().position(|row| *row == id));
        Some(found.unwrap_or(self.index.min(last)))
    }

    /// The selected row.
    pub fn selected(&self, rows: &[MatchId]) -> Option<MatchId> {
        self.index(rows).and_then(|index| rows.get(index).copied())
    }

    /// The place of the selected row, as it was last settled.
    pub fn place(&self) -> usize {
        self.index
    }

    /// Selects a row.
    pub fn select(&mut self, id: MatchId) {
        self.selected = Some(id);
    }

    /// Moves by so many rows, down if positive.
    pub fn step(&mut self, rows: &[MatchId], by: isize) {
        let Some(index) = self.index(rows) else { return };
        self.go_to(rows, index.saturating_add_signed(by));
    }

    /// Goes to a place, or to the last if there are fewer.
    pub fn go_to(&mut self, rows: &[MatchId], index: usize) {
        self.index = index.min(rows.len().saturating_sub(1));
        self.selected = rows.get(self.index).copied();
    }

    /// Takes in that rows came and went: the selected one stays on its line of the screen.
    pub fn settle(&mut self, rows: &[MatchId]) {
        let Some(index) = self.index(rows) else { return };
        self.offset = (self.offset + index).saturating_sub(self.index);
        self.index = index;
        self.selected = rows.get(index).copied();
    }

    /// Scrolls as little as needed to show the selected row among `visible` lines.
    pub fn scroll(&mut self, total: usize, visible: usize) {
        let last_offset = total.saturating_sub(visible);
        let lowest = (self.index + 1).saturating_sub(visible);
        self.offset = self.offset.clamp(lowest.min(self.index), self.index).min(last_offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i64]) -> Vec<MatchId> {
        numbers.iter().filter_map(|n| MatchId::new(*n).ok()).collect()
    }

    #[test]
    fn the_selection_follows_the_row() {
        let mut picker = Picker::default();
        picker.go_to(&ids(&[3, 2, 1]), 1);
        picker.settle(&ids(&[5, 4, 3, 2, 1]));
        assert_eq!(picker.index(&ids(&[5, 4, 3, 2, 1])), Some(3));
    }

    #[test]
    fn when_the_row_is_gone_its_place_is_kept() {
        let mut picker = Picker::default();
        picker.go_to(&ids(&[1, 2, 3]), 1);
        picker.settle(&ids(&[1, 3]));
        assert_eq!(picker.selected(&ids(&[1, 3])), MatchId::new(3).ok());
        picker.settle(&ids(&[1]));
        assert_eq!(picker.selected(&ids(&[1])), MatchId::new(1).ok());
        assert_eq!(picker.selected(&[]), None);
    }

    #[test]
    fn the_selected_row_is_always_in_sight() {
        let rows: Vec<MatchId> = (1..=50).filter_map(|n| MatchId::new(n).ok()).collect();
        let mut picker = Picker::default();
        for target in [49, 0, 25, 24, 26] {
            picker.go_to(&rows, target);
            picker.scroll(rows.len(), 10);
            assert!((picker.offset..picker.offset + 10).contains(&target), "{target} at {}", picker.offset);
        }
        picker.scroll(50, 0);
    }
}
