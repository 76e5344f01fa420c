//! Expiry: only what waits to be paid or for a teacher, from its due time on.

use matching_protocol::Time;
use matching_server::contexts::matching::decider::{Command, Matching};

use crate::given::*;
use crate::states::{State, in_every_state};

/// When it is due, for the histories of [`State::given`]: an hour lies between two events.
fn due(state: State) -> Option<Time> {
    const DAY: i64 = 24;
    match state {
        // A day after the request, also after a decline.
        State::Requested | State::Declined => Some(hour(DAY)),
        // A week after the last of `PaymentApproved` and `VisitWithdrawn`.
        State::Paid => Some(hour(2 + 7 * DAY)),
        State::PaidAgain | State::Withdrawn => Some(hour(4 + 7 * DAY)),
        State::NoSuchMatch
        | State::PaymentUnderWay
        | State::SecondPaymentUnderWay
        | State::AssignedBefore
        | State::AssignedFrom
        | State::Reassigned
        | State::Finished
        | State::CanceledUnpaid
        | State::CanceledUnderWay
        | State::CanceledThenDeclined
        | State::Crossed
        | State::CrossedAndBack
        | State::CanceledPaid
        | State::CanceledAssigned
        | State::CanceledWithdrawn
        | State::CalledOff
        | State::GivenBack
        | State::GivenBackFirst
        | State::ExpiredUnpaid
        | State::ExpiredDeclined
        | State::ExpiredPaid
        | State::ExpiredGivenBack => None,
    }
}

fn check(state: State) {
    match due(state) {
        Some(due) => {
            state.given().at(just_before(due)).when::<Matching>(&Command::Expire).then_nothing();
            state.given().at(due).when::<Matching>(&Command::Expire).then([expired()]);
        }
        None => state.given().at(hour(24 * 365)).when::<Matching>(&Command::Expire).then_nothing(),
    }
}

in_every_state!(in_state, check);

#[test]
fn both_waits_are_settings() {
    let shorter = |given: Given| {
        given.with(|rules| {
            rules.expire_unpaid = std::time::Duration::from_secs(60);
            rules.expire_paid = std::time::Duration::from_secs(120);
        })
    };
    let minute = |hours: i64, minutes: i64| Time::from_millis(hour(hours).as_millis() + minutes * 60_000);
    let unpaid = shorter(State::Requested.given());
    unpaid.clone().at(just_before(minute(0, 1))).when::<Matching>(&Command::Expire).then_nothing();
    unpaid.at(minute(0, 1)).when::<Matching>(&Command::Expire).then([expired()]);
    let paid = shorter(State::Paid.given());
    paid.clone().at(just_before(minute(2, 2))).when::<Matching>(&Command::Expire).then_nothing();
    paid.at(minute(2, 2)).when::<Matching>(&Command::Expire).then([expired()]);
}
