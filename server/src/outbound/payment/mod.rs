//! Payment providers: the built-in ledger, and one over HTTP behind a breaker.

pub mod breaker;
pub mod contract;
pub mod http;
pub mod ledger;
pub mod signature;
