//! The server: a gateway before five contexts over one event log.
//!
//! - [`contexts`]: what decides, and what is read; pure but for the views' SQL
//! - [`application`]: from a command to its context, and from an event to views, policies and pushes
//! - [`ports`]: traits at the edge
//! - [`inbound`]: WebSocket and admin socket
//! - [`outbound`]: SQLite, the ledger, a payment provider over HTTP, the clock
//! - [`payment_sandbox`]: a provider to try it with, which is no part of the service
//! - [`startup`]: the composition root
//! - [`settings`]: flags, environment, file
//!
//! ARCHITECTURE.md traces one command from key press to push.

pub mod application;
pub mod contexts;
pub mod demo;
pub mod inbound;
pub mod outbound;
pub mod payment_sandbox;
pub mod ports;
pub mod serve;
pub mod settings;
pub mod startup;
