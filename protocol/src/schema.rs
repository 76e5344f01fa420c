//! The protocol as JSON Schema, for clients in other languages.

use schemars::{JsonSchema, Schema, schema_for};

use crate::{ClientFrame, Recorded, ServerFrame};

/// Everything that crosses the wire or lies in the log.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Protocol {
    /// A message from a client.
    client_frame: ClientFrame,
    /// A message from a server.
    server_frame: ServerFrame,
    /// An event as the log holds and exports it.
    recorded: Recorded,
}

/// JSON Schema (2020-12): an object whose three properties are the frames of both sides and the stored event.
pub fn protocol() -> Schema {
    let mut schema = schema_for!(Protocol);
    schema.insert("title".to_owned(), format!("matching protocol, version {}", crate::VERSION).into());
    schema
}
