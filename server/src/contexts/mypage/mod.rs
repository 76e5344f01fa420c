//! mypage (supporting): what a student sees. A view of events only: it decides nothing.

pub mod view;
