//! Keys in, screen text out: every screen in both languages and two sizes, and what the screens promise.

mod behaviour;
mod pictures;
mod stage;
mod sturdy;
