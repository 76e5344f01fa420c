//! The terminal app, `matching`: for students and teachers, with the keyboard or from a script.
//!
//! - [`app`]: the one loop, and the pane that it drives: messages in, effects out
//! - [`message`], [`keymap`]: what happens to a pane; keys to actions
//! - [`model`]: what is known; the first screen's rows with the pushes folded in
//! - [`screens`], [`widgets`], [`theme`], [`i18n`]: what is drawn, in which words
//! - [`terminal`]: taken and given back
//! - [`demo`]: a server, a student and a teacher in one terminal
//! - [`cli`]: the command line; one subcommand a file
//! - [`config`], [`clock`]: flags, environment and defaults, put together once; what time it is
//! - [`connection`]: requests, replies and pushes over one WebSocket
//! - [`parse`]: prices and meeting times as people write them
//! - [`session`]: who is logged in, kept between commands

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod demo;
pub mod i18n;
pub mod keymap;
pub mod message;
pub mod model;
pub mod parse;
pub mod screens;
pub mod session;
pub mod terminal;
pub mod theme;
pub mod widgets;
