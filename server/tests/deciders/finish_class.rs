//! `FinishClass` in every state, by the assigned teacher and by another.

use matching_protocol::ErrorCode::{
    AlreadyFinished, MatchCanceled, MatchExpired, NotAssigned, NotFound, NotYourClass, TooEarlyToFinish,
};
use matching_protocol::{AccountId, ErrorCode, Event};
use matching_server::contexts::class::decider::{Class, Command};

use crate::given::*;
use crate::states::{State, in_every_state};

/// By the assigned teacher.
fn expected(state: State) -> Result<Vec<Event>, ErrorCode> {
    match state {
        State::NoSuchMatch => Err(NotFound),
        State::Requested | State::Declined => Err(NotAssigned),
        State::PaymentUnderWay | State::SecondPaymentUnderWay => Err(NotAssigned),
        State::Paid | State::PaidAgain | State::Withdrawn => Err(NotAssigned),
        State::AssignedBefore | State::Reassigned => Err(TooEarlyToFinish),
        State::AssignedFrom => Ok(vec![finished()]),
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

fn by(teacher: AccountId) -> Command {
    Command::Finish { teacher }
}

fn check(state: State) {
    let given = state.given();
    assert_eq!(given.when::<Class>(&by(TEACHER)).0, expected(state));
    // By state first, then by relation; a relation that forbids it counts before the meeting time.
    let for_another = match (state, expected(state)) {
        (State::AssignedBefore | State::AssignedFrom | State::Reassigned, _) => Err(NotYourClass),
        (_, answer) => answer,
    };
    assert_eq!(given.when::<Class>(&by(OTHER_TEACHER)).0, for_another, "by another");
}

in_every_state!(in_state, check);

#[test]
fn with_finish_early_it_does_not_wait_for_the_meeting_time() {
    let early = State::AssignedBefore.given().with(|rules| rules.finish_early = true);
    early.when::<Class>(&by(TEACHER)).then([finished()]);
    early.when::<Class>(&by(OTHER_TEACHER)).then_refused(NotYourClass);
}

#[test]
fn with_past_visits_alone_it_still_waits_for_the_meeting_time() {
    let given = State::AssignedBefore.given().with(|rules| rules.past_visits = true);
    given.when::<Class>(&by(TEACHER)).then_refused(TooEarlyToFinish);
}

#[test]
fn after_a_withdrawal_only_the_new_teacher_finishes() {
    let history =
        [requested(), payment_requested(1), approved(), assigned(), withdrawn(), assigned_to(OTHER_TEACHER)];
    let reassigned = given(history).at(visit_at());
    reassigned.when::<Class>(&by(TEACHER)).then_refused(NotYourClass);
    reassigned.when::<Class>(&by(OTHER_TEACHER)).then([Event::ClassFinished { teacher: OTHER_TEACHER }]);
}
