//! What time it is.

use matching_protocol::Time;

/// The only source of the wall clock. It stamps events and decides what is due; it never decides an order.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Time;
}
