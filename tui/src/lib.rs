//! The terminal app, `matching`: for students and teachers, with the keyboard or from a script.
//!
//! - [`connection`]: requests, replies and pushes over one WebSocket
//! - [`parse`]: prices and meeting times as people write them
//! - [`session`]: who is logged in, kept between commands

pub mod connection;
pub mod parse;
pub mod session;
