//! Traits at the edge. What implements them is chosen in one place, [`crate::startup`].

pub mod accounts;
pub mod clock;
pub mod event_log;
pub mod payment;

use std::pin::Pin;

pub use accounts::Accounts;
pub use clock::Clock;
pub use event_log::EventLog;
pub use payment::PaymentProvider;

/// What an asynchronous method of a port returns, so that the port can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
