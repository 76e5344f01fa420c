//! Ways in.

pub mod admin;
pub mod gateway;
pub mod ws;
