//! `PayMatch` in every state. Match says whether it may be paid, payment what follows; as in the one append of the command.

use matching_protocol::ErrorCode::{AlreadyPaid, MatchCanceled, MatchExpired, NotFound, PaymentInProgress};
use matching_protocol::{AccountId, ErrorCode, Event};
use matching_server::contexts::Decider;
use matching_server::contexts::matching::decider::{Matching, payable};
use matching_server::contexts::payment::decider::{Command, Payment};
use matching_server::ports::payment::{Answer, Charge};

use crate::given::*;
use crate::states::{State, in_every_state};

fn expected(state: State) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::NoSuchMatch => Err(NotFound),
        State::Requested => Ok(vec![payment_requested(1)]),
        State::Declined => Ok(vec![payment_requested(2)]),
        State::PaymentUnderWay | State::SecondPaymentUnderWay => Err(PaymentInProgress),
        State::Paid | State::PaidAgain | State::Withdrawn => Err(AlreadyPaid),
        State::AssignedBefore | State::AssignedFrom | State::Reassigned => Err(AlreadyPaid),
        State::Finished => Err(AlreadyPaid),
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

fn pay(given: &Given, by: AccountId, answer: Option<Answer>) -> Decided {
    let start = |amount| {
        let attempt = given.history.iter().filter(|r| matches!(r.event, Event::PaymentRequested { .. }));
        let key = format!("log-42-{}", attempt.count() + 1);
        let charge = Charge { provider: "test".to_owned(), key, amount };
        given.when::<Payment>(&Command::Start { charge, answer }).0
    };
    Decided(payable(&Matching::fold(&given.history), by).and_then(start))
}

fn check(state: State) {
    let given = state.given();
    assert_eq!(pay(&given, STUDENT, None).0, expected(state));
    pay(&given, OTHER_STUDENT, None).then_refused(NotFound);
}

in_every_state!(in_state, check);

#[test]
fn an_answer_that_is_there_at_once_comes_with_the_intent() {
    let requested = State::Requested.given();
    pay(&requested, STUDENT, Some(Answer::Approved)).then([payment_requested(1), approved()]);
    pay(&requested, STUDENT, Some(Answer::Declined(no_money()))).then([payment_requested(1), declined()]);
}
