//! A student asks and pays, a teacher confirms and finishes, and everybody sees what is theirs to see, in order.

use matching_protocol::{
    Area, Command, ConfirmVisit, Done, Event, Money, Note, PersonName, Push, RequestMatch, Seq, Status,
    Subject, VisitStatus,
};
use matching_server::ports::Clock;

use crate::support::{Server, hours, names, price, seqs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_request_to_the_finish_both_sides_see_every_change() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let (mut other_student, mut other_teacher) = (server.student("jun").await, server.teacher("kim").await);
    for client in [&mut student, &mut teacher, &mut other_student, &mut other_teacher] {
        assert_eq!(client.subscribe(Seq(0)).await, Ok(Seq(0)));
    }

    let offer = RequestMatch {
        price: price(50_000),
        subject: Some(Subject::new("수학").expect("a subject")),
        area: Some(Area::new("Mapo").expect("an area")),
        note: Some(Note::new("Evenings, please").expect("a note")),
    };
    let requested = student.command(Command::RequestMatch(offer.clone())).await.expect("requested");
    let match_id = requested.match_id;
    assert_eq!(requested, Done { match_id, status: Status::MatchRequested, seq: Seq(1) });
    assert_eq!(teacher.board().await, Ok(vec![]), "not on the board before it is paid");
    let paid = student.pay(match_id).await;
    assert_eq!(paid, Ok(Done { match_id, status: Status::PaymentApproved, seq: Seq(3) }));

    let board = teacher.board().await.expect("the board");
    assert_eq!(board.len(), 1);
    assert_eq!(
        (board[0].match_id, board[0].price, &board[0].subject, &board[0].area, &board[0].note),
        (match_id, price(50_000), &offer.subject, &offer.area, &offer.note)
    );
    let visit_at = server.clock.now().plus(hours(26));
    let confirm =
        ConfirmVisit { match_id, teacher_name: PersonName::new("한소라").expect("a name"), visit_at };
    let confirmed = teacher.command(Command::ConfirmVisit(confirm)).await;
    assert_eq!(confirmed, Ok(Done { match_id, status: Status::VisitAssigned, seq: Seq(4) }));
    assert_eq!(other_teacher.board().await, Ok(vec![]));

    let visits = teacher.visits().await.expect("visits");
    assert_eq!((visits.len(), visits[0].status, visits[0].visit_at), (1, VisitStatus::Assigned, visit_at));
    let contact = visits[0].student.as_ref().expect("the student's contact");
    assert_eq!(contact.address.as_ref().map(|address| address.as_str()), Some("minji's house"));
    let page = student.my_page().await.expect("my page");
    assert_eq!((page.len(), page[0].summary.status), (1, Status::VisitAssigned));
    let contact = page[0].teacher_contact.as_ref().expect("the teacher's contact");
    assert_eq!(contact.name.as_str(), "sora of the test");
    assert_eq!(contact.address, None, "a teacher's address is nobody's business");

    server.clock.advance(hours(26));
    let finished = server.login("sora").await.finish(match_id).await;
    assert_eq!(finished, Ok(Done { match_id, status: Status::ClassFinished, seq: Seq(5) }));

    let seen = student.pushes_to(Seq(5)).await;
    assert_eq!(
        names(&seen),
        ["MatchRequested", "PaymentRequested", "PaymentApproved", "VisitAssigned", "ClassFinished"]
    );
    assert_eq!(seqs(&seen), (1..=5).map(Seq).collect::<Vec<_>>());
    assert!(seen.iter().all(|push| push.match_id() == match_id));
    assert_eq!(names(&teacher.pushes_to(Seq(5)).await), ["VisitListed", "VisitAssigned", "ClassFinished"]);

    let mut student = server.login("minji").await;
    assert_eq!(student.subscribe(Seq(0)).await, Ok(Seq(5)));
    assert_eq!(student.pushes_to(Seq(5)).await, seen, "a later subscription sees the same");
    let shown = student.show(match_id).await.expect("the match");
    assert_eq!((shown.status, shown.money, shown.seq), (Status::ClassFinished, Money::PaidOut, Seq(5)));
    let timeline = student.timeline(match_id).await.expect("the timeline");
    assert_eq!(timeline.into_iter().map(Push::Event).collect::<Vec<_>>(), seen);

    // Those whom it does not concern see what the board shows, and nothing before their own next event.
    let next = other_student_asks(&server).await;
    assert_eq!(names(&other_student.pushes_to(next).await), ["MatchRequested"]);
    assert_eq!(
        names(&other_teacher.pushes_until(|push| push.seq() > next).await),
        ["VisitListed", "VisitUnlisted", "VisitListed"]
    );
    assert!(
        matches!(server.events()[4].event, Event::ClassFinished { teacher: by } if by == teacher.account())
    );
    server.end().await;
}

/// A request of somebody else, paid: the place of its first event.
async fn other_student_asks(server: &Server) -> Seq {
    let mut other = server.login("jun").await;
    let match_id = other.request_and_pay().await;
    server.service.log.read_match(match_id).expect("the log").events[0].seq
}
