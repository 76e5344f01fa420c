//! The terminal app, `matching`: for students and teachers, with the keyboard or from a script.
//!
//! - [`connection`]: requests, replies and pushes over one WebSocket
//! - [`session`]: who is logged in, kept between commands

pub mod connection;
pub mod session;
