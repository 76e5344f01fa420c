//! A list of rows that was read page by page and is kept up to date by pushes.

use std::collections::VecDeque;

use matching_protocol::{AccountView, CommandId, ErrorCode, MatchId, Page, Push, Seq, Time};

use super::Taken;
use super::fold::Row;

/// So many pages are loaded: an admin's list of all matches can be long.
pub const MOST_PAGES: u32 = 50;

/// How far a list is loaded.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// The place in the log that the list was read at; none if it never was.
    pub seq: Option<Seq>,
    /// The query that is under way.
    pub asked: Option<CommandId>,
    /// One more query once the one under way is answered.
    pub again: bool,
    /// It has to be read at this place or a later one.
    pub needed: Seq,
    /// When to ask again by itself.
    pub retry_at: Option<Time>,
    /// Why it could not be read.
    pub error: Option<ErrorCode>,
    /// There are more rows than were loaded.
    pub cut: bool,
    pages: u32,
    first_page: Option<Seq>,
}

impl Load {
    /// Whether what was read lacks something that has happened since.
    pub fn is_behind(&self) -> bool {
        self.seq.is_some_and(|seq| seq < self.needed)
    }

    /// The query that is under way came to nothing.
    pub fn fail(&mut self, error: Option<ErrorCode>, retry_at: Option<Time>) {
        self.asked = None;
        self.again = false;
        self.error = error;
        self.retry_at = retry_at;
        self.pages = 0;
        self.first_page = None;
    }
}

/// A list of rows, kept up to date.
#[derive(Clone, Debug)]
pub struct Listing<R> {
    rows: Vec<R>,
    coming: Vec<R>,
    /// How far it is loaded.
    pub load: Load,
}

impl<R> Default for Listing<R> {
    fn default() -> Self {
        Listing { rows: Vec::new(), coming: Vec::new(), load: Load::default() }
    }
}

impl<R: Row> Listing<R> {
    /// The rows in their order.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The rows' ids in their order.
    pub fn ids(&self) -> Vec<MatchId> {
        self.rows.iter().map(Row::id).collect()
    }

    /// The row of a match.
    pub fn get(&self, id: MatchId) -> Option<&R> {
        self.rows.iter().find(|row| row.id() == id)
    }

    pub(super) fn remove(&mut self, id: MatchId) {
        self.rows.retain(|row| row.id() != id);
    }

    pub(super) fn take(
        &mut self,
        page: Page<R>,
        me: Option<&AccountView>,
        recent: &VecDeque<Push>,
        forgotten: Seq,
    ) -> Taken {
        if self.load.pages == 0 {
            self.coming.clear();
        }
        self.load.pages += 1;
        let seq = *self.load.first_page.get_or_insert(page.seq);
        self.coming.extend(page.rows);
        self.load.cut = page.next.is_some();
        if let Some(next) = page.next.filter(|_| self.load.pages < MOST_PAGES) {
            return Taken::More(next);
        }
        self.load.fail(None, None);
        self.load.seq = Some(seq);
        if forgotten > seq {
            self.load.needed = self.load.needed.max(forgotten);
        }
        self.rows = std::mem::take(&mut self.coming);
        self.rows.sort_by_key(Row::order);
        self.rows.dedup_by_key(|row| row.id());
        for push in recent.iter().filter(|push| push.seq() > seq) {
            R::fold(&mut self.rows, me, push);
        }
        self.rows.sort_by_key(Row::order);
        Taken::Complete
    }

    pub(super) fn fold(&mut self, me: Option<&AccountView>, push: &Push) {
        if self.load.seq.is_none_or(|seq| push.seq() <= seq) {
            return;
        }
        R::fold(&mut self.rows, me, push);
        self.rows.sort_by_key(Row::order);
    }
}
