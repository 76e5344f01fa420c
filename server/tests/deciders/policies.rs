//! What the policies decide: each acts where it is due, and once however often it runs.

use matching_server::contexts::payment::decider::{Command as PaymentCommand, Payment};
use matching_server::contexts::visit::decider::{Command as VisitCommand, Visit};

use crate::given::*;
use crate::states::{State, in_every_state};

/// A canceled or expired match that was paid before has its visit called off, until that is done.
fn check_call_off(state: State) {
    let decided = state.given().when::<Visit>(&VisitCommand::CallOff);
    match state {
        State::CanceledPaid | State::CanceledAssigned | State::CanceledWithdrawn | State::ExpiredPaid => {
            decided.then([called_off()]);
        }
        State::NoSuchMatch
        | State::Requested
        | State::Declined
        | State::PaymentUnderWay
        | State::SecondPaymentUnderWay
        | State::Paid
        | State::PaidAgain
        | State::Withdrawn
        | State::AssignedBefore
        | State::AssignedFrom
        | State::Reassigned
        | State::Finished
        | State::CanceledUnpaid
        | State::CanceledUnderWay
        | State::CanceledThenDeclined
        | State::Crossed
        | State::CrossedAndBack
        | State::CalledOff
        | State::GivenBack
        | State::GivenBackFirst
        | State::ExpiredUnpaid
        | State::ExpiredDeclined
        | State::ExpiredGivenBack => decided.then_nothing(),
    }
}

in_every_state!(call_off, check_call_off);

/// Money that a canceled or expired match holds goes back, until it is back.
fn check_give_back(state: State) {
    let decided = state.given().when::<Payment>(&PaymentCommand::GiveBack);
    match state {
        State::Crossed
        | State::CanceledPaid
        | State::CanceledAssigned
        | State::CanceledWithdrawn
        | State::CalledOff
        | State::ExpiredPaid => decided.then([given_back()]),
        State::NoSuchMatch
        | State::Requested
        | State::Declined
        | State::PaymentUnderWay
        | State::SecondPaymentUnderWay
        | State::Paid
        | State::PaidAgain
        | State::Withdrawn
        | State::AssignedBefore
        | State::AssignedFrom
        | State::Reassigned
        | State::Finished
        | State::CanceledUnpaid
        | State::CanceledUnderWay
        | State::CanceledThenDeclined
        | State::CrossedAndBack
        | State::GivenBack
        | State::GivenBackFirst
        | State::ExpiredUnpaid
        | State::ExpiredDeclined
        | State::ExpiredGivenBack => decided.then_nothing(),
    }
}

in_every_state!(give_back, check_give_back);

#[test]
fn neither_waits_for_the_other() {
    let back_first =
        given([requested(), payment_requested(1), approved(), assigned(), canceled(), given_back()]);
    back_first.when::<Visit>(&VisitCommand::CallOff).then([called_off()]);
    let off_first =
        given([requested(), payment_requested(1), approved(), assigned(), canceled(), called_off()]);
    off_first.when::<Payment>(&PaymentCommand::GiveBack).then([given_back()]);
}
