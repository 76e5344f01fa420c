//! `ConfirmVisit` in every state, by the teacher who has or had it and by another.

use matching_protocol::ErrorCode::{
    AlreadyAssigned, InvalidVisitAt, MatchCanceled, MatchExpired, NotFound, NotPaid, WithdrawnBefore,
};
use matching_protocol::{AccountId, ErrorCode, Event, Time};
use matching_server::contexts::Caller;
use matching_server::contexts::visit::decider::{Command, Visit};

use crate::given::*;
use crate::states::{State, in_every_state};

fn expected(state: State, teacher: AccountId) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::NoSuchMatch => Err(NotFound),
        State::Requested | State::Declined => Err(NotPaid),
        State::PaymentUnderWay | State::SecondPaymentUnderWay => Err(NotPaid),
        State::Paid | State::PaidAgain => Ok(vec![assigned_to(teacher)]),
        State::Withdrawn if teacher == TEACHER => Err(WithdrawnBefore),
        State::Withdrawn => Ok(vec![assigned_to(teacher)]),
        State::AssignedBefore | State::AssignedFrom | State::Reassigned => Err(AlreadyAssigned),
        State::Finished => Err(AlreadyAssigned),
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

fn confirm(teacher: AccountId, visit_at: Time) -> Command {
    Command::Confirm { teacher, teacher_name: teacher_name(), visit_at }
}

fn check(state: State) {
    for teacher in [TEACHER, OTHER_TEACHER] {
        let decided = state.given().when::<Visit>(&confirm(teacher, visit_at()));
        assert_eq!(decided.0, expected(state, teacher), "by {teacher}");
    }
}

in_every_state!(in_state, check);

#[test]
fn the_meeting_time_lies_in_the_future() {
    let paid = State::Paid.given().at(hour(50));
    paid.when::<Visit>(&confirm(TEACHER, hour(49))).then_refused(InvalidVisitAt);
    paid.when::<Visit>(&confirm(TEACHER, hour(50))).then_refused(InvalidVisitAt);
    let soon = Time::from_millis(hour(50).as_millis() + 1);
    let assigned = Event::VisitAssigned { teacher: TEACHER, teacher_name: teacher_name(), visit_at: soon };
    paid.when::<Visit>(&confirm(TEACHER, soon)).then([assigned]);
}

#[test]
fn it_has_no_upper_bound() {
    let far = hour(24 * 365 * 100);
    let assigned = Event::VisitAssigned { teacher: TEACHER, teacher_name: teacher_name(), visit_at: far };
    State::Paid.given().when::<Visit>(&confirm(TEACHER, far)).then([assigned]);
}

#[test]
fn with_past_visits_it_may_lie_in_the_past() {
    let paid = State::Paid.given().with(|rules| rules.past_visits = true);
    let assigned = Event::VisitAssigned { teacher: TEACHER, teacher_name: teacher_name(), visit_at: hour(0) };
    paid.when::<Visit>(&confirm(TEACHER, hour(0))).then([assigned]);
}

#[test]
fn a_state_that_forbids_it_counts_before_a_wrong_meeting_time() {
    State::Finished.given().when::<Visit>(&confirm(TEACHER, hour(0))).then_refused(AlreadyAssigned);
    State::Withdrawn.given().when::<Visit>(&confirm(TEACHER, hour(0))).then_refused(WithdrawnBefore);
}

#[test]
fn whoever_withdrew_before_stays_out_also_after_others_withdrew() {
    let other_withdrew = Event::VisitWithdrawn { teacher: OTHER_TEACHER, reason: reason() };
    let history = [
        requested(),
        payment_requested(1),
        approved(),
        assigned(),
        withdrawn(),
        assigned_to(OTHER_TEACHER),
        other_withdrew,
    ];
    let twice = given(history);
    twice.when::<Visit>(&confirm(TEACHER, visit_at())).then_refused(WithdrawnBefore);
    twice.when::<Visit>(&confirm(OTHER_TEACHER, visit_at())).then_refused(WithdrawnBefore);
    twice.when::<Visit>(&confirm(AccountId(13), visit_at())).then([assigned_to(AccountId(13))]);
}

#[test]
fn a_teacher_for_whom_an_admin_withdrew_stays_out() {
    let assigned = State::AssignedBefore.given();
    let by_admin = Command::Withdraw { by: Caller::Admin, reason: reason() };
    assigned.when::<Visit>(&by_admin).then([withdrawn()]);
    State::Withdrawn.given().when::<Visit>(&confirm(TEACHER, visit_at())).then_refused(WithdrawnBefore);
}
