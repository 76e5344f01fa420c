//! `WithdrawVisit` in every state, by the assigned teacher, by another and by an admin.

use matching_protocol::ErrorCode::{
    AlreadyFinished, MatchCanceled, MatchExpired, NotAssigned, NotFound, NotYourClass,
};
use matching_protocol::{ErrorCode, Event};
use matching_server::contexts::Caller;
use matching_server::contexts::visit::decider::{Command, Visit};

use crate::given::*;
use crate::states::{State, in_every_state};

/// By the assigned teacher.
fn expected(state: State) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::NoSuchMatch => Err(NotFound),
        State::Requested | State::Declined => Err(NotAssigned),
        State::PaymentUnderWay | State::SecondPaymentUnderWay => Err(NotAssigned),
        State::Paid | State::PaidAgain | State::Withdrawn => Err(NotAssigned),
        State::AssignedBefore | State::AssignedFrom | State::Reassigned => Ok(vec![withdrawn()]),
        State::Finished => Err(AlreadyFinished),
        State::CanceledUnpaid
        | State::CanceledUnderWay
        | State::CanceledThenDeclined
        | State::Crossed
        | State::CrossedAndBack
        | State::CanceledPaid
        | State::CanceledAssigned
        | State::CanceledWithdrawn
        | State::CalledOff
        | State::GivenBack
        | State::GivenBackFirst => Err(MatchCanceled),
        State::ExpiredUnpaid | State::ExpiredDeclined | State::ExpiredPaid | State::ExpiredGivenBack => {
            Err(MatchExpired)
        }
    }
}

fn check(state: State) {
    let by = |by| state.given().when::<Visit>(&Command::Withdraw { by, reason: reason() }).0;
    assert_eq!(by(Caller::Account(TEACHER)), expected(state));
    assert_eq!(by(Caller::Admin), expected(state), "by an admin");
    // By state first, then by relation.
    assert_eq!(by(Caller::Account(OTHER_TEACHER)), expected(state).and(Err(NotYourClass)), "by another");
}

in_every_state!(in_state, check);
