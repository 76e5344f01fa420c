//! The service by its stories, over real sockets: one file a story.

mod cancel;
mod expiry;
mod races;
mod resume;
mod support;
mod whole_match;
mod withdrawal;
