//! The deciders by given, when, then: every cell of DOMAIN.md's table 'every command in every state', and the rules
//! around it.

mod cancel_match;
mod confirm_visit;
mod expiry;
mod finish_class;
mod given;
mod pay_match;
mod payment;
mod policies;
mod request_match;
mod states;
mod withdraw_visit;
