//! A context is down: what it owns answers so, everything else goes on, and when it is back it has everything once.

use matching_protocol::{
    Command, ContextName, ErrorCode, MatchId, Money, PayMatch, RequestMatch, Seq, Status,
};
use matching_server::contexts::Rules;

use crate::support::{Client, Server, Setup, name_of, names, price};

struct People {
    student: Client,
    teacher: Client,
}

/// A service on which a class may be finished at once, a student and a teacher, both subscribed.
async fn start() -> (Server, People) {
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    student.subscribe(Seq(0)).await.expect("subscribed");
    teacher.subscribe(Seq(0)).await.expect("subscribed");
    (server, People { student, teacher })
}

fn stop(server: &Server, context: ContextName) {
    server.service.views.stop(context);
}

/// Starts the context and waits until it has taken in what it missed and done what was due.
async fn start_again(server: &Server, context: ContextName) {
    server.service.views.start(context);
    server.settled().await;
    server.verify().await;
}

const DOWN: ErrorCode = ErrorCode::ContextUnavailable;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_visit_down_requests_and_payments_go_on_and_the_board_has_everything_once_after() {
    let (server, People { mut student, mut teacher }) = start().await;
    let (before, assigned) = (student.request_and_pay().await, student.request_and_pay().await);
    teacher.confirm(assigned, server.tomorrow()).await.expect("confirmed");
    stop(&server, ContextName::Visit);
    assert_eq!(teacher.board().await, Err(DOWN));
    assert_eq!(teacher.visits().await, Err(DOWN));
    assert_eq!(teacher.confirm(before, server.tomorrow()).await, Err(DOWN));
    assert_eq!(teacher.withdraw(assigned).await, Err(DOWN));

    let (during, canceled) = (student.request_and_pay().await, student.request_and_pay().await);
    student.cancel(canceled).await.expect("canceled");
    assert_eq!(student.show(during).await.expect("the match").status, Status::PaymentApproved);
    assert_eq!(student.my_page().await.expect("my page").len(), 4);
    teacher.finish(assigned).await.expect("class goes on");
    let pushes = student.pushes_until(|push| name_of(push) == "PaymentCanceled").await;
    assert!(!names(&pushes).contains(&"VisitCanceled"), "the money does not wait for visit");
    let pushes = teacher.pushes_until(|push| name_of(push) == "ClassFinished").await;
    assert!(names(&pushes).contains(&"VisitListed"), "pushes come from the log: {:?}", names(&pushes));

    start_again(&server, ContextName::Visit).await;
    let board: Vec<MatchId> = teacher.board().await.expect("the board").iter().map(|r| r.match_id).collect();
    assert_eq!(board, [before, during], "each once");
    assert_eq!(count(&server, canceled, "VisitCanceled"), 1);
    teacher.confirm(during, server.tomorrow()).await.expect("confirmed");
    server.end().await;
}

fn count(server: &Server, match_id: MatchId, name: &str) -> usize {
    server.story_of(match_id).iter().filter(|event| **event == name).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_mypage_down_only_my_page_is() {
    let (server, People { mut student, mut teacher }) = start().await;
    stop(&server, ContextName::Mypage);
    let match_id = student.request_and_pay().await;
    assert_eq!(student.my_page().await, Err(DOWN));
    assert_eq!(student.timeline(match_id).await, Err(DOWN));
    assert_eq!(student.show(match_id).await.expect("the match").status, Status::PaymentApproved);
    assert_eq!(student.matches().await.expect("matches").len(), 1);
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    teacher.finish(match_id).await.expect("finished");
    assert_eq!(student.classes().await.expect("classes").len(), 1);
    student.push_named("ClassFinished").await;

    start_again(&server, ContextName::Mypage).await;
    let page = student.my_page().await.expect("my page");
    assert_eq!((page.len(), page[0].summary.status), (1, Status::ClassFinished));
    assert_eq!(student.timeline(match_id).await.expect("the timeline").len(), 5);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_class_down_nothing_is_finished_and_the_rest_goes_on() {
    let (server, People { mut student, mut teacher }) = start().await;
    let match_id = student.request_and_pay().await;
    stop(&server, ContextName::Class);
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    assert_eq!(teacher.finish(match_id).await, Err(DOWN));
    assert_eq!(teacher.classes().await, Err(DOWN));
    assert_eq!(student.classes().await, Err(DOWN));
    let other = student.request_and_pay().await;
    teacher.confirm(other, server.tomorrow()).await.expect("confirmed");
    student.cancel(other).await.expect("canceled");
    assert_eq!(teacher.visits().await.expect("visits").len(), 2);

    start_again(&server, ContextName::Class).await;
    teacher.finish(match_id).await.expect("finished");
    assert_eq!(teacher.classes().await.expect("classes").len(), 2);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_payment_down_nothing_is_charged_and_a_refund_waits() {
    let (server, People { mut student, mut teacher }) = start().await;
    let (paid, unpaid) = (student.request_and_pay().await, student.request().await);
    stop(&server, ContextName::Payment);
    let pay = Command::PayMatch(PayMatch { match_id: unpaid });
    assert_eq!(student.command(pay).await, Err(ErrorCode::PaymentUnavailable));
    assert_eq!(server.story_of(unpaid), ["MatchRequested"], "nothing was appended");
    let offer = RequestMatch { price: price(50_000), subject: None, area: None, note: None };
    student.command(Command::RequestMatch(offer)).await.expect("requests go on");
    teacher.confirm(paid, server.tomorrow()).await.expect("confirmed");
    student.cancel(paid).await.expect("canceled");
    teacher.pushes_until(|push| name_of(push) == "VisitCanceled").await;
    assert_eq!(student.show(paid).await.expect("the match").money, Money::GoingBack);
    assert_eq!(count(&server, paid, "PaymentCanceled"), 0);

    start_again(&server, ContextName::Payment).await;
    assert_eq!(count(&server, paid, "PaymentCanceled"), 1);
    assert_eq!(student.show(paid).await.expect("the match").money, Money::GivenBack);
    student.pay(unpaid).await.expect("paid");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_match_down_visits_and_classes_go_on() {
    let (server, People { mut student, mut teacher }) = start().await;
    let (first, second) = (student.request_and_pay().await, student.request_and_pay().await);
    stop(&server, ContextName::Matching);
    let offer = RequestMatch { price: price(50_000), subject: None, area: None, note: None };
    assert_eq!(student.command(Command::RequestMatch(offer)).await, Err(DOWN));
    assert_eq!(student.pay(first).await, Err(DOWN));
    assert_eq!(student.cancel(first).await, Err(DOWN));
    assert_eq!(student.show(first).await, Err(DOWN));
    assert_eq!(student.matches().await, Err(DOWN));
    teacher.confirm(first, server.tomorrow()).await.expect("confirmed");
    teacher.finish(first).await.expect("finished");
    assert_eq!(student.my_page().await.expect("my page").len(), 2);

    start_again(&server, ContextName::Matching).await;
    assert_eq!(student.show(first).await.expect("the match").status, Status::ClassFinished);
    student.cancel(second).await.expect("canceled");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stopped_when_the_service_stopped_runs_at_its_next_start() {
    let (server, People { mut student, .. }) = start().await;
    for context in ContextName::ALL {
        if context != ContextName::Matching && context != ContextName::Payment {
            stop(&server, context);
        }
    }
    let match_id = student.request_and_pay().await;
    student.cancel(match_id).await.expect("canceled");
    let server = server.restart().await;
    server.settled().await;
    assert_eq!(count(&server, match_id, "VisitCanceled"), 1);
    let page = server.login("minji").await.my_page().await.expect("my page");
    assert_eq!(page.len(), 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_is_folded_again_has_the_same_rows() {
    let (server, People { mut student, mut teacher }) = start().await;
    let match_id = student.request_and_pay().await;
    student.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    let (page, board) = (student.my_page().await, teacher.board().await);
    for context in ContextName::ALL {
        let mut cursor = server.service.views.cursor(context);
        cursor.borrow_and_update();
        server.service.views.rebuild(context);
        crate::support::within("the fold from the start", async {
            cursor.changed().await.expect("a view");
        })
        .await;
    }
    server.settled().await;
    assert_eq!(student.my_page().await, page);
    assert_eq!(teacher.board().await, board);
    server.end().await;
}
