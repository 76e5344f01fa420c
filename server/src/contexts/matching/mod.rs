//! match (core): the request and its status.

pub mod decider;
pub mod view;
