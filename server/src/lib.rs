//! The server.

/// What the inside asks of the outside.
pub mod ports {
    pub mod accounts;
}

/// The adapters behind the ports.
pub mod outbound {
    pub mod accounts;
}
