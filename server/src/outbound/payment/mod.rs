//! Payment providers.

pub mod ledger;
