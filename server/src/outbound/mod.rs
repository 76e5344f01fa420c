//! Adapters: what the ports are made of.

pub mod accounts;
pub mod clock;
pub mod event_log;
pub mod payment;
