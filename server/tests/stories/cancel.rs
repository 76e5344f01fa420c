//! A student cancels, in each state: what the student, the teacher and the book see of it.

use std::collections::BTreeMap;

use matching_protocol::{Done, ErrorCode, MatchId, Money, Seq, Status, VisitStatus};

use crate::support::{Client, Server, hours, names};

async fn start() -> (Server, Client, Client) {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    student.subscribe(Seq(0)).await.expect("subscribed");
    teacher.subscribe(Seq(0)).await.expect("subscribed");
    (server, student, teacher)
}

/// Cancels what is paid, and waits until the money is back and the visit called off.
async fn cancel_paid(server: &Server, student: &mut Client, match_id: MatchId) {
    let done = student.cancel(match_id).await.expect("canceled");
    assert_eq!((done.match_id, done.status), (match_id, Status::MatchCanceled));
    server.settled().await;
    let pushes = student.pushes_to(server.head()).await;
    let mut after_cancel = names(&pushes);
    after_cancel.drain(..=after_cancel.iter().position(|name| *name == "MatchCanceled").expect("canceled"));
    after_cancel.sort_unstable();
    assert_eq!(after_cancel, ["PaymentCanceled", "VisitCanceled"], "each once, in whatever order");
    let shown = student.show(match_id).await.expect("the match");
    assert_eq!(shown.money, Money::GivenBack);
    assert!(matches!(shown.status, Status::VisitCanceled | Status::PaymentCanceled));
    let book = BTreeMap::from([("held".to_owned(), 0), (format!("student:{}", student.account()), 0)]);
    assert_eq!(server.balances().await, book);
    assert_eq!(student.cancel(match_id).await, Err(ErrorCode::AlreadyCanceled));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_not_paid_is_just_canceled() {
    let (server, mut student, mut teacher) = start().await;
    let match_id = student.request().await;
    let canceled = student.cancel(match_id).await;
    assert_eq!(canceled, Ok(Done { match_id, status: Status::MatchCanceled, seq: Seq(2) }));
    assert_eq!(student.pay(match_id).await, Err(ErrorCode::MatchCanceled));
    assert_eq!(student.cancel(match_id).await, Err(ErrorCode::AlreadyCanceled));

    let next = student.request_and_pay().await;
    assert_eq!(
        names(&student.pushes_to(server.head()).await),
        ["MatchRequested", "MatchCanceled", "MatchRequested", "PaymentRequested", "PaymentApproved"]
    );
    let pushes = teacher.pushes_to(server.head()).await;
    assert_eq!(pushes.len(), 1, "a teacher never hears of the first");
    assert_eq!(pushes[0].match_id(), next);
    assert_eq!(server.story_of(match_id), ["MatchRequested", "MatchCanceled"]);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paid_request_leaves_the_board_and_the_money_goes_back() {
    let (server, mut student, mut teacher) = start().await;
    let match_id = student.request_and_pay().await;
    assert_eq!(teacher.board().await.expect("the board").len(), 1);
    cancel_paid(&server, &mut student, match_id).await;

    assert_eq!(teacher.board().await, Ok(vec![]));
    assert_eq!(teacher.confirm(match_id, server.tomorrow()).await, Err(ErrorCode::MatchCanceled));
    assert_eq!(names(&teacher.pushes_to(Seq(4)).await), ["VisitListed", "VisitUnlisted"]);
    let next = student.request_and_pay().await;
    let pushes = teacher.pushes_to(server.head()).await;
    assert_eq!((pushes.len(), pushes[0].match_id()), (1, next), "and nothing more of the first");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assigned_visit_is_called_off_and_the_teacher_hears_it() {
    let (server, mut student, mut teacher) = start().await;
    let match_id = student.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    cancel_paid(&server, &mut student, match_id).await;

    teacher.push_named("MatchCanceled").await;
    teacher.push_named("VisitCanceled").await;
    let visits = teacher.visits().await.expect("visits");
    assert_eq!((visits.len(), visits[0].status), (1, VisitStatus::Canceled));
    assert_eq!(visits[0].student, None, "the contact is gone with the visit");
    assert_eq!(student.my_page().await.expect("my page")[0].teacher_contact, None);
    assert_eq!(teacher.finish(match_id).await, Err(ErrorCode::MatchCanceled));
    assert_eq!(teacher.withdraw(match_id).await, Err(ErrorCode::MatchCanceled));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_withdrawal_the_teacher_who_withdrew_hears_nothing_of_the_cancel() {
    let (server, mut student, mut teacher) = start().await;
    let match_id = student.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    teacher.withdraw(match_id).await.expect("withdrawn");
    cancel_paid(&server, &mut student, match_id).await;

    student.request_and_pay().await;
    assert_eq!(
        names(&teacher.pushes_to(server.head()).await),
        ["VisitListed", "VisitAssigned", "VisitWithdrawn", "VisitListed"]
    );
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_meeting_time_on_and_after_the_finish_it_is_refused() {
    let (server, mut student, mut teacher) = start().await;
    let match_id = student.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    assert_eq!(teacher.finish(match_id).await, Err(ErrorCode::TooEarlyToFinish));
    server.clock.advance(hours(24));
    let (mut student, mut teacher) = (server.login("minji").await, server.login("sora").await);
    assert_eq!(student.cancel(match_id).await, Err(ErrorCode::TooLateToCancel));
    teacher.finish(match_id).await.expect("finished");
    assert_eq!(student.cancel(match_id).await, Err(ErrorCode::ClassFinished));
    assert_eq!(teacher.finish(match_id).await, Err(ErrorCode::AlreadyFinished));
    let book = BTreeMap::from([
        ("held".to_owned(), 0),
        (format!("student:{}", student.account()), -50_000),
        (format!("teacher:{}", teacher.account()), 50_000),
    ]);
    assert_eq!(server.balances().await, book, "the money is the teacher's");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_cancels_and_withdraws_with_a_reason_at_any_time_before_the_finish() {
    let (server, mut student, mut teacher) = start().await;
    let reason = || matching_protocol::Reason::new("sick").expect("a reason");
    let dispatch = &server.service.dispatch;
    let match_id = student.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    let withdrawn = dispatch.admin_withdraw(match_id, reason(), "root").await.expect("withdrawn");
    assert_eq!(withdrawn.status, Status::VisitWithdrawn);
    assert_eq!(teacher.confirm(match_id, server.tomorrow()).await, Err(ErrorCode::WithdrawnBefore));

    let mut other = server.teacher("kim").await;
    other.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    server.clock.advance(hours(25));
    let canceled = dispatch.admin_cancel(match_id, reason(), "root").await.expect("canceled");
    assert_eq!(canceled.status, Status::MatchCanceled);
    server.settled().await;
    let by: Vec<String> = server.events().iter().map(|event| event.by.to_string()).collect();
    assert!(by.contains(&"admin:root".to_owned()) && by.contains(&"system:payment".to_owned()), "{by:?}");
    assert_eq!(dispatch.admin_cancel(match_id, reason(), "root").await, Err(ErrorCode::AlreadyCanceled));
    server.end().await;
}
