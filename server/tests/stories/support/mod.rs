//! What every story needs: the service in this process, clients over real sockets, a clock and a payment provider that
//! do what the test says.

mod client;
mod clock;
mod provider;
mod server;

use std::time::Duration;

pub use client::{Client, confirmation, name_of, names, seqs};
pub use clock::TestClock;
pub use provider::{Call, Step, TestProvider};
pub use server::{PASSWORD, Server, Setup, hours, price};

/// Keeps a hang from lasting; no test passes or fails by it otherwise.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Waits, but not for ever.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("hangs: {what}"),
    }
}
