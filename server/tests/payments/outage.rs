//! The provider goes down and comes back: requests go on, paying says at once that it can't be done, and nothing is
//! noted that would have to be undone.

use std::time::Duration;

use matching_protocol::{
    AccountName, Body, Command, CommandId, ErrorCode, Event, Language, PayMatch, PersonName, Role, Secret,
    Status,
};
use matching_server::application::dispatch::Refused;
use matching_server::outbound::payment::breaker::{Limits, Thresholds};
use matching_server::payment_sandbox::Mix;
use matching_server::ports::accounts::{NewAccount, Zone};
use matching_server::ports::payment::{Circuit, Health};

use crate::books;
use crate::client::Client;
use crate::place::{Place, STUDENT};
use crate::sandbox::Outside;
use crate::within;

const LIMIT: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3_600);

fn opens_for(first_wait: Duration) -> Limits {
    let thresholds = Thresholds { first_wait, longest_wait: first_wait, ..Thresholds::default() };
    Limits { thresholds, ..Limits::default() }
}

fn health(place: &Place) -> Health {
    place.service.dispatch.payment_health().expect("an outside provider").1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_breaker_open_paying_is_refused_at_once_with_nothing_appended_and_a_refund_is_not() {
    let mut outside = Outside::start(Mix::default()).await;
    let mut place = Place::open(&outside, LIMIT, opens_for(HOUR)).await;
    student(&place).await;
    let (paid, other) = (place.request().await, place.request().await);
    assert_eq!(place.pay(paid).await.map(|done| done.status), Ok(Status::PaymentApproved));
    outside.go_down().await;
    for _ in 0..5 {
        let refused = place.pay(other).await;
        assert_eq!(refused, Err(Refused { code: ErrorCode::PaymentUnavailable, retry_after: None }));
    }
    let failed = place.service.log.read_match(other).expect("the log");
    assert_eq!(failed.iter().filter(|event| matches!(event, Event::PaymentDeclined { .. })).count(), 5);

    let head = place.head();
    let refused = place.pay(other).await.expect_err("the breaker is open");
    assert_eq!(refused.code, ErrorCode::PaymentUnavailable);
    assert!(refused.retry_after.is_some_and(|wait| wait > HOUR / 2 && wait <= HOUR), "{refused:?}");
    assert_eq!(place.head(), head, "nothing was appended");
    assert_eq!(place.pay(paid).await.map_err(|refused| refused.code), Err(ErrorCode::AlreadyPaid));
    assert!(matches!(health(&place), Health { circuit: Circuit::Open { .. }, under_way: 0, failures: 5 }));

    let mut client = Client::open(place.listen().await).await;
    client.say_hello().await;
    client.log_in("minji", PASSWORD).await;
    let id = CommandId::generate();
    client.start(id, Body::Command(Command::PayMatch(PayMatch { match_id: other }))).await;
    let error = client.reply(id).await.expect_err("the breaker is open");
    assert_eq!(error.code, ErrorCode::PaymentUnavailable);
    assert!(error.retry_after_ms.is_some_and(|wait| wait > 1_800_000), "{error:?}");

    assert!(place.cancel(paid).await.is_ok());
    assert!(place.pay(place.request().await).await.is_err(), "requests go on, payments do not");
    outside.come_up().await;
    place.settled().await;
    assert!(
        matches!(health(&place).circuit, Circuit::Open { .. }),
        "the refund did not wait for the breaker"
    );
    let sums = books::compare(&place, &outside);
    assert_eq!((sums.held, sums.given_back, sums.declined), (0, 1, 5));
    drop(client);
    place.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_provider_is_back_one_charge_tries_and_the_breaker_closes() {
    let mut outside = Outside::start(Mix::default()).await;
    let place = Place::open(&outside, LIMIT, opens_for(Duration::from_millis(20))).await;
    let match_id = place.request().await;
    outside.go_down().await;
    while !matches!(health(&place).circuit, Circuit::Open { .. }) {
        assert!(place.pay(match_id).await.is_err());
    }
    outside.come_up().await;
    let paid = within("the breaker closes", async {
        loop {
            match place.pay(match_id).await {
                Ok(done) => return done,
                Err(refused) => tokio::time::sleep(refused.retry_after.expect("when to try again")).await,
            }
        }
    });
    assert_eq!(paid.await.status, Status::PaymentApproved);
    assert_eq!(health(&place), Health { circuit: Circuit::Closed, under_way: 0, failures: 0 });
    place.settled().await;
    assert_eq!(books::compare(&place, &outside).held, 1);
    place.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_provider_is_asked_for_no_more_than_the_bound_and_the_rest_is_told_at_once() {
    let outside = Outside::start(Mix { silent: 100, after: LIMIT, ..Mix::default() }).await;
    let limits = Limits { at_once: 2, ..Limits::default() };
    let place = std::sync::Arc::new(Place::open(&outside, LIMIT, limits).await);
    let mut paying = Vec::new();
    for _ in 0..2 {
        let (match_id, place) = (place.request().await, std::sync::Arc::clone(&place));
        paying.push(tokio::spawn(async move { place.pay(match_id).await }));
    }
    let charges = within("two charges", async {
        while outside.charges().len() < 2 {
            tokio::task::yield_now().await;
        }
        outside.charges().len()
    });
    assert_eq!(charges.await, 2);
    let third = place.request().await;
    let head = place.head();
    let refused = place.pay(third).await.expect_err("enough is under way");
    assert_eq!(
        refused,
        Refused { code: ErrorCode::PaymentUnavailable, retry_after: Some(limits.retry_when_full) }
    );
    assert_eq!(place.head(), head, "nothing was appended");
    assert!(matches!(health(&place), Health { circuit: Circuit::Closed, under_way: 2, .. }));
    for paying in paying {
        paying.abort();
    }
}

const PASSWORD: &str = "correct horse";

/// The account whose matches the test makes.
async fn student(place: &Place) {
    let account = NewAccount {
        name: AccountName::new("minji").expect("a name"),
        password: Secret(PASSWORD.to_owned()),
        role: Role::Student,
        display_name: PersonName::new("Minji").expect("a name"),
        phone: None,
        address: None,
        language: Language::En,
        zone: Zone::new("Asia/Seoul").expect("a zone"),
        approved: true,
    };
    let made = place.service.accounts.create(account, place.service.clock.now()).await;
    assert_eq!(made.expect("an account").id, STUDENT);
}
