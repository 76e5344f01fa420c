//! The way in for the admin at the server's machine: `matching-server accounts add`, `status`, `verify` and the rest.
//!
//! - [`cli`]: what can be typed
//! - [`request`]: what crosses the admin socket
//! - [`client`]: from what was typed to a running server, or to the folder of a stopped one
//! - [`socket`], `peer`: the server's end; who is on the other
//! - [`answer`]: from a request to its subcommand; then one file a subcommand
//! - `show`, `table`: answers as a person or a program reads them
//! - [`refusal`]: what is refused or goes wrong, in both languages

mod accounts;
pub mod answer;
mod balances;
pub mod cli;
pub mod client;
mod contexts;
mod events;
mod matches;
mod payments;
mod peer;
pub mod refusal;
pub mod request;
mod show;
pub mod socket;
mod status;
mod table;
mod verify;
mod views;

pub use answer::Admin;
