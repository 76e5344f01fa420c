//! What waits too long expires, by the test's clock; what does not wait never does.

use std::time::Duration;

use matching_protocol::{ErrorCode, Money, Seq, Status};

use crate::support::{Server, hours, name_of};

const DAY: u64 = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_nobody_paid_expires_after_a_day() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    student.subscribe(Seq(0)).await.expect("subscribed");
    let first = student.request().await;
    server.clock.advance(hours(DAY) - Duration::from_millis(1));
    let mut student_later = server.login("minji").await;
    let second = student_later.request().await;
    server.clock.advance(Duration::from_millis(1));
    let expired = student.push_named("MatchExpired").await;
    assert_eq!(expired.match_id(), first);

    let mut student = server.login("minji").await;
    assert_eq!(student.pay(first).await, Err(ErrorCode::MatchExpired));
    assert_eq!(student.cancel(first).await, Err(ErrorCode::MatchExpired));
    student.pay(second).await.expect("the younger one is as it was");
    assert_eq!(server.story_of(first), ["MatchRequested", "MatchExpired"]);
    let by = server.service.log.read_match(first).expect("the log").events[1].by.to_string();
    assert_eq!(by, "system:matching");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paid_request_that_nobody_took_expires_after_a_week_and_the_money_goes_back() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    for client in [&mut student, &mut teacher] {
        client.subscribe(Seq(0)).await.expect("subscribed");
    }
    let match_id = student.request_and_pay().await;
    server.clock.advance(hours(7 * DAY));
    student.push_named("MatchExpired").await;
    server.settled().await;

    let mut story = server.story_of(match_id);
    story[4..].sort_unstable();
    assert_eq!(
        story,
        [
            "MatchRequested",
            "PaymentRequested",
            "PaymentApproved",
            "MatchExpired",
            "PaymentCanceled",
            "VisitCanceled"
        ]
    );
    let unlisted = teacher.pushes_to(Seq(4)).await;
    assert_eq!(unlisted.iter().map(name_of).collect::<Vec<_>>(), ["VisitListed", "VisitUnlisted"]);
    let mut teacher = server.login("sora").await;
    assert_eq!(teacher.board().await, Ok(vec![]));
    assert_eq!(teacher.confirm(match_id, server.tomorrow()).await, Err(ErrorCode::MatchExpired));
    let shown = server.login("minji").await.show(match_id).await.expect("the match");
    assert_eq!(shown.money, Money::GivenBack);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_starts_the_week_anew_and_an_assigned_visit_never_expires() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    student.subscribe(Seq(0)).await.expect("subscribed");
    let (withdrawn, assigned) = (student.request_and_pay().await, student.request_and_pay().await);
    teacher.confirm(withdrawn, server.tomorrow()).await.expect("confirmed");
    teacher.confirm(assigned, server.tomorrow()).await.expect("confirmed");
    server.clock.advance(hours(6 * DAY));
    let mut teacher = server.login("sora").await;
    teacher.withdraw(withdrawn).await.expect("withdrawn");
    server.clock.advance(hours(7 * DAY) - Duration::from_millis(1));
    let unpaid = server.login("minji").await.request().await;
    server.clock.advance(Duration::from_millis(1));
    let expired = student.push_named("MatchExpired").await;
    assert_eq!(expired.match_id(), withdrawn);
    server.clock.advance(hours(300 * DAY));
    let expired = student.push_named("MatchExpired").await;
    assert_eq!(expired.match_id(), unpaid);
    server.settled().await;
    let shown = server.login("minji").await.show(assigned).await.expect("the match");
    assert_eq!(shown.status, Status::VisitAssigned);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_due_while_the_service_was_down_expires_when_it_is_back() {
    let server = Server::start().await;
    let match_id = server.student("minji").await.request_and_pay().await;
    let clock = std::sync::Arc::clone(&server.clock);
    let server = server.restart_after(|| clock.advance(hours(8 * DAY))).await;
    let mut student = server.login("minji").await;
    student.subscribe(Seq(0)).await.expect("subscribed");
    let expired = student.push_named("MatchExpired").await;
    assert_eq!(expired.match_id(), match_id);
    server.end().await;
}
