//! class (supporting): whether the lesson took place.

pub mod decider;
pub mod view;
