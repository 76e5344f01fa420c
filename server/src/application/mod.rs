//! What stands between the edges and the contexts.

pub mod dispatch;
pub mod follow;
pub mod open_requests;
pub mod policies;
pub mod push;
pub mod verify;

use tokio::sync::watch;

/// Waits until the stop is announced, or whoever would announce it is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Both mean the same to those who wait.
    let _ = stop.wait_for(|stop| *stop).await;
}
