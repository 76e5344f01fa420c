//! The rows of DOMAIN.md's table, each with the histories that lead there. Every command has a file that says what comes
//! of it in each: a `match` without a wildcard, so that a missing cell does not compile, and a test by name for each.

use crate::given::*;

macro_rules! states {
    (($d:tt) $($(#[$doc:meta])* $variant:ident $test:ident: $given:expr;)*) => {
        /// Every state that a match can be in when a command comes.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum State { $($(#[$doc])* $variant,)* }

        impl State {
            /// A history that leads to it, and a time.
            pub fn given(self) -> Given {
                match self { $(State::$variant => $given,)* }
            }
        }

        /// A module with one test for each state, of its name, that runs a check of that state.
        macro_rules! in_every_state {
            ($d module:ident, $d check:ident) => {
                mod $d module {
                    $(#[test] fn $test() { super::$d check($crate::states::State::$variant); })*
                }
            };
        }
        pub(crate) use in_every_state;
    };
}

states! { ($)
    NoSuchMatch no_such_match: given([]);
    Requested requested: given([requested()]);
    Declined declined: given([requested(), payment_requested(1), declined()]);
    PaymentUnderWay payment_under_way: given([requested(), payment_requested(1)]);
    SecondPaymentUnderWay second_payment_under_way:
        given([requested(), payment_requested(1), declined(), payment_requested(2)]);
    Paid paid: given([requested(), payment_requested(1), approved()]);
    PaidAgain paid_after_a_decline:
        given([requested(), payment_requested(1), declined(), payment_requested(2), approved()]);
    /// The teacher of these tests had it and gave it back.
    Withdrawn paid_after_a_withdrawal:
        given([requested(), payment_requested(1), approved(), assigned(), withdrawn()]);
    AssignedBefore assigned_before_the_meeting_time:
        given([requested(), payment_requested(1), approved(), assigned()]).at(just_before(visit_at()));
    AssignedFrom assigned_from_the_meeting_time_on:
        given([requested(), payment_requested(1), approved(), assigned()]).at(visit_at());
    /// Another teacher had it before.
    Reassigned assigned_again_after_a_withdrawal: given([
        requested(), payment_requested(1), approved(), assigned_to(OTHER_TEACHER),
        matching_protocol::Event::VisitWithdrawn { teacher: OTHER_TEACHER, reason: reason() }, assigned(),
    ]).at(just_before(visit_at()));
    Finished finished:
        given([requested(), payment_requested(1), approved(), assigned(), finished()]).at(visit_at());
    CanceledUnpaid canceled_unpaid: given([requested(), canceled()]);
    CanceledUnderWay canceled_with_a_payment_under_way:
        given([requested(), payment_requested(1), canceled()]);
    CanceledThenDeclined canceled_and_then_declined:
        given([requested(), payment_requested(1), canceled(), declined()]);
    /// The money arrived after the cancel.
    Crossed canceled_and_then_approved: given([requested(), payment_requested(1), canceled(), approved()]);
    CrossedAndBack canceled_and_then_approved_and_given_back:
        given([requested(), payment_requested(1), canceled(), approved(), given_back()]);
    CanceledPaid canceled_when_paid: given([requested(), payment_requested(1), approved(), canceled()]);
    CanceledAssigned canceled_when_assigned:
        given([requested(), payment_requested(1), approved(), assigned(), canceled()]);
    CanceledWithdrawn canceled_after_a_withdrawal:
        given([requested(), payment_requested(1), approved(), assigned(), withdrawn(), canceled()]);
    CalledOff canceled_and_called_off:
        given([requested(), payment_requested(1), approved(), assigned(), canceled(), called_off()]);
    GivenBack canceled_and_given_back:
        given([requested(), payment_requested(1), approved(), assigned(), canceled(), called_off(), given_back()]);
    /// The money was back before the visit was called off.
    GivenBackFirst canceled_and_given_back_first:
        given([requested(), payment_requested(1), approved(), assigned(), canceled(), given_back(), called_off()]);
    ExpiredUnpaid expired_unpaid: given([requested(), expired()]);
    ExpiredDeclined expired_after_a_decline: given([requested(), payment_requested(1), declined(), expired()]);
    ExpiredPaid expired_when_paid: given([requested(), payment_requested(1), approved(), expired()]);
    ExpiredGivenBack expired_and_given_back:
        given([requested(), payment_requested(1), approved(), expired(), called_off(), given_back()]);
}
