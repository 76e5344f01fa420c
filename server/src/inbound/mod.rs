//! Ways in.

pub mod gateway;
pub mod ws;
