//! Event logs: SQLite for real, memory for tests. One story of tests holds both.

mod hot;
pub mod memory;
pub mod sqlite;
mod writer;
