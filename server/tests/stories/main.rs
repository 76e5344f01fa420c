//! The service by its stories, over real sockets: one file a story.

mod support;
mod whole_match;
