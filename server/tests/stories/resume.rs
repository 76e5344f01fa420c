//! Subscribers: what came after a place, once, in order, whoever it is and however the connection was lost.

use std::collections::BTreeMap;

use matching_protocol::{Area, Command, ErrorCode, LogId, Note, Push, RequestMatch, Role, Seq, Subject};
use matching_server::application::dispatch::Sender;
use matching_server::contexts::Rules;
use tokio::net::TcpSocket;

use crate::support::{Client, Server, Setup, names, price, seqs, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cut_it_goes_on_behind_the_last_push() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let mut watcher = server.login("minji").await;
    watcher.subscribe(Seq(0)).await.expect("subscribed");
    let match_id = student.request_and_pay().await;
    let before = watcher.pushes_to(Seq(3)).await;
    assert_eq!(seqs(&before), [Seq(1), Seq(2), Seq(3)]);
    drop(watcher);

    let mut other = server.student("jun").await;
    other.request_and_pay().await;
    teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
    student.cancel(match_id).await.expect("canceled");
    server.settled().await;

    let mut watcher = server.login("minji").await;
    assert_eq!(watcher.subscribe(Seq(3)).await, Ok(server.head()));
    let missed = watcher.pushes_to(server.head()).await;
    assert_eq!(missed.len(), 4);
    assert_eq!(names(&missed)[..2], ["VisitAssigned", "MatchCanceled"]);
    assert!(missed.iter().all(|push| push.match_id() == match_id), "nothing of the other student's");
    let next = student.request().await;
    assert_eq!(watcher.push().await.match_id(), next, "and then live");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_every_place_each_role_gets_the_rest_of_what_it_sees_from_the_start() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let (mut sora, mut kim) = (server.teacher("sora").await, server.teacher("kim").await);
    server.account("root", Role::Admin).await;
    for _ in 0..3 {
        let match_id = student.request_and_pay().await;
        sora.confirm(match_id, server.tomorrow()).await.expect("confirmed");
        sora.withdraw(match_id).await.expect("withdrawn");
        kim.confirm(match_id, server.tomorrow()).await.expect("confirmed");
        student.cancel(match_id).await.expect("canceled");
    }
    server.settled().await;
    let head = server.head();
    for name in ["minji", "sora", "kim", "root"] {
        let mut whole: Option<Vec<Push>> = None;
        for after in (0..=head.0).map(Seq) {
            let mut client = server.login(name).await;
            assert_eq!(client.subscribe(after).await, Ok(server.head()));
            // What everybody sees comes last: all that was to be pushed before has come.
            let last = marker(&server).await;
            let mut pushes = client.pushes_to(last).await;
            pushes.retain(|push| push.seq() <= head);
            match &whole {
                None => whole = Some(pushes),
                Some(whole) => {
                    let rest: Vec<_> = whole.iter().filter(|push| push.seq() > after).cloned().collect();
                    assert_eq!(pushes, rest, "{name} after {after}");
                }
            }
        }
    }
    server.end().await;
}

/// Something that the student, all teachers and admins see: a paid request. The place of the payment.
async fn marker(server: &Server) -> Seq {
    let mut student = server.login("minji").await;
    let match_id = student.request().await;
    student.pay(match_id).await.expect("paid").seq
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_of_another_log_or_beyond_the_head_is_reset() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    student.request().await;
    let log = student.hello().log;
    assert_eq!(student.subscribe(Seq(2)).await, Err(ErrorCode::ResumeReset));
    assert_eq!(student.subscribe(Seq(u64::MAX)).await, Err(ErrorCode::ResumeReset));
    let other = LogId(matching_protocol::CommandId::generate().0);
    assert_eq!(student.subscribe_to(other, Seq(0)).await, Err(ErrorCode::ResumeReset));
    assert_eq!(student.subscribe(Seq(1)).await, Ok(Seq(1)), "the head itself is a place");

    let server = server.restart().await;
    let mut student = server.login("minji").await;
    assert_eq!(student.hello().log, log, "a restart is no other log");
    assert_eq!(student.subscribe_to(log, Seq(0)).await, Ok(Seq(1)));
    assert_eq!(names(&[student.push().await]), ["MatchRequested"]);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_right_behind_ones_own_command_does_not_bring_it_again() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    for _ in 0..200 {
        let match_id = student.request().await;
        let paid = student.pay(match_id).await.expect("paid");
        assert!(student.subscribe(paid.seq).await.expect("subscribed") >= paid.seq);
        let canceled = student.cancel(match_id).await.expect("canceled");
        // Between the two only what the policies did about the match before; the client checks the order.
        student.pushes_to(canceled.seq).await;
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_falls_behind_gets_everything_once() {
    let server = Server::with(Setup { send_buffer: Some(4_096), ..Setup::default() }).await;
    let mut student = server.student("minji").await;
    server.account("root", Role::Admin).await;
    let mut slow = connect_with_a_small_buffer(&server).await;
    slow.subscribe(Seq(0)).await.expect("subscribed");
    // Beside it somebody who has a place and takes nothing: when that is lost, more was sent than a queue holds.
    let sender = Sender { account: slow.account(), role: Role::Admin };
    let never_reads = server.service.gateway.pusher.subscribe(sender, Seq(0)).await.expect("a place");

    let mut sent = 0;
    while sent < 600 || !never_reads.items.is_closed() {
        student.command(Command::RequestMatch(big_offer())).await.expect("requested");
        sent += 1;
    }
    let pushes = slow.pushes_to(server.head()).await;
    assert_eq!(seqs(&pushes), (1..=sent).map(Seq).collect::<Vec<_>>());
    server.end().await;
}

/// As long as can be.
fn big_offer() -> RequestMatch {
    RequestMatch {
        price: price(50_000),
        subject: Some(Subject::new(&"과".repeat(64)).expect("a subject")),
        area: Some(Area::new(&"곳".repeat(64)).expect("an area")),
        note: Some(Note::new(&"메".repeat(500)).expect("a note")),
    }
}

/// An admin whose kernel takes little before it has to read.
async fn connect_with_a_small_buffer(server: &Server) -> Client {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(2_048).expect("a small buffer");
    let stream = within("a connection", socket.connect(server.address)).await.expect("connected");
    let mut client = Client::on(stream, server.address).await;
    client.say_hello().await;
    client.log_in("root", crate::support::PASSWORD).await;
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_pushes_are_the_same_as_a_later_resume() {
    const LIFECYCLES: usize = 25;
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    for (name, role) in [
        ("minji", Role::Student),
        ("jun", Role::Student),
        ("sora", Role::Teacher),
        ("kim", Role::Teacher),
        ("root", Role::Admin),
    ] {
        server.account(name, role).await;
    }
    let names = ["minji", "jun", "sora", "kim", "root"];
    let mut live = BTreeMap::new();
    for name in names {
        let mut client = server.login(name).await;
        client.subscribe(Seq(0)).await.expect("subscribed");
        live.insert(name, client);
    }
    let (mut minji, mut jun) = (server.login("minji").await, server.login("jun").await);
    let (mut sora, mut kim) = (server.login("sora").await, server.login("kim").await);
    tokio::join!(
        lifecycles(&server, LIFECYCLES, &mut minji, &mut sora),
        lifecycles(&server, LIFECYCLES, &mut jun, &mut kim)
    );
    server.settled().await;
    let (paid, asked) = (marker(&server).await, jun.command(Command::RequestMatch(big_offer())).await);
    for (name, client) in &mut live {
        let last = if *name == "jun" { asked.expect("requested").seq } else { paid };
        let seen = client.pushes_to(last).await;
        let mut later = server.login(name).await;
        later.subscribe(Seq(0)).await.expect("subscribed");
        assert_eq!(later.pushes_to(last).await, seen, "{name}");
    }
    server.end().await;
}

/// Some are finished, some withdrawn, some canceled.
async fn lifecycles(server: &Server, count: usize, student: &mut Client, teacher: &mut Client) {
    for i in 0..count {
        let match_id = student.request_and_pay().await;
        teacher.confirm(match_id, server.tomorrow()).await.expect("confirmed");
        match i % 3 {
            0 => teacher.finish(match_id).await.expect("finished"),
            1 => teacher.withdraw(match_id).await.expect("withdrawn"),
            _ => student.cancel(match_id).await.expect("canceled"),
        };
    }
}
