//! visit (core): the board; who visits when.

pub mod decider;
pub mod view;
