//! The real binary, run as a script would run it, against a real server.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod exit_codes;
mod person;
#[path = "../real_server/mod.rs"]
mod real_server;
mod sharing;
mod stopped;
mod watching;
mod whole_match;
