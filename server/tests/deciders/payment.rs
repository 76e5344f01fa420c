//! The payment decider: attempts and their keys, answers that cross a cancel or come twice, money that goes back once.

use matching_protocol::ErrorCode::{AlreadyPaid, MatchCanceled, PaymentInProgress};
use matching_protocol::{DeclineReason, Event, LogId, MatchId};
use matching_server::contexts::Decider;
use matching_server::contexts::payment::decider::{Command, Payment, never_charged};
use matching_server::ports::payment::{Answer, Charge};

use crate::given::*;
use crate::states::{State, in_every_state};

fn charge(attempt: u32) -> Charge {
    Charge { provider: "test".to_owned(), key: format!("log-42-{attempt}"), amount: price() }
}

fn start(attempt: u32) -> Command {
    Command::Start { charge: charge(attempt), answer: None }
}

fn settle(attempt: u32, answer: Answer) -> Command {
    Command::Settle { key: charge(attempt).key, answer }
}

/// Payment's own guard, also where match would have refused before.
fn check_start(state: State) {
    let given = state.given();
    match state {
        State::NoSuchMatch | State::Requested => {
            given.when::<Payment>(&start(1)).then([payment_requested(1)]);
        }
        State::Declined => given.when::<Payment>(&start(2)).then([payment_requested(2)]),
        State::PaymentUnderWay | State::SecondPaymentUnderWay | State::CanceledUnderWay => {
            given.when::<Payment>(&start(3)).then_refused(PaymentInProgress);
        }
        State::Paid
        | State::PaidAgain
        | State::Withdrawn
        | State::AssignedBefore
        | State::AssignedFrom
        | State::Reassigned
        | State::Finished => given.when::<Payment>(&start(2)).then_refused(AlreadyPaid),
        State::CanceledUnpaid
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
        | State::ExpiredGivenBack => given.when::<Payment>(&start(2)).then_refused(MatchCanceled),
    }
}

in_every_state!(start, check_start);

/// An answer counts while its charge is under way, called off or not, and at no other time.
fn check_settle(state: State) {
    let given = state.given();
    let under_way = match state {
        State::PaymentUnderWay | State::CanceledUnderWay => Some(1),
        State::SecondPaymentUnderWay => Some(2),
        _ => None,
    };
    for attempt in 1..=3 {
        for (answer, event) in [(Answer::Approved, approved()), (Answer::Declined(no_money()), declined())] {
            let decided = given.when::<Payment>(&settle(attempt, answer));
            if under_way == Some(attempt) { decided.then([event]) } else { decided.then_nothing() }
        }
    }
}

in_every_state!(settle, check_settle);

#[test]
fn each_attempt_has_a_key_of_its_own_from_log_match_and_number() {
    let log: LogId = "6f1c1c0e-5d63-4b36-9d52-6a3c1fb0f5d1".parse().expect("a log id");
    let match_id = MatchId::new(42).expect("a match id");
    let next_key = |state: State| Payment::fold(&state.given().history).next_key(log, match_id);
    assert_eq!(next_key(State::Requested), format!("{log}-42-1"));
    assert_eq!(next_key(State::Declined), format!("{log}-42-2"));
    assert_eq!(
        next_key(State::SecondPaymentUnderWay),
        format!("{log}-42-3"),
        "never that of the one under way"
    );
    let twice = [requested(), payment_requested(1), declined(), payment_requested(2), declined()];
    assert_eq!(Payment::fold(&given(twice).history).next_key(log, match_id), format!("{log}-42-3"));
}

#[test]
fn an_attempt_that_certainly_charged_nothing_is_closed_as_unavailable() {
    let unavailable = Event::PaymentDeclined { reason: DeclineReason::unavailable() };
    State::PaymentUnderWay.given().when::<Payment>(&settle(1, never_charged())).then([unavailable]);
}

#[test]
fn money_that_crosses_a_cancel_is_owed_back() {
    State::CanceledUnderWay.given().when::<Payment>(&settle(1, Answer::Approved)).then([approved()]);
    State::Crossed.given().when::<Payment>(&Command::GiveBack).then([given_back()]);
}

#[test]
fn what_was_paid_goes_back_and_not_what_is_asked_for_now() {
    let paid = matching_protocol::Price::new(70_000).expect("a price");
    let history = [
        requested(),
        Event::PaymentRequested {
            provider: "test".to_owned(),
            key: "log-42-1".to_owned(),
            attempt: 1,
            amount: paid,
        },
        Event::PaymentApproved { amount: paid },
        canceled(),
    ];
    given(history).when::<Payment>(&Command::GiveBack).then([Event::PaymentCanceled { amount: paid }]);
}
