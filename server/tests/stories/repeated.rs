//! A command id is unique per account, for ever: a repeat gets the first reply, and appends nothing.

use matching_protocol::{
    CancelMatch, Command, CommandId, Done, ErrorCode, FinishClass, MatchId, PayMatch, Reason, RequestMatch,
    WithdrawVisit,
};
use matching_server::contexts::Rules;

use crate::support::{Client, Server, Setup, confirmation, price};

fn offer(won: i64) -> Command {
    Command::RequestMatch(RequestMatch { price: price(won), subject: None, area: None, note: None })
}

fn pay(match_id: MatchId) -> Command {
    Command::PayMatch(PayMatch { match_id })
}

fn cancel(match_id: MatchId) -> Command {
    Command::CancelMatch(CancelMatch { match_id })
}

/// Sends a command with a fresh id.
async fn once(client: &mut Client, command: Command) -> (CommandId, Command, Done) {
    let id = CommandId::generate();
    let done = client.command_as(id, command.clone()).await.expect("done");
    (id, command, done)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_again_gets_the_same_reply_also_after_a_restart() {
    let rules = Rules { finish_early: true, ..Rules::default() };
    let server = Server::with(Setup { rules, ..Setup::default() }).await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let mut kim = server.teacher("kim").await;
    let (mut by_student, mut by_teacher) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        by_student.push(once(&mut student, offer(50_000)).await);
    }
    let (first, second) = (by_student[0].2.match_id, by_student[1].2.match_id);
    by_student.push(once(&mut student, pay(first)).await);
    let confirm = Command::ConfirmVisit(confirmation(first, server.tomorrow()));
    by_teacher.push(once(&mut teacher, confirm).await);
    let reason = Reason::new("sick").expect("a reason");
    let withdraw = Command::WithdrawVisit(WithdrawVisit { match_id: first, reason });
    by_teacher.push(once(&mut teacher, withdraw).await);
    kim.confirm(first, server.tomorrow()).await.expect("confirmed");
    kim.finish(first).await.expect("finished");
    by_student.push(once(&mut student, pay(second)).await);
    let confirm = Command::ConfirmVisit(confirmation(second, server.tomorrow()));
    by_teacher.push(once(&mut teacher, confirm).await);
    let finish = Command::FinishClass(FinishClass { match_id: second });
    by_teacher.push(once(&mut teacher, finish).await);
    let (_, _, third) = once(&mut student, offer(60_000)).await;
    by_student.push(once(&mut student, cancel(third.match_id)).await);

    let events = server.events();
    again(&mut student, &by_student).await;
    again(&mut teacher, &by_teacher).await;
    assert_eq!(server.events(), events, "nothing was appended");
    let server = server.restart().await;
    again(&mut server.login("minji").await, &by_student).await;
    again(&mut server.login("sora").await, &by_teacher).await;
    assert_eq!(server.events(), events, "nothing was appended after the restart");
    server.end().await;
}

/// The same ids with the same bodies, then with another body.
async fn again(client: &mut Client, done: &[(CommandId, Command, Done)]) {
    for (id, command, first) in done {
        assert_eq!(client.command_as(*id, command.clone()).await, Ok(*first), "{command:?}");
        let other = match command {
            Command::RequestMatch(_) => offer(70_000),
            _ => cancel(MatchId::new(1).expect("a match id")),
        };
        if *command != other {
            let reused = client.command_as(*id, other).await;
            // A teacher may not cancel at all; the id tells first what is wrong with it.
            assert_eq!(reused, Err(ErrorCode::CommandIdReused), "{command:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_id_twice_at_once_is_done_once() {
    let server = Server::start().await;
    let (mut one, mut two) = (server.student("minji").await, server.login("minji").await);
    for round in 0..100 {
        let id = CommandId::generate();
        let (first, second) =
            tokio::join!(one.command_as(id, offer(50_000)), two.command_as(id, offer(50_000)));
        let done = first.expect("requested");
        assert_eq!(second, Ok(done), "round {round}");
        let id = CommandId::generate();
        let pay = || pay(done.match_id);
        let (first, second) = tokio::join!(one.command_as(id, pay()), two.command_as(id, pay()));
        assert_eq!(first, second, "round {round}");
        first.expect("paid");
    }
    assert_eq!(server.events().len(), 300);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_not_kept_and_a_repeat_is_decided_anew() {
    let server = Server::start().await;
    let (mut student, mut teacher) = (server.student("minji").await, server.teacher("sora").await);
    let match_id = student.request().await;
    let (id, confirm) =
        (CommandId::generate(), Command::ConfirmVisit(confirmation(match_id, server.tomorrow())));
    assert_eq!(teacher.command_as(id, confirm.clone()).await, Err(ErrorCode::NotPaid));
    student.pay(match_id).await.expect("paid");
    teacher.command_as(id, confirm).await.expect("confirmed under the same id");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_accounts_id_is_another_command() {
    let server = Server::start().await;
    let (mut minji, mut jun) = (server.student("minji").await, server.student("jun").await);
    let id = CommandId::generate();
    let first = minji.command_as(id, offer(50_000)).await.expect("requested");
    let second = jun.command_as(id, offer(60_000)).await.expect("requested");
    assert_ne!(first.match_id, second.match_id);
    assert_eq!(minji.command_as(id, offer(50_000)).await, Ok(first));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_gets_its_reply_though_the_match_has_gone_on() {
    let server = Server::start().await;
    let mut student = server.student("minji").await;
    let match_id = student.request().await;
    let (id, command, paid) = once(&mut student, pay(match_id)).await;
    student.cancel(match_id).await.expect("canceled");
    server.settled().await;
    assert_eq!(student.command_as(id, command).await, Ok(paid));
    assert_eq!(student.pay(match_id).await, Err(ErrorCode::MatchCanceled), "a new id is a new command");
    server.end().await;
}
