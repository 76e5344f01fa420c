//! How often, and how much at a time: the rate of an account and the open requests of a student.

use matching_protocol::{
    Body, CancelMatch, Command, CommandId, ErrorCode, MatchId, Nothing, RequestMatch, ResultBody,
    SessionRequest,
};
use matching_server::contexts::Rules;

use crate::support::{Client, Server, Setup, hours, price, within};

fn who_am_i() -> Body {
    Body::Session(SessionRequest::WhoAmI(Nothing {}))
}

fn offer() -> Command {
    Command::RequestMatch(RequestMatch { price: price(50_000), subject: None, area: None, note: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_a_burst_and_then_has_to_wait() {
    let server = Server::with(Setup { max_rate: 1, ..Setup::default() }).await;
    let (mut minji, mut jun) = (server.student("minji").await, server.student("jun").await);
    let ids: Vec<CommandId> = (0..60).map(|_| CommandId::generate()).collect();
    for id in &ids {
        minji.start(*id, who_am_i()).await;
    }
    let mut refused = Vec::new();
    for (i, id) in ids.iter().enumerate() {
        match minji.reply(*id).await {
            Ok(result) => assert!(matches!(result, ResultBody::Account(_))),
            Err(error) => {
                assert!(i >= 5, "the first five are the burst");
                refused.push(error);
            }
        }
    }
    assert!(!refused.is_empty(), "sixty at once are too many");
    for error in refused {
        assert_eq!(error.code, ErrorCode::RateLimited);
        assert!(error.retry_after_ms.is_some_and(|wait| (1..=1_000).contains(&wait)), "{error:?}");
    }
    jun.ask(who_am_i()).await.expect("another account has a burst of its own");
    server.end().await;
}

fn three_open() -> Setup {
    let rules = Rules { finish_early: true, ..Rules::default() };
    Setup { max_open: 3, rules, ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_has_so_many_open_requests_and_not_one_more() {
    let server = Server::with(three_open()).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let first = student.request_and_pay().await;
    let second = student.request_and_pay().await;
    let id = CommandId::generate();
    let third = student.command_as(id, offer()).await.expect("the third");
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen));
    assert_eq!(student.command_as(id, offer()).await, Ok(third), "a repeat is no new request");
    server.student("jun").await.request().await;

    student.cancel(third.match_id).await.expect("canceled");
    let fourth = student.request().await;
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen));
    teacher.confirm(first, server.tomorrow()).await.expect("confirmed");
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen), "an assigned one is open");
    teacher.finish(first).await.expect("finished");
    student.request().await;
    student.cancel(second).await.expect("canceled");
    server.settled().await;
    assert_eq!(student.command(offer()).await.expect("one was free").seq, server.head());
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen));

    let server = server.restart().await;
    let mut student = server.login("minji").await;
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen), "also after a restart");
    student.cancel(fourth).await.expect("canceled");
    student.request().await;
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen));

    let mut watcher = server.login("minji").await;
    watcher.subscribe(server.head()).await.expect("subscribed");
    server.clock.advance(hours(24));
    for _ in 0..3 {
        watcher.push_named("MatchExpired").await;
    }
    let mut student = server.login("minji").await;
    for _ in 0..3 {
        student.request().await;
    }
    assert_eq!(student.command(offer()).await, Err(ErrorCode::TooManyOpen));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_at_once_exactly_as_many_are_done_as_there_are_places() {
    let server = Server::with(three_open()).await;
    server.student("minji").await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(server.login("minji").await);
    }
    for round in 0..20 {
        let mut started = Vec::new();
        for client in &mut clients {
            for _ in 0..3 {
                let id = CommandId::generate();
                client.start(id, Body::Command(offer())).await;
                started.push(id);
            }
        }
        let mut done = Vec::new();
        for (i, id) in started.into_iter().enumerate() {
            match clients[i / 3].reply(id).await {
                Ok(ResultBody::Done(request)) => done.push(request.match_id),
                Err(error) => assert_eq!(error.code, ErrorCode::TooManyOpen),
                Ok(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(done.len(), 3, "round {round}");
        for match_id in done {
            clients[0].cancel(match_id).await.expect("canceled");
        }
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_in_the_middle_loses_no_places() {
    let server = Server::with(three_open()).await;
    let mut student = server.student("minji").await;
    for _ in 0..40 {
        let open = within("all places are taken by open requests", three_of(&mut student)).await;
        let mut leaving = server.login("minji").await;
        for match_id in open {
            let cancel = Command::CancelMatch(CancelMatch { match_id });
            leaving.start(CommandId::generate(), Body::Command(cancel)).await;
        }
        for _ in 0..3 {
            leaving.start(CommandId::generate(), Body::Command(offer())).await;
        }
    }
    server.end().await;
}

/// Asks until there is no place left, and until that is because of three requests that are there.
async fn three_of(student: &mut Client) -> Vec<MatchId> {
    loop {
        while student.command(offer()).await != Err(ErrorCode::TooManyOpen) {}
        let mut open = student.matches().await.expect("matches");
        open.retain(|row| !row.status.is_closed());
        assert!(open.len() <= 3, "{open:?}");
        if open.len() == 3 {
            return open.iter().map(|row| row.match_id).collect();
        }
    }
}
