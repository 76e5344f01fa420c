//! Keys in, screen text out: every screen in both languages and two sizes, and what the screens promise.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so by failing")]

mod behaviour;
mod pictures;
mod stage;
mod sturdy;
