//! All that crosses the wire or lies in the log, defined once for both sides.
//!
//! - [`ids`]: who and what
//! - [`values`], [`text`]: parsed once, at the edge
//! - [`command`]: commands, queries, session requests
//! - [`event`]: what happened; the log
//! - [`view`]: what is read; how an event changes a status
//! - [`error`]: error codes and their sentences
//! - [`frame`]: what a WebSocket message holds
//! - [`schema`]: all of it as JSON Schema

pub mod command;
pub mod error;
pub mod event;
pub mod frame;
pub mod ids;
pub mod schema;
pub mod text;
pub mod values;
pub mod view;

pub use command::*;
pub use error::{ErrorCode, ErrorReply};
pub use event::{Event, Recorded};
pub use frame::*;
pub use ids::*;
pub use values::*;
pub use view::*;
