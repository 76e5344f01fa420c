//! A teacher gives a visit back: others see it again, that one does not, and another takes it.

use matching_protocol::{ClassStatus, ErrorCode, Event, Push, Recorded, Seq, Status};

use crate::support::{Server, hours, names};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_listed_again_and_taken_by_another() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let (mut sora, mut kim) = (server.teacher("sora").await, server.teacher("kim").await);
    for client in [&mut student, &mut sora, &mut kim] {
        client.subscribe(Seq(0)).await.expect("subscribed");
    }
    let match_id = student.request_and_pay().await;
    sora.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    assert_eq!(kim.withdraw(match_id).await, Err(ErrorCode::NotYourClass));
    assert_eq!(kim.finish(match_id).await, Err(ErrorCode::NotYourClass));
    assert_eq!(sora.classes().await.expect("classes")[0].status, ClassStatus::Open);
    let withdrawn = sora.withdraw(match_id).await.expect("withdrawn");
    assert_eq!(withdrawn.status, Status::VisitWithdrawn);

    assert_eq!(sora.visits().await, Ok(vec![]), "no longer hers");
    assert_eq!(sora.classes().await, Ok(vec![]), "off her list");
    assert_eq!(student.classes().await.expect("classes")[0].status, ClassStatus::Closed);
    assert_eq!(student.my_page().await.expect("my page")[0].summary.visit, None);
    assert_eq!(sora.board().await, Ok(vec![]), "not for her");
    assert_eq!(kim.board().await.expect("the board").len(), 1);
    assert_eq!(sora.confirm(match_id, server.tomorrow()).await, Err(ErrorCode::WithdrawnBefore));
    assert_eq!(sora.finish(match_id).await, Err(ErrorCode::NotAssigned));

    kim.confirm(match_id, server.tomorrow()).await.expect("confirmed by another");
    let classes = student.classes().await.expect("classes");
    assert_eq!((classes.len(), classes[0].teacher, classes[0].status), (1, kim.account(), ClassStatus::Open));
    assert_eq!(sora.confirm(match_id, server.tomorrow()).await, Err(ErrorCode::AlreadyAssigned));
    server.clock.advance(hours(24));
    let mut kim_later = server.login("kim").await;
    kim_later.finish(match_id).await.expect("finished");

    let mut minji_later = server.login("minji").await;
    minji_later.request_and_pay().await;
    let head = server.head();
    let seen = student.pushes_to(head).await;
    assert_eq!(
        names(&seen)[..7],
        [
            "MatchRequested",
            "PaymentRequested",
            "PaymentApproved",
            "VisitAssigned",
            "VisitWithdrawn",
            "VisitAssigned",
            "ClassFinished"
        ]
    );
    let Push::Event(Recorded { event: Event::VisitWithdrawn { teacher, reason }, .. }) = &seen[4] else {
        panic!("{:?}", seen[4])
    };
    assert_eq!((*teacher, reason.as_str()), (sora.account(), "sick"), "the student is told why");
    assert_eq!(
        names(&sora.pushes_to(head).await),
        ["VisitListed", "VisitAssigned", "VisitWithdrawn", "VisitListed"],
        "nothing later on that match"
    );
    assert_eq!(
        names(&kim.pushes_to(head).await),
        ["VisitListed", "VisitUnlisted", "VisitListed", "VisitAssigned", "ClassFinished", "VisitListed"]
    );
    server.end().await;
}
