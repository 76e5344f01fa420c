//! How an event changes status and money (DOMAIN.md, 'From event to policy').

use matching_protocol::{
    AccountId, Actor, DeclineReason, Event, MatchId, MatchView, Money, PersonName, Price, Reason, Recorded,
    Seq, Status, Time, VisitView,
};

fn price() -> Price {
    Price::new(50_000).expect("a price")
}

fn reason() -> Reason {
    Reason::new("sick").expect("a reason")
}

fn visit() -> VisitView {
    VisitView {
        teacher: AccountId(9),
        teacher_name: PersonName::new("Sora Han").expect("a name"),
        visit_at: "2026-12-01T10:00:00Z".parse().expect("a time"),
    }
}

fn event(status: Status) -> Event {
    let teacher = AccountId(9);
    match status {
        Status::MatchRequested => Event::MatchRequested {
            student: AccountId(7),
            price: price(),
            subject: None,
            area: None,
            note: None,
        },
        Status::PaymentRequested => Event::PaymentRequested {
            provider: "ledger".to_owned(),
            key: "log/42/1".to_owned(),
            attempt: 1,
            amount: price(),
        },
        Status::PaymentApproved => Event::PaymentApproved { amount: price() },
        Status::PaymentDeclined => Event::PaymentDeclined { reason: DeclineReason::unavailable() },
        Status::VisitAssigned => {
            let VisitView { teacher, teacher_name, visit_at } = visit();
            Event::VisitAssigned { teacher, teacher_name, visit_at }
        }
        Status::VisitWithdrawn => Event::VisitWithdrawn { teacher, reason: reason() },
        Status::ClassFinished => Event::ClassFinished { teacher },
        Status::MatchCanceled => Event::MatchCanceled { reason: None },
        Status::MatchExpired => Event::MatchExpired {},
        Status::VisitCanceled => Event::VisitCanceled {},
        Status::PaymentCanceled => Event::PaymentCanceled { amount: price() },
    }
}

fn at(minute: i64) -> Time {
    Time::from_millis(minute * 60_000)
}

fn recorded(seq: u64, status: Status) -> Recorded {
    Recorded {
        seq: Seq(seq),
        match_id: MatchId::new(42).expect("a match id"),
        version: seq as u32,
        at: at(seq as i64),
        by: Actor::Account(AccountId(7)),
        event: event(status),
    }
}

/// The fold of a history that starts with `MatchRequested`.
fn fold(then: &[Status]) -> MatchView {
    let mut view = MatchView::first(&recorded(1, Status::MatchRequested)).expect("a first event");
    for (seq, &status) in (2..).zip(then) {
        view.apply(&recorded(seq, status));
    }
    view
}

#[test]
fn an_open_or_finished_match_has_the_name_of_its_last_event_as_its_status() {
    for before in Status::ALL.into_iter().filter(|status| !status.is_called_off()) {
        for next in Status::ALL {
            assert_eq!(before.after(&event(next)), next, "{next} after {before}");
        }
    }
}

#[test]
fn once_called_off_only_visit_canceled_and_payment_canceled_change_the_status() {
    for before in Status::ALL.into_iter().filter(|status| status.is_called_off()) {
        for next in Status::ALL {
            let expected = match next {
                Status::VisitCanceled | Status::PaymentCanceled => next,
                _ => before,
            };
            assert_eq!(before.after(&event(next)), expected, "{next} after {before}");
        }
    }
}

#[test]
fn visit_canceled_and_payment_canceled_change_the_status_in_the_order_in_which_they_come() {
    use Status::{MatchCanceled, PaymentApproved, PaymentCanceled, PaymentRequested, VisitCanceled};
    let paid = [PaymentRequested, PaymentApproved, MatchCanceled];
    assert_eq!(fold(&[&paid[..], &[VisitCanceled, PaymentCanceled]].concat()).status, PaymentCanceled);
    assert_eq!(fold(&[&paid[..], &[PaymentCanceled, VisitCanceled]].concat()).status, VisitCanceled);
}

#[test]
fn called_off_are_canceled_and_expired_and_what_follows_and_closed_are_these_and_finished() {
    let called_off: Vec<Status> = Status::ALL.into_iter().filter(|status| status.is_called_off()).collect();
    assert_eq!(
        called_off,
        [Status::MatchCanceled, Status::MatchExpired, Status::VisitCanceled, Status::PaymentCanceled]
    );
    for status in Status::ALL {
        let closed = called_off.contains(&status) || status == Status::ClassFinished;
        assert_eq!(status.is_closed(), closed, "{status}");
    }
}

#[test]
fn a_status_and_a_state_of_money_are_read_as_they_are_written() {
    for status in Status::ALL {
        assert_eq!(status.as_str().parse(), Ok(status));
        assert_eq!(event(status).type_name(), status.as_str());
        assert_eq!(serde_json::to_value(status).expect("JSON"), status.as_str());
    }
    for money in Money::ALL {
        assert_eq!(money.as_str().parse(), Ok(money));
        assert_eq!(serde_json::to_value(money).expect("JSON"), money.as_str());
    }
}

#[test]
fn money_is_held_when_paid_and_the_teachers_when_finished() {
    use Status::{ClassFinished, PaymentApproved, PaymentRequested, VisitAssigned};
    let history = [PaymentRequested, PaymentApproved, VisitAssigned, ClassFinished];
    let money: Vec<Money> = (0..=history.len()).map(|n| fold(&history[..n]).money).collect();
    assert_eq!(money, [Money::None, Money::UnderWay, Money::Held, Money::Held, Money::PaidOut]);
}

#[test]
fn a_declined_payment_may_be_tried_again() {
    use Status::{PaymentApproved, PaymentDeclined, PaymentRequested};
    assert_eq!(fold(&[PaymentRequested, PaymentDeclined]).money, Money::Declined);
    let paid = fold(&[PaymentRequested, PaymentDeclined, PaymentRequested, PaymentApproved]);
    assert_eq!((paid.status, paid.money), (PaymentApproved, Money::Held));
}

#[test]
fn held_money_is_owed_back_from_cancel_or_expiry_until_it_is_given_back() {
    use Status::{
        MatchCanceled, MatchExpired, PaymentApproved, PaymentCanceled, PaymentRequested, VisitCanceled,
    };
    for end in [MatchCanceled, MatchExpired] {
        let due = [PaymentRequested, PaymentApproved, end, VisitCanceled];
        assert_eq!(fold(&due[..3]).money, Money::GoingBack, "{end}");
        assert_eq!(fold(&due).money, Money::GoingBack, "{end}: the visit moves no money");
        assert_eq!(fold(&[&due[..], &[PaymentCanceled]].concat()).money, Money::GivenBack, "{end}");
    }
}

#[test]
fn a_match_that_was_never_paid_owes_nothing_when_it_is_called_off() {
    assert_eq!(fold(&[Status::MatchCanceled]).money, Money::None);
    assert_eq!(fold(&[Status::MatchExpired]).money, Money::None);
}

#[test]
fn money_that_arrives_after_a_cancel_goes_back_and_the_status_stays() {
    use Status::{MatchCanceled, PaymentApproved, PaymentCanceled, PaymentRequested};
    let crossed = [PaymentRequested, MatchCanceled, PaymentApproved];
    let under_way = fold(&crossed[..2]);
    assert_eq!((under_way.status, under_way.money), (MatchCanceled, Money::UnderWay));
    let arrived = fold(&crossed);
    assert_eq!((arrived.status, arrived.money), (MatchCanceled, Money::GoingBack));
    let back = fold(&[&crossed[..], &[PaymentCanceled]].concat());
    assert_eq!((back.status, back.money), (PaymentCanceled, Money::GivenBack));
}

#[test]
fn a_visit_is_shown_from_its_assignment_and_stays_with_a_finished_class() {
    use Status::{ClassFinished, PaymentApproved, PaymentRequested, VisitAssigned};
    let history = [PaymentRequested, PaymentApproved, VisitAssigned, ClassFinished];
    assert_eq!(fold(&history[..2]).visit, None);
    assert_eq!(fold(&history[..3]).visit, Some(visit()));
    assert_eq!(fold(&history).visit, Some(visit()));
}

#[test]
fn a_withdrawn_or_canceled_visit_is_shown_no_longer() {
    use Status::{
        MatchCanceled, PaymentApproved, PaymentRequested, VisitAssigned, VisitCanceled, VisitWithdrawn,
    };
    let assigned = [PaymentRequested, PaymentApproved, VisitAssigned];
    assert_eq!(fold(&[&assigned[..], &[VisitWithdrawn]].concat()).visit, None);
    assert_eq!(fold(&[&assigned[..], &[VisitWithdrawn, VisitAssigned]].concat()).visit, Some(visit()));
    assert_eq!(fold(&[&assigned[..], &[MatchCanceled, VisitCanceled]].concat()).visit, None);
}

#[test]
fn an_event_that_is_folded_already_changes_nothing() {
    let mut view = fold(&[Status::PaymentRequested, Status::PaymentApproved]);
    let before = view.clone();
    for seq in 1..=3 {
        view.apply(&recorded(seq, Status::MatchCanceled));
    }
    assert_eq!(view, before);
}

#[test]
fn a_view_knows_the_last_event_that_it_holds_and_when_it_was() {
    let view = fold(&[Status::PaymentRequested, Status::PaymentApproved]);
    assert_eq!((view.seq, view.requested_at, view.updated_at), (Seq(3), at(1), at(3)));
}

#[test]
fn a_match_begins_with_its_request_and_with_nothing_else() {
    for status in Status::ALL {
        let first = MatchView::first(&recorded(1, status));
        assert_eq!(first.is_some(), status == Status::MatchRequested, "{status}");
    }
}
