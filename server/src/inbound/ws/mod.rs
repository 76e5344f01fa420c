//! The network side: one HTTP port, `/ws` for clients, `/livez` and `/readyz` for whoever watches the server.

mod feed;
mod http;
mod session;

pub use http::serve;
