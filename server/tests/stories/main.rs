//! The service by its stories, over real sockets: one file a story.

mod cancel;
mod expiry;
mod isolation;
mod limits;
mod outside_payment;
mod races;
mod repeated;
mod resume;
mod rights;
mod support;
mod whole_match;
mod withdrawal;
