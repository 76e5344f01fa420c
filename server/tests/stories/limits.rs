//! How much, how often, and what is not taken at all.

use matching_protocol::{
    Body, CancelMatch, ClientFrame, ClientHello, Command, CommandId, ErrorCode, Language, MAX_MESSAGE,
    MatchId, Nothing, Outcome, Reply, RequestMatch, ResultBody, Seq, ServerFrame, SessionRequest, VERSION,
};
use matching_server::contexts::Rules;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_64_kib_is_taken_and_a_longer_one_ends_the_connection() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let text = |id, length: usize| {
        let frame = ClientFrame::Request(matching_protocol::Request { id, body: who_am_i() });
        let mut text = serde_json::to_string(&frame).expect("a frame");
        text.push_str(&" ".repeat(length - text.len()));
        text
    };
    let id = CommandId::generate();
    student.send_text(text(id, MAX_MESSAGE)).await;
    student.reply(id).await.expect("taken");
    student.send_text(text(CommandId::generate(), MAX_MESSAGE + 1)).await;
    assert_eq!(student.bye().await, ErrorCode::InvalidFrame);
    assert!(student.frame().await.is_none());
    server.end().await;
}

/// The reply to something whose id can't be read.
async fn reply_without_id(client: &mut Client) -> ErrorCode {
    match client.frame().await {
        Some(ServerFrame::Reply(Reply { id: None, outcome: Outcome::Error(error) })) => error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_frame_is_refused_and_the_connection_goes_on() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let hello = ClientHello { version: VERSION, client: String::new(), language: Language::En };
    let hello = serde_json::to_string(&ClientFrame::<Body>::Hello(hello)).expect("a frame");
    for text in
        ["", "{", "[]", "null", "42", "\"hello\"", "{}", "{\"request\":{}}", "{\"nonsense\":{}}", &hello]
    {
        student.send_text(text.to_owned()).await;
        assert_eq!(reply_without_id(&mut student).await, ErrorCode::InvalidFrame, "{text}");
    }
    let id = CommandId::generate();
    for id in [json!(null), json!(7), json!("not-a-uuid")] {
        let frame = json!({ "request": { "id": id, "body": { "session": { "WhoAmI": {} } } } });
        student.send_text(frame.to_string()).await;
        assert_eq!(reply_without_id(&mut student).await, ErrorCode::InvalidFrame, "{frame}");
    }
    for body in [
        json!(null),
        json!({ "command": {} }),
        json!({ "command": { "FlyToTheMoon": {} } }),
        json!({ "command": { "PayMatch": { "match_id": 1, "price": 1 } } }),
        json!({ "query": { "Matches": { "limit": -1 } } }),
        json!({ "session": { "Subscribe": { "log": "?", "after": 0 } } }),
    ] {
        let frame = json!({ "request": { "id": id, "body": body } });
        student.send_text(frame.to_string()).await;
        let refused = student.reply(id).await.expect_err("refused");
        assert_eq!(refused.code, ErrorCode::InvalidFrame, "{body}");
    }
    student.ask(who_am_i()).await.expect("it goes on");
    assert_eq!(server.head(), Seq(0));
    student.send_message(Message::Binary(vec![1, 2, 3].into())).await;
    assert_eq!(student.bye().await, ErrorCode::InvalidFrame);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_value_names_its_field() {
    use ErrorCode::{
        InvalidAddress, InvalidArea, InvalidMatchId, InvalidName, InvalidNote, InvalidPassword, InvalidPhone,
        InvalidPrice, InvalidReason, InvalidSubject, InvalidVisitAt,
    };
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let paid = student.request_and_pay().await.get();
    let request = |changes: Value| {
        let mut offer = json!({ "price": 50_000 });
        merge(&mut offer, changes);
        json!({ "command": { "RequestMatch": offer } })
    };
    for (changes, code) in [
        (json!({ "price": 0 }), InvalidPrice),
        (json!({ "price": -1 }), InvalidPrice),
        (json!({ "price": 999 }), InvalidPrice),
        (json!({ "price": 10_000_001 }), InvalidPrice),
        (json!({ "price": 50_000.5 }), InvalidPrice),
        (json!({ "price": "50000" }), InvalidPrice),
        (json!({ "price": 1e30 }), InvalidPrice),
        (json!({ "price": null }), InvalidPrice),
        (json!({ "subject": "" }), InvalidSubject),
        (json!({ "subject": "x".repeat(65) }), InvalidSubject),
        (json!({ "subject": "a\u{1b}[2J" }), InvalidSubject),
        (json!({ "area": " \t " }), InvalidArea),
        (json!({ "area": "a\u{202e}b" }), InvalidArea),
        (json!({ "note": "x".repeat(501) }), InvalidNote),
        (json!({ "note": "one\ntwo" }), InvalidNote),
    ] {
        assert_eq!(refusal(&mut student, request(changes.clone())).await, code, "{changes}");
    }
    let confirm = |changes: Value| {
        let mut confirm =
            json!({ "match_id": paid, "teacher_name": "Sora", "visit_at": "2026-12-01T10:00:00Z" });
        merge(&mut confirm, changes);
        json!({ "command": { "ConfirmVisit": confirm } })
    };
    for (changes, code) in [
        (json!({ "match_id": 0 }), InvalidMatchId),
        (json!({ "match_id": -3 }), InvalidMatchId),
        (json!({ "match_id": "1" }), InvalidMatchId),
        (json!({ "teacher_name": "" }), InvalidName),
        (json!({ "teacher_name": "x".repeat(65) }), InvalidName),
        (json!({ "visit_at": "tomorrow" }), InvalidVisitAt),
        (json!({ "visit_at": 1_800_000_000 }), InvalidVisitAt),
        (json!({ "visit_at": "2026-11-24T10:00:00Z" }), InvalidVisitAt),
        (json!({ "visit_at": "2020-01-01T10:00:00Z" }), InvalidVisitAt),
    ] {
        assert_eq!(refusal(&mut teacher, confirm(changes.clone())).await, code, "{changes}");
    }
    let withdraw = json!({ "command": { "WithdrawVisit": { "match_id": paid, "reason": "" } } });
    assert_eq!(refusal(&mut teacher, withdraw).await, InvalidReason);
    let register = |changes: Value| {
        let mut register = json!({
            "name": "jun", "password": "correct horse", "role": "student", "display_name": "Jun",
            "language": "ko", "zone": "Asia/Seoul",
        });
        merge(&mut register, changes);
        json!({ "session": { "Register": register } })
    };
    let mut nobody = server.connect().await;
    for (changes, code) in [
        (json!({ "name": "two words" }), InvalidName),
        (json!({ "password": "short" }), InvalidPassword),
        (json!({ "display_name": "" }), InvalidName),
        (json!({ "phone": "" }), InvalidPhone),
        (json!({ "address": "x".repeat(501) }), InvalidAddress),
        (json!({ "role": "admin" }), ErrorCode::InvalidRole),
        (json!({ "zone": "Mars/Olympus" }), ErrorCode::InvalidZone),
    ] {
        assert_eq!(refusal(&mut nobody, register(changes.clone())).await, code, "{changes}");
    }
    assert_eq!(server.events().len(), 3, "nothing was appended");
    server.end().await;
}

fn merge(object: &mut Value, changes: Value) {
    if let (Some(object), Value::Object(changes)) = (object.as_object_mut(), changes) {
        object.extend(changes);
    }
}

async fn refusal(client: &mut Client, body: Value) -> ErrorCode {
    let id = CommandId::generate();
    client.send_text(json!({ "request": { "id": id, "body": body } }).to_string()).await;
    client.reply(id).await.expect_err("refused").code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_hello_of_this_version_there_is_no_session() {
    let server = Server::start().await;
    let hello = |version| {
        let hello = ClientHello { version, client: String::new(), language: Language::En };
        serde_json::to_string(&ClientFrame::<Body>::Hello(hello)).expect("a frame")
    };
    let request =
        json!({ "request": { "id": CommandId::generate(), "body": { "session": { "WhoAmI": {} } } } });
    for (text, code) in [
        (hello(VERSION + 1), ErrorCode::UnsupportedVersion),
        (hello(0), ErrorCode::UnsupportedVersion),
        (request.to_string(), ErrorCode::InvalidFrame),
        ("hello".to_owned(), ErrorCode::InvalidFrame),
        ("{\"hello\":{}}".to_owned(), ErrorCode::InvalidFrame),
    ] {
        let mut client = Client::open(server.address).await;
        client.send_text(text.clone()).await;
        assert_eq!(client.bye().await, code, "{text}");
        assert!(client.frame().await.is_none());
    }
    let mut client = Client::open(server.address).await;
    client.send_message(Message::Binary(hello(VERSION).into_bytes().into())).await;
    assert_eq!(client.bye().await, ErrorCode::InvalidFrame);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_speak_the_language_of_the_hello() {
    let server = Server::start().await;
    let mut client = Client::open(server.address).await;
    let hello = ClientHello { version: VERSION, client: String::new(), language: Language::Ko };
    client.send(&ClientFrame::Hello(hello)).await;
    assert!(matches!(client.frame().await, Some(ServerFrame::Hello(_))));
    let id = CommandId::generate();
    client.start(id, who_am_i()).await;
    let error = client.reply(id).await.expect_err("refused");
    assert_eq!(error.message, ErrorCode::Unauthenticated.message(Language::Ko));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_port_answers_health_checks() {
    let server = Server::start().await;
    for (path, status) in [("/livez", "200"), ("/readyz", "200"), ("/ws", "426"), ("/nothing", "404")] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        within("an answer", stream.read_to_string(&mut answer)).await.expect("an answer");
        assert_eq!(answer.split(' ').nth(1), Some(status), "{path}: {answer}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_says_goodbye() {
    let server = Server::start().await;
    let (mut quiet, mut student) = (server.connect().await, server.student("minji").await);
    student.subscribe(Seq(0)).await.expect("subscribed");
    student.request().await;
    let server = server.restart().await;
    assert_eq!(quiet.bye().await, ErrorCode::Busy);
    assert_eq!(student.bye().await, ErrorCode::Busy);
    server.end().await;
}
