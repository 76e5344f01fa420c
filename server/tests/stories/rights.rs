//! Who may do and see what: each role with every command and every query.

use matching_protocol::{
    AccountName, Body, CancelMatch, Command, Done, ErrorCode, FinishClass, Language, MatchId, NewPassword,
    Nothing, OneMatch, PageOf, PayMatch, PersonName, Query, Reason, Refresh, Register, RequestMatch,
    ResultBody, Role, Seq, SessionRequest, VisitStatus, WithdrawVisit,
};
use matching_server::contexts::Rules;

use crate::support::{Client, PASSWORD, Server, Setup, confirmation, price};

fn commands(match_id: MatchId, server: &Server) -> [Body; 6] {
    let reason = Reason::new("sick").expect("a reason");
    [
        offer(),
        Command::PayMatch(PayMatch { match_id }),
        Command::CancelMatch(CancelMatch { match_id }),
        Command::ConfirmVisit(confirmation(match_id, server.tomorrow())),
        Command::WithdrawVisit(WithdrawVisit { match_id, reason }),
        Command::FinishClass(FinishClass { match_id }),
    ]
    .map(Body::Command)
}

fn queries(match_id: MatchId) -> [Body; 7] {
    let page = PageOf::default;
    [
        Query::ShowMatch(OneMatch { match_id }),
        Query::Matches(page()),
        Query::MyPage(page()),
        Query::Timeline(OneMatch { match_id }),
        Query::VisitRequests(page()),
        Query::Visits(page()),
        Query::Classes(page()),
    ]
    .map(Body::Query)
}

/// The answers' codes, in the order of the bodies; `None` is done.
async fn codes(client: &mut Client, bodies: impl IntoIterator<Item = Body>) -> Vec<Option<ErrorCode>> {
    let mut codes = Vec::new();
    for body in bodies {
        codes.push(client.ask(body).await.err());
    }
    codes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_may_do_its_own_commands_and_no_other() {
    use ErrorCode::{NotAssigned, NotFound, NotPaid, WrongRole};
    let server = Server::start().await;
    let match_id = server.student("minji").await.request().await;
    let (mut other, mut teacher) = (server.student("jun").await, server.teacher("sora").await);
    let mut admin = server.admin("root").await;
    let no = Some(WrongRole);
    assert_eq!(
        codes(&mut other, commands(match_id, &server)).await,
        [None, Some(NotFound), Some(NotFound), no, no, no],
        "a student, on a match of another"
    );
    assert_eq!(
        codes(&mut teacher, commands(match_id, &server)).await,
        [no, no, no, Some(NotPaid), Some(NotAssigned), Some(NotAssigned)]
    );
    assert_eq!(codes(&mut admin, commands(match_id, &server)).await, [no; 6], "an admin account sees only");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_may_ask_its_own_queries_and_no_other() {
    use ErrorCode::{NotFound, WrongRole};
    let server = Server::start().await;
    let mut owner = server.student("minji").await;
    let match_id = owner.request_and_pay().await;
    let (mut other, mut teacher) = (server.student("jun").await, server.teacher("sora").await);
    let mut admin = server.admin("root").await;
    let no = Some(WrongRole);
    assert_eq!(codes(&mut owner, queries(match_id)).await, [None, None, None, None, no, no, None]);
    assert_eq!(
        codes(&mut other, queries(match_id)).await,
        [Some(NotFound), None, None, Some(NotFound), no, no, None]
    );
    assert_eq!(codes(&mut teacher, queries(match_id)).await, [no, no, no, no, None, None, None]);
    assert_eq!(codes(&mut admin, queries(match_id)).await, [None; 7]);
    let missing = MatchId::new(999).expect("a match id");
    for client in [&mut owner, &mut admin] {
        assert_eq!(client.show(missing).await, Err(NotFound));
        assert_eq!(client.timeline(missing).await, Err(NotFound));
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_is_not_logged_in_may_do_anything() {
    let server = Server::start().await;
    let match_id = server.student("minji").await.request().await;
    let mut nobody = server.connect().await;
    let no = Some(ErrorCode::Unauthenticated);
    assert_eq!(codes(&mut nobody, commands(match_id, &server)).await, [no; 6]);
    assert_eq!(codes(&mut nobody, queries(match_id)).await, [no; 7]);
    assert_eq!(nobody.subscribe(Seq(0)).await, Err(ErrorCode::Unauthenticated));
    let who = nobody.ask(Body::Session(SessionRequest::WhoAmI(Nothing {}))).await;
    assert_eq!(who, Err(ErrorCode::Unauthenticated));

    let signed_in = nobody.log_in("minji", PASSWORD).await;
    nobody.show(match_id).await.expect("now it may");
    let logout = SessionRequest::Logout(Refresh { refresh_token: signed_in.refresh_token });
    nobody.ask(Body::Session(logout)).await.expect("logged out");
    assert_eq!(nobody.show(match_id).await, Err(ErrorCode::Unauthenticated));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_hold_ones_own_rows_only_and_an_admins_all() {
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut minji, mut jun) = (server.student("minji").await, server.student("jun").await);
    let (mut sora, mut kim) = (server.teacher("sora").await, server.teacher("kim").await);
    let mut admin = server.admin("root").await;
    let (of_minji, of_jun) = (minji.request_and_pay().await, jun.request_and_pay().await);
    sora.confirm(of_minji, server.tomorrow()).await.expect("confirmed");
    kim.confirm(of_jun, server.tomorrow()).await.expect("confirmed");
    for (client, own) in [(&mut minji, of_minji), (&mut jun, of_jun)] {
        let ids =
            |rows: Vec<matching_protocol::MatchView>| rows.iter().map(|r| r.match_id).collect::<Vec<_>>();
        assert_eq!(ids(client.matches().await.expect("matches")), [own]);
        let page = client.my_page().await.expect("my page");
        assert_eq!(page.iter().map(|row| row.summary.match_id).collect::<Vec<_>>(), [own]);
        let classes = client.classes().await.expect("classes");
        assert_eq!(classes.iter().map(|row| row.match_id).collect::<Vec<_>>(), [own]);
    }
    for (client, own) in [(&mut sora, of_minji), (&mut kim, of_jun)] {
        let visits = client.visits().await.expect("visits");
        assert_eq!(visits.iter().map(|row| row.match_id).collect::<Vec<_>>(), [own]);
        let classes = client.classes().await.expect("classes");
        assert_eq!(classes.iter().map(|row| row.match_id).collect::<Vec<_>>(), [own]);
    }
    assert_eq!(admin.matches().await.expect("matches").len(), 2);
    let (page, visits) = (admin.my_page().await.expect("pages"), admin.visits().await.expect("visits"));
    assert_eq!((page.len(), visits.len(), admin.classes().await.expect("classes").len()), (2, 2, 2));
    assert!(
        page.iter().all(|row| row.teacher_contact.is_none()),
        "contacts are not an admin account's to see"
    );
    assert!(visits.iter().all(|row| row.student.is_none()));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_are_shown_from_the_assignment_until_it_ends() {
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let (finished, withdrawn, canceled) =
        (student.request_and_pay().await, student.request_and_pay().await, student.request_and_pay().await);
    assert!(student.my_page().await.expect("my page").iter().all(|row| row.teacher_contact.is_none()));
    for match_id in [finished, withdrawn, canceled] {
        teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    }
    for visit in teacher.visits().await.expect("visits") {
        let student = visit.student.expect("a contact");
        assert_eq!(student.name.as_str(), "minji of the test");
        assert_eq!(student.phone.expect("a phone number").as_str(), "010-minji");
        assert_eq!(student.address.expect("an address").as_str(), "minji's house");
    }
    for row in student.my_page().await.expect("my page") {
        let teacher = row.teacher_contact.expect("a contact");
        assert_eq!(teacher.phone.expect("a phone number").as_str(), "010-sora");
        assert_eq!(teacher.address, None);
    }
    teacher.finish(finished).await.expect("finished");
    teacher.withdraw(withdrawn).await.expect("withdrawn");
    student.cancel(canceled).await.expect("canceled");
    let visits = teacher.visits().await.expect("visits");
    let left: Vec<_> = visits.iter().map(|row| (row.match_id, row.status)).collect();
    assert_eq!(left, [(canceled, VisitStatus::Canceled), (finished, VisitStatus::Finished)]);
    assert!(visits.iter().all(|row| row.student.is_none()), "{visits:?}");
    let page = student.my_page().await.expect("my page");
    assert!(page.iter().all(|row| row.teacher_contact.is_none()), "{page:?}");
    server.end().await;
}

fn registration(name: &str, role: Role) -> Body {
    Body::Session(SessionRequest::Register(Register {
        name: AccountName::new(name).expect("a name"),
        password: NewPassword::new(PASSWORD.to_owned()).expect("a password"),
        role,
        display_name: PersonName::new("Somebody").expect("a name"),
        phone: None,
        address: None,
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_comes_in_at_once_and_a_teacher_after_an_approval() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let student = client.ask(registration("minji", Role::Student)).await;
    assert!(matches!(student, Ok(ResultBody::SignedIn(_))), "{student:?}");
    let Done { seq, .. } = client.command(offer()).await.expect("requested");
    assert_eq!(seq, Seq(1));
    let mut client = server.connect().await;
    assert_eq!(client.ask(registration("minji", Role::Student)).await, Err(ErrorCode::NameTaken));
    assert_eq!(client.ask(registration("root", Role::Admin)).await, Err(ErrorCode::InvalidRole));
    assert_eq!(client.ask(registration("sora", Role::Teacher)).await, Err(ErrorCode::AccountPending));
    assert_eq!(client.board().await, Err(ErrorCode::Unauthenticated));
    let sora = AccountName::new("sora").expect("a name");
    server.service.accounts.approve(sora).await.expect("approved");
    client.log_in("sora", PASSWORD).await;
    assert_eq!(client.board().await, Ok(vec![]));
    server.end().await;
}

fn offer() -> Command {
    Command::RequestMatch(RequestMatch { price: price(50_000), subject: None, area: None, note: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_disabled_is_told_and_its_connection_ends() {
    let server = Server::start().await;
    let (mut kept, mut disabled) = (server.student("minji").await, server.teacher("sora").await);
    disabled.subscribe(Seq(0)).await.expect("subscribed");
    let sora = AccountName::new("sora").expect("a name");
    server.service.accounts.disable(sora).await.expect("disabled");
    assert_eq!(disabled.bye().await, ErrorCode::Unauthenticated);
    let mut again = server.connect().await;
    let login = again.try_log_in("sora", PASSWORD).await;
    assert_eq!(login.map(|signed_in| signed_in.account.name), Err(ErrorCode::AccountDisabled));
    kept.request().await;
    server.end().await;
}
