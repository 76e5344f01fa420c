//! payment (general): money taken and given back.

pub mod decider;
pub mod view;
