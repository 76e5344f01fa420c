//! My page: a student's matches with status, teacher and meeting time.

use std::sync::Arc;

use matching_protocol::Recorded;
use rusqlite::Connection;

use crate::contexts::view::{MatchViews, View, fold_rows};
pub use crate::contexts::view::{find_match as find, list_matches as list};

/// My page.
pub struct MypageView;

impl View for MypageView {
    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn version(&self) -> i64 {
        1
    }

    fn apply(&mut self, connection: &Connection, events: &[Arc<Recorded>]) -> rusqlite::Result<()> {
        fold_rows::<MatchViews>(connection, events)
    }
}
