//! Two at once: one wins, the other gets its error, never both.

use std::time::Duration;

use matching_protocol::{ErrorCode, Status};
use matching_server::contexts::Rules;

use crate::support::{Server, Setup};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_teachers_at_once_exactly_one_gets_the_visit() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let (mut one, mut two) = (server.teacher("sora").await, server.teacher("kim").await);
    let at = server.tomorrow();
    for round in 0..100 {
        let match_id = student.request_and_pay().await;
        let (first, second) = if round % 2 == 0 {
            tokio::join!(one.confirm(match_id, at), two.confirm(match_id, at))
        } else {
            let (second, first) = tokio::join!(two.confirm(match_id, at), one.confirm(match_id, at));
            (first, second)
        };
        let winner = match (first, second) {
            (Ok(_), Err(ErrorCode::AlreadyAssigned)) => one.account(),
            (Err(ErrorCode::AlreadyAssigned), Ok(_)) => two.account(),
            both => panic!("round {round}: {both:?}"),
        };
        let shown = student.show(match_id).await.expect("the match");
        assert_eq!(shown.visit.map(|visit| visit.teacher), Some(winner));
    }
    assert_eq!(
        one.visits().await.expect("visits").len() + two.visits().await.expect("visits").len(),
        100,
        "every match has one teacher"
    );
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_and_a_confirm_at_once_never_leave_a_visit_on_a_canceled_match() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let at = server.tomorrow();
    for round in 0..60 {
        let match_id = student.request_and_pay().await;
        let (canceled, confirmed) = if round % 2 == 0 {
            tokio::join!(student.cancel(match_id), teacher.confirm(match_id, at))
        } else {
            let (confirmed, canceled) = tokio::join!(teacher.confirm(match_id, at), student.cancel(match_id));
            (canceled, confirmed)
        };
        let canceled = canceled.expect("an assigned visit may be canceled, so a cancel is never refused");
        match confirmed {
            Ok(confirmed) => {
                assert!(confirmed.seq < canceled.seq, "round {round}: confirmed after the cancel")
            }
            Err(code) => assert_eq!(code, ErrorCode::MatchCanceled, "round {round}"),
        }
        assert!(student.show(match_id).await.expect("the match").status.is_called_off());
    }
    server.settled().await;
    let canceled = server.events().iter().filter(|event| event.event.type_name() == "VisitCanceled").count();
    assert_eq!(canceled, 60, "each is called off once");
    assert_eq!(server.balances().await.values().copied().collect::<Vec<_>>(), [0, 0]);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_cancel_and_a_finish_at_once_exactly_one_wins() {
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let at = server.tomorrow();
    let mut finishes = 0;
    for round in 0..60 {
        let match_id = student.request_and_pay().await;
        teacher.confirm(match_id, at).await.expect("confirmed");
        let (canceled, finished) = if round % 2 == 0 {
            tokio::join!(student.cancel(match_id), teacher.finish(match_id))
        } else {
            let (finished, canceled) = tokio::join!(teacher.finish(match_id), student.cancel(match_id));
            (canceled, finished)
        };
        match (canceled, finished) {
            (Ok(_), Err(ErrorCode::MatchCanceled)) => {}
            (Err(ErrorCode::ClassFinished), Ok(_)) => finishes += 1,
            both => panic!("round {round}: {both:?}"),
        }
    }
    server.settled().await;
    let book = server.balances().await;
    assert_eq!(book.get("held"), Some(&0), "nothing is left over");
    let earned = book.get(&format!("teacher:{}", teacher.account())).copied().unwrap_or(0);
    assert_eq!(earned, finishes * 50_000, "each finish is paid, and no cancel");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_cancels_or_two_payments_at_once_one_is_done() {
    let server = Server::start().await;
    let (mut one, mut two) = (server.student("minji").await, server.login("minji").await);
    for round in 0..40 {
        let match_id = one.request().await;
        match tokio::join!(one.pay(match_id), two.pay(match_id)) {
            (Ok(_), Err(code)) | (Err(code), Ok(_)) => {
                assert_eq!(code, ErrorCode::AlreadyPaid, "round {round}");
            }
            both => panic!("round {round}: {both:?}"),
        }
        match tokio::join!(one.cancel(match_id), two.cancel(match_id)) {
            (Ok(_), Err(code)) | (Err(code), Ok(_)) => {
                assert_eq!(code, ErrorCode::AlreadyCanceled, "round {round}");
            }
            both => panic!("round {round}: {both:?}"),
        }
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_expiry_and_a_confirm_at_once_exactly_one_wins() {
    let expire_paid = Duration::from_secs(10);
    let rules = Rules { expire_paid, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let at = server.tomorrow();
    student.subscribe(server.head()).await.expect("subscribed");
    for round in 0..30 {
        let match_id = student.request_and_pay().await;
        server.clock.advance(expire_paid);
        // A new event wakes the policy; the confirm runs into it.
        let (confirmed, _) = tokio::join!(teacher.confirm(match_id, at), student.request());
        let status = match confirmed {
            Ok(_) => Status::VisitAssigned,
            Err(ErrorCode::MatchExpired) => {
                student
                    .pushes_until(|push| {
                        push.match_id() == match_id && crate::support::name_of(push) == "PaymentCanceled"
                    })
                    .await;
                continue;
            }
            Err(code) => panic!("round {round}: {code}"),
        };
        assert_eq!(student.show(match_id).await.expect("the match").status, status);
    }
    server.end().await;
}
