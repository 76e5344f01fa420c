//! All that crosses the wire or lies in the log, defined once for both sides.
//!
//! - [`ids`]: who and what
//! - [`values`], [`text`]: parsed once, at the edge
//! - [`command`]: commands, queries, session requests
//! - [`event`]: what happened; the log
//! - [`status`]: where a match stands, and how an event changes that
//! - [`view`], [`push`], [`account`]: what is read, and what is pushed
//! - [`error`]: error codes and their sentences
//! - [`frame`]: what a WebSocket message holds
//! - [`schema`]: all of it as JSON Schema

pub mod account;
pub mod command;
pub mod error;
pub mod event;
pub mod frame;
pub mod ids;
pub mod push;
pub mod schema;
pub mod status;
pub mod text;
pub mod values;
pub mod view;

pub use account::*;
pub use command::*;
pub use error::{ErrorCode, ErrorReply};
pub use event::{Event, Recorded};
pub use frame::*;
pub use ids::*;
pub use push::*;
pub use status::*;
pub use values::*;
pub use view::*;
