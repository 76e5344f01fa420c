//! A payment provider outside of the service that is slow, declines, gets lost and comes late: whatever it does, no match
//! is charged twice, and nothing stays under way.

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{
    Body, CancelMatch, Command, CommandId, Done, ErrorCode, Event, MatchId, Money, PayMatch, ResultBody, Seq,
    Status,
};

use crate::support::{Call, Client, Server, Setup, Step, TestProvider, name_of};

/// Long enough that a provider which is held is never given up.
const PATIENT: Duration = Duration::from_secs(3_600);
/// A provider that falls silent is given up at once.
const HASTY: Duration = Duration::from_millis(20);

struct World {
    server: Server,
    provider: Arc<TestProvider>,
    student: Client,
}

async fn with(steps: impl IntoIterator<Item = Step>, limit: Duration) -> World {
    let provider = TestProvider::new(steps);
    let setup =
        Setup { payment_limit: Some(limit), provider: Some(Arc::clone(&provider)), ..Setup::default() };
    let server = Server::with(setup).await;
    let mut student = server.student("minji").await;
    student.subscribe(Seq(0)).await.expect("subscribed");
    World { server, provider, student }
}

fn pay(match_id: MatchId) -> Command {
    Command::PayMatch(PayMatch { match_id })
}

fn key(server: &Server, match_id: MatchId, attempt: u32) -> String {
    format!("{}-{match_id}-{attempt}", server.service.log.id())
}

impl World {
    /// What the service holds is what the provider holds, and every charge had its intent in the log before.
    async fn end(self) {
        self.server.settled().await;
        let book = self.server.balances().await;
        let owed = -book.get("provider:test").copied().unwrap_or(0);
        assert_eq!(owed, self.provider.holds(), "the books differ: {book:?}");
        assert!(self.provider.had_an_intent_each_time());
        self.server.end().await;
    }

    async fn money(&mut self, match_id: MatchId) -> Money {
        self.student.show(match_id).await.expect("the match").money
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_intent_is_in_the_log_before_the_provider_is_asked() {
    let mut world = with([Step::Hold], PATIENT).await;
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    world.student.start(id, Body::Command(pay(match_id))).await;
    let called = world.provider.called(|call| matches!(call, Call::Approve(_))).await;
    assert_eq!(called, Call::Approve(key(&world.server, match_id, 1)));
    let history = world.server.history(match_id);
    let Event::PaymentRequested { provider, key, attempt, amount } = &history[1] else {
        panic!("{history:?}")
    };
    assert_eq!((provider.as_str(), *attempt, amount.won()), ("test", 1, 50_000));
    assert_eq!(Call::Approve(key.clone()), called);
    assert_eq!(history.len(), 2, "and nothing else yet");
    assert_eq!(world.money(match_id).await, Money::UnderWay);

    world.provider.release();
    let paid = world.student.reply(id).await;
    let done = Done { match_id, status: Status::PaymentApproved, seq: Seq(3) };
    assert_eq!(paid, Ok(ResultBody::Done(done)));
    assert_eq!(world.provider.holds(), 50_000);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_under_way_others_wait_and_nobody_asks_twice() {
    let mut world = with([Step::Hold, Step::ChargeAndLoseTheAnswer], PATIENT).await;
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    world.student.start(id, Body::Command(pay(match_id))).await;
    world.provider.called(|call| matches!(call, Call::Approve(_))).await;
    let mut other = world.server.login("minji").await;
    assert_eq!(other.pay(match_id).await, Err(ErrorCode::PaymentInProgress));
    assert_eq!(other.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress), "a repeat");
    let mut teacher = world.server.teacher("sora").await;
    assert_eq!(teacher.confirm(match_id, world.server.tomorrow()).await, Err(ErrorCode::NotPaid));

    // Another match's lost answer is looked up; what is being asked about is left alone in the same round.
    let lost = other.request().await;
    assert_eq!(other.pay(lost).await, Err(ErrorCode::PaymentInProgress));
    let looked_up = Call::LookUp(key(&world.server, lost, 1));
    world.provider.called(|call| *call == looked_up).await;
    world.student.pushes_until(|push| push.match_id() == lost && name_of(push) == "PaymentApproved").await;
    let of_the_held = key(&world.server, match_id, 1);
    let others = |call: &Call| *call == Call::LookUp(of_the_held.clone()) || matches!(call, Call::Close(_));
    assert!(!world.provider.calls().iter().any(others), "{:?}", world.provider.calls());

    world.provider.release();
    world.student.reply(id).await.expect("paid");
    assert_eq!(world.provider.holds(), 100_000);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decline_may_be_paid_again_under_a_new_key() {
    let mut world = with([Step::Decline, Step::Decline, Step::Approve], PATIENT).await;
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentDeclined));
    assert_eq!(
        world.student.command_as(id, pay(match_id)).await,
        Err(ErrorCode::PaymentDeclined),
        "a repeat"
    );
    assert_eq!(world.money(match_id).await, Money::Declined);
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::PaymentDeclined));
    let paid = world.student.pay(match_id).await.expect("paid");
    assert_eq!(paid.status, Status::PaymentApproved);
    assert_eq!(
        world.student.command_as(id, pay(match_id)).await,
        Err(ErrorCode::PaymentDeclined),
        "for ever"
    );
    let asked: Vec<Call> =
        (1..=3).map(|attempt| Call::Approve(key(&world.server, match_id, attempt))).collect();
    assert_eq!(world.provider.calls(), asked);
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::AlreadyPaid));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_request_can_be_canceled() {
    let mut world = with([Step::Decline], PATIENT).await;
    let match_id = world.student.request().await;
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::PaymentDeclined));
    world.student.cancel(match_id).await.expect("canceled");
    world.server.settled().await;
    assert_eq!(
        world.server.story_of(match_id),
        ["MatchRequested", "PaymentRequested", "PaymentDeclined", "MatchCanceled"]
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_was_never_reached_has_charged_nothing() {
    let mut world = with([Step::NotReached], PATIENT).await;
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentUnavailable));
    let history = world.server.history(match_id);
    let Event::PaymentDeclined { reason } = &history[2] else { panic!("{history:?}") };
    assert_eq!(reason.as_str(), "unavailable");
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentUnavailable), "kept");
    world.student.pay(match_id).await.expect("paid at the second try");
    world.end().await;
}

/// A charge without a certain answer: the reply is `payment_in_progress`, and a look-up settles it.
async fn settled_by_look_up(step: Step, outcome: Result<Status, ErrorCode>) {
    let mut world = with([step], HASTY).await;
    world.provider.answer_look_ups(false);
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
    world.provider.called(|call| matches!(call, Call::LookUp(_))).await;
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::PaymentInProgress));
    assert_eq!(world.money(match_id).await, Money::UnderWay);

    world.provider.answer_look_ups(true);
    let last = world.student.pushes_until(|push| push.seq() == Seq(3)).await.pop().expect("a push");
    let expected = if outcome.is_ok() { "PaymentApproved" } else { "PaymentDeclined" };
    assert_eq!(name_of(&last), expected);
    let stored = outcome.map(|status| Done { match_id, status, seq: Seq(3) });
    assert_eq!(world.student.command_as(id, pay(match_id)).await, stored, "the stored outcome");
    let approvals =
        world.provider.calls().into_iter().filter(|call| matches!(call, Call::Approve(_))).count();
    assert_eq!(approvals, 1, "it is asked what became of it, and never charged again");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_looked_up() {
    settled_by_look_up(Step::ChargeAndLoseTheAnswer, Ok(Status::PaymentApproved)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charge_whose_answer_times_out_is_looked_up() {
    settled_by_look_up(Step::ChargeAndFallSilent, Ok(Status::PaymentApproved)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_charge_that_the_provider_never_heard_of_is_closed() {
    settled_by_look_up(Step::FallSilent, Err(ErrorCode::PaymentUnavailable)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_look_up_does_not_find_is_closed_only_once_its_key_is_canceled() {
    let mut world = with([Step::ChargeLate], HASTY).await;
    world.provider.take_cancels(false);
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
    world.provider.called_times(2, |call| matches!(call, Call::Close(_))).await;
    assert_eq!(world.server.story_of(match_id), ["MatchRequested", "PaymentRequested"], "not closed yet");

    world.provider.take_cancels(true);
    world.student.push_named("PaymentDeclined").await;
    let canceled = Call::Close(key(&world.server, match_id, 1));
    assert!(world.provider.calls().contains(&canceled));
    // The charge that comes late finds its key canceled.
    world.provider.release();
    world.student.pay(match_id).await.expect("paid by a second attempt");
    assert_eq!(world.provider.holds(), 50_000, "charged once");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_charge_that_a_look_up_finds_counts() {
    let mut world = with([Step::ChargeLate], HASTY).await;
    world.provider.answer_look_ups(false);
    let match_id = world.student.request().await;
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::PaymentInProgress));
    world.provider.release();
    world.provider.charged().await;
    world.provider.answer_look_ups(true);
    world.student.push_named("PaymentApproved").await;
    assert_eq!(world.money(match_id).await, Money::Held);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_crosses_a_cancel_goes_back_under_its_key() {
    let mut world = with([Step::Hold], PATIENT).await;
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    world.student.start(id, Body::Command(pay(match_id))).await;
    world.provider.called(|call| matches!(call, Call::Approve(_))).await;
    let cancel = CommandId::generate();
    let command = Command::CancelMatch(CancelMatch { match_id });
    world.student.start(cancel, Body::Command(command)).await;
    world.student.reply(cancel).await.expect("canceled");
    world.provider.release();
    let crossed = world.student.reply(id).await.map_err(|error| error.code);
    assert_eq!(crossed, Err(ErrorCode::MatchCanceled));
    world.student.push_named("PaymentCanceled").await;
    assert_eq!(
        world.server.story_of(match_id),
        ["MatchRequested", "PaymentRequested", "MatchCanceled", "PaymentApproved", "PaymentCanceled"],
        "nothing was listed, so nothing is called off"
    );
    assert_eq!(world.provider.calls().last(), Some(&Call::Cancel(key(&world.server, match_id, 1))));
    assert_eq!(world.provider.holds(), 0);
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::MatchCanceled), "kept");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_is_declined_after_a_cancel_was_in_vain_too() {
    let mut world = with([Step::FallSilent], HASTY).await;
    world.provider.answer_look_ups(false);
    let match_id = world.student.request().await;
    let id = CommandId::generate();
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
    world.student.cancel(match_id).await.expect("canceled");
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
    world.provider.answer_look_ups(true);
    world.student.push_named("PaymentDeclined").await;
    assert_eq!(world.student.command_as(id, pay(match_id)).await, Err(ErrorCode::MatchCanceled));
    assert_eq!(world.student.show(match_id).await.expect("the match").status, Status::MatchCanceled);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_fails_is_tried_again_and_holds_up_no_other() {
    let mut world = with([], PATIENT).await;
    let mut teacher = world.server.teacher("sora").await;
    teacher.subscribe(Seq(0)).await.expect("subscribed");
    let (first, second) = (world.student.request_and_pay().await, world.student.request_and_pay().await);
    teacher.confirm(first, world.server.tomorrow()).await.expect("confirmed");
    world.provider.take_cancels(false);
    world.student.cancel(first).await.expect("canceled");
    teacher.push_named("VisitCanceled").await;
    let of_first = Call::Cancel(key(&world.server, first, 1));
    world.provider.called_times(2, |call| *call == of_first).await;
    assert_eq!(world.money(first).await, Money::GoingBack);
    world.provider.take_cancels(true);
    world.student.cancel(second).await.expect("canceled");
    let mut back = Vec::new();
    for _ in 0..2 {
        back.push(world.student.push_named("PaymentCanceled").await.match_id());
    }
    back.sort_unstable();
    assert_eq!(back, [first, second]);
    assert_eq!(world.provider.holds(), 0);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_under_way_at_a_restart_is_settled_by_the_next_start() {
    for (step, pushed, again) in [
        (Step::ChargeAndFallSilent, "PaymentApproved", Ok(Status::PaymentApproved)),
        (Step::FallSilent, "PaymentDeclined", Err(ErrorCode::PaymentUnavailable)),
    ] {
        let World { server, provider, mut student } = with([step], HASTY).await;
        provider.answer_look_ups(false);
        let match_id = student.request().await;
        let id = CommandId::generate();
        assert_eq!(student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
        drop(student);
        let server = server.restart().await;
        let mut student = server.login("minji").await;
        student.subscribe(Seq(2)).await.expect("subscribed");
        assert_eq!(student.command_as(id, pay(match_id)).await, Err(ErrorCode::PaymentInProgress));
        provider.answer_look_ups(true);
        assert_eq!(name_of(&student.push().await), pushed);
        let again = again.map(|status| Done { match_id, status, seq: Seq(3) });
        assert_eq!(student.command_as(id, pay(match_id)).await, again);
        World { server, provider, student }.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_does_not_leave_its_payment_in_the_air() {
    let World { server, provider, mut student } = with([Step::Hold], PATIENT).await;
    let match_id = student.request().await;
    let id = CommandId::generate();
    student.start(id, Body::Command(pay(match_id))).await;
    provider.called(|call| matches!(call, Call::Approve(_))).await;
    drop(student);
    let mut student = server.login("minji").await;
    student.subscribe(Seq(2)).await.expect("subscribed");
    provider.release();
    assert_eq!(name_of(&student.push().await), "PaymentApproved");
    let done = Done { match_id, status: Status::PaymentApproved, seq: Seq(3) };
    assert_eq!(student.command_as(id, pay(match_id)).await, Ok(done));
    World { server, provider, student }.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_payment_stopped_an_unknown_outcome_waits_for_its_start() {
    let mut world = with([Step::ChargeAndFallSilent], HASTY).await;
    world.provider.answer_look_ups(false);
    let match_id = world.student.request().await;
    assert_eq!(world.student.pay(match_id).await, Err(ErrorCode::PaymentInProgress));
    world.server.service.views.stop(matching_protocol::ContextName::Payment);
    world.provider.answer_look_ups(true);
    let other = world.student.request().await;
    assert_eq!(world.student.pay(other).await, Err(ErrorCode::PaymentUnavailable));
    world.server.service.views.start(matching_protocol::ContextName::Payment);
    let settled = world.student.push_named("PaymentApproved").await;
    assert_eq!(settled.match_id(), match_id);
    world.end().await;
}
