//! The real binary in a pty: typed at, looked at, cut off and closed as a person would, against a real server.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so by failing")]

mod demo;
mod given_back;
mod looks;
mod person;
#[path = "../real_server/mod.rs"]
mod real_server;
mod restart;
mod server_program;
mod story;
mod terminal;
mod typing;
