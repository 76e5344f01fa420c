//! `CancelMatch` in every state, by the student whose it is, by another, and by an admin.

use matching_protocol::ErrorCode::{AlreadyCanceled, ClassFinished, MatchExpired, NotFound, TooLateToCancel};
use matching_protocol::{ErrorCode, Event, Reason};
use matching_server::contexts::Caller;
use matching_server::contexts::matching::decider::{Command, Matching};

use crate::given::*;
use crate::states::{State, in_every_state};

fn expected(state: State) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::NoSuchMatch => Err(NotFound),
        State::Requested | State::Declined => Ok(vec![canceled()]),
        State::PaymentUnderWay | State::SecondPaymentUnderWay => Ok(vec![canceled()]),
        State::Paid | State::PaidAgain | State::Withdrawn => Ok(vec![canceled()]),
        State::AssignedBefore | State::Reassigned => Ok(vec![canceled()]),
        State::AssignedFrom => Err(TooLateToCancel),
        State::Finished => Err(ClassFinished),
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
        | State::GivenBackFirst => Err(AlreadyCanceled),
        State::ExpiredUnpaid | State::ExpiredDeclined | State::ExpiredPaid | State::ExpiredGivenBack => {
            Err(MatchExpired)
        }
    }
}

fn cancel(by: Caller, reason: Option<Reason>) -> Command {
    Command::Cancel { by, reason }
}

fn check(state: State) {
    let given = state.given();
    let decided = given.when::<Matching>(&cancel(Caller::Account(STUDENT), None));
    assert_eq!(decided.0, expected(state));
    given.when::<Matching>(&cancel(Caller::Account(OTHER_STUDENT), None)).then_refused(NotFound);
    check_admin(state, &given);
}

/// An admin may at any time before the finish, and gives a reason.
fn check_admin(state: State, given: &Given) {
    let decided = given.when::<Matching>(&cancel(Caller::Admin, Some(reason())));
    let with_reason = || vec![Event::MatchCanceled { reason: Some(reason()) }];
    let expected = match (state, expected(state)) {
        (State::AssignedFrom, _) | (_, Ok(_)) => Ok(with_reason()),
        (_, Err(code)) => Err(code),
    };
    assert_eq!(decided.0, expected);
}

in_every_state!(in_state, check);

#[test]
fn with_meeting_times_in_the_past_it_is_never_too_late() {
    let given = State::AssignedFrom.given().with(|rules| rules.past_visits = true);
    given.when::<Matching>(&cancel(Caller::Account(STUDENT), None)).then([canceled()]);
}

#[test]
fn after_a_new_assignment_the_new_meeting_time_counts() {
    let later =
        Event::VisitAssigned { teacher: OTHER_TEACHER, teacher_name: teacher_name(), visit_at: hour(200) };
    let history = [requested(), payment_requested(1), approved(), assigned(), withdrawn(), later];
    let cancel = cancel(Caller::Account(STUDENT), None);
    given(history.clone()).at(visit_at()).when::<Matching>(&cancel).then([canceled()]);
    given(history).at(hour(200)).when::<Matching>(&cancel).then_refused(TooLateToCancel);
}
