//! The terminal app, `matching`: for students and teachers, with the keyboard or from a script.
//!
//! - [`cli`]: the command line; one subcommand a file
//! - [`config`], [`clock`]: flags, environment and defaults, put together once; what time it is
//! - [`connection`]: requests, replies and pushes over one WebSocket
//! - [`parse`]: prices and meeting times as people write them
//! - [`session`]: who is logged in, kept between commands

pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod parse;
pub mod session;
