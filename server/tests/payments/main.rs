//! Money through a provider outside of the service: the contract, and the service against the sandbox with faults.

mod books;
#[allow(dead_code, reason = "the stories use more of it")]
#[path = "../stories/support/client.rs"]
mod client;
mod contract;
mod faults;
mod outage;
mod place;
mod sandbox;

use std::time::Duration;

use matching_protocol::Price;

/// Keeps a hang from lasting; no test passes or fails by it otherwise.
const LIMIT: Duration = Duration::from_secs(600);

/// Waits, but not for ever.
async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("hangs: {what}"),
    }
}

/// What the stories' client asks for.
fn price(won: i64) -> Price {
    Price::new(won).expect("a price")
}
