//! The contract in `data/payment-provider.openapi.yaml`, against the sandbox over real HTTP. A bridge before another
//! provider has to pass the same story.

use std::sync::Arc;
use std::time::Duration;

use matching_protocol::{AccountId, DeclineReason, Price, Secret, Time};
use matching_server::outbound::clock::SystemClock;
use matching_server::outbound::payment::contract::{
    CHARGES, ChargePage, ChargeRecord, ChargeStatus, Currency, Problem, ProblemCode, SIGNATURE_HEADER,
    TIME_HEADER,
};
use matching_server::outbound::payment::http::{HttpProvider, HttpSettings};
use matching_server::outbound::payment::signature::{Signed, SigningKey};
use matching_server::payment_sandbox::Mix;
use matching_server::ports::Clock;
use matching_server::ports::payment::{Answer, Charge, LookUp, PaymentProvider, ProviderError};
use reqwest::StatusCode;

use crate::sandbox::{Outside, SECRET};

const LIMIT: Duration = Duration::from_secs(30);
const PAYER: AccountId = AccountId(17);

fn charge(key: &str) -> Charge {
    let amount = Price::new(50_000).expect("a price");
    Charge { provider: "http".to_owned(), key: key.to_owned(), amount }
}

fn more(charge: &Charge) -> Charge {
    Charge { amount: Price::new(60_000).expect("a price"), ..charge.clone() }
}

/// What every provider must do, whoever it is: `declining` is the same one, saying no to new charges.
async fn the_story(provider: &dyn PaymentProvider, declining: &dyn PaymentProvider) {
    let approved = charge("log-1-1");
    assert_eq!(provider.look_up(&approved).await, Ok(LookUp::Unknown));
    assert_eq!(provider.approve(&approved, PAYER).await, Ok(Answer::Approved));
    assert_eq!(provider.approve(&approved, PAYER).await, Ok(Answer::Approved), "the same key again");
    assert_eq!(declining.approve(&approved, PAYER).await, Ok(Answer::Approved), "it stands, whatever comes");
    assert_eq!(provider.look_up(&approved).await, Ok(LookUp::Answered(Answer::Approved)));
    for reused in [
        provider.approve(&more(&approved), PAYER).await.err(),
        provider.approve(&approved, AccountId(18)).await.err(),
        provider.cancel(&more(&approved)).await.err(),
        provider.close(&more(&approved)).await.err(),
        provider.look_up(&more(&approved)).await.err(),
    ] {
        assert!(matches!(reused, Some(ProviderError::Unknown(_))), "another charge: {reused:?}");
    }

    assert_eq!(
        provider.close(&approved).await,
        Ok(LookUp::Answered(Answer::Approved)),
        "a close takes nothing from what was approved"
    );

    let declined = charge("log-2-1");
    let no = Answer::Declined(DeclineReason::new("not_enough_money").expect("a reason"));
    assert_eq!(declining.approve(&declined, PAYER).await, Ok(no.clone()));
    assert_eq!(provider.approve(&declined, PAYER).await, Ok(no.clone()), "a no is final for its key");
    assert_eq!(provider.look_up(&declined).await, Ok(LookUp::Answered(no.clone())));
    assert_eq!(provider.close(&declined).await, Ok(LookUp::Answered(no)));
    assert_eq!(provider.cancel(&declined).await, Ok(()), "there is nothing to give back");

    assert_eq!(provider.cancel(&approved).await, Ok(()), "a cancel after the charge");
    assert_eq!(provider.cancel(&approved).await, Ok(()), "and once more");
    assert_eq!(provider.look_up(&approved).await, Ok(LookUp::Canceled));
    let never = Answer::Declined(DeclineReason::unavailable());
    assert_eq!(provider.approve(&approved, PAYER).await, Ok(never.clone()), "given back is not taken again");

    let early = charge("log-3-1");
    assert_eq!(provider.cancel(&early).await, Ok(()), "a cancel before the charge");
    assert_eq!(provider.approve(&early, PAYER).await, Ok(never.clone()), "a canceled key is never charged");
    assert_eq!(provider.look_up(&early).await, Ok(LookUp::Canceled));

    let closed = charge("log-4-1");
    assert_eq!(provider.close(&closed).await, Ok(LookUp::Canceled), "a close before the charge");
    assert_eq!(provider.close(&closed).await, Ok(LookUp::Canceled), "and once more");
    assert_eq!(provider.approve(&closed, PAYER).await, Ok(never), "a closed key is never charged");
    assert_eq!(provider.look_up(&closed).await, Ok(LookUp::Canceled));
    assert_eq!(provider.cancel(&closed).await, Ok(()), "there is nothing to give back");
}

#[tokio::test]
async fn the_sandbox_keeps_the_contract_and_its_book_says_so() {
    let outside = Outside::start(Mix::default()).await;
    let mut declining = Outside::start(Mix { decline: 100, ..Mix::default() }).await;
    declining.go_down().await;
    declining.book = Arc::clone(&outside.book);
    declining.come_up().await;
    the_story(&outside.provider(LIMIT), &declining.provider(LIMIT)).await;
    let record = |key: &str, status, reason: Option<&str>, taken, given_back| ChargeRecord {
        key: key.to_owned(),
        amount: 50_000,
        currency: Currency::Krw,
        status,
        reason: reason.map(str::to_owned),
        taken,
        given_back,
    };
    let expected = [
        record("log-2-1", ChargeStatus::Declined, Some("not_enough_money"), 0, 0),
        record("log-1-1", ChargeStatus::Canceled, None, 50_000, 50_000),
        record("log-3-1", ChargeStatus::Canceled, None, 0, 0),
        record("log-4-1", ChargeStatus::Canceled, None, 0, 0),
    ];
    assert_eq!(outside.charges(), expected);

    let (first, next) = listed(&outside, "/v1/charges?limit=2").await;
    assert_eq!(first, expected[..2]);
    let behind = next.expect("there is more");
    assert_eq!(
        listed(&outside, &format!("/v1/charges?after={behind}")).await,
        (expected[2..].to_vec(), None)
    );
}

async fn listed(outside: &Outside, path: &str) -> (Vec<ChargeRecord>, Option<i64>) {
    let (status, body) = raw(outside, "GET", path, b"", SystemClock.now(), SECRET).await;
    assert_eq!(status, StatusCode::OK);
    let page: ChargePage = serde_json::from_slice(&body).expect("a page");
    (page.charges, page.next)
}

/// A request with everything in our hands.
async fn raw(
    outside: &Outside,
    method: &str,
    path: &str,
    body: &[u8],
    at: Time,
    secret: &str,
) -> (StatusCode, Vec<u8>) {
    let time = at.as_millis() / 1_000;
    let key = SigningKey::new(&Secret(secret.to_owned())).expect("a key");
    let signature = key.sign(Signed { time, method, path, body });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client
        .request(method.parse().expect("a method"), format!("http://{}{path}", outside.address))
        .header(TIME_HEADER, time)
        .header(SIGNATURE_HEADER, signature)
        .header("idempotency-key", "k-1-1")
        .body(body.to_vec());
    let response = request.send().await.expect("an answer");
    (response.status(), response.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn what_is_not_signed_with_the_secret_just_now_is_not_carried_out() {
    let outside = Outside::start(Mix::default()).await;
    let order = br#"{"key":"k-1-1","amount":50000,"currency":"KRW","payer":"account:17"}"#;
    let now = SystemClock.now();
    let minutes = |minutes: i64| Time::from_millis(now.as_millis() + minutes * 60_000);
    let too_long = vec![b' '; 17 * 1024];
    let free = br#"{"key":"k-1-1","amount":0,"currency":"KRW","payer":"account:17"}"#;
    let other = br#"{"key":"k-2-1","amount":50000,"currency":"KRW","payer":"account:17"}"#;
    for (body, at, secret, status, code) in [
        (&order[..], now, "another secret of some length", 401, ProblemCode::BadSignature),
        (order, minutes(-6), SECRET, 401, ProblemCode::StaleTime),
        (order, minutes(6), SECRET, 401, ProblemCode::StaleTime),
        (&too_long, now, SECRET, 413, ProblemCode::TooLarge),
        (b"{", now, SECRET, 400, ProblemCode::BadRequest),
        (free, now, SECRET, 400, ProblemCode::BadRequest),
        (other, now, SECRET, 400, ProblemCode::BadRequest),
    ] {
        let (answered, body) = raw(&outside, "POST", CHARGES, body, at, secret).await;
        let problem: Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!((answered.as_u16(), problem.code), (status, code));
    }
    assert_eq!(outside.charges(), [], "nothing was carried out");
    let (status, _) = raw(&outside, "POST", CHARGES, order, minutes(4), SECRET).await;
    assert_eq!((status, outside.charges().len()), (StatusCode::OK, 1));
}

#[tokio::test]
async fn what_certainly_never_arrived_is_told_from_what_may_have() {
    let mut outside = Outside::start(Mix { error: 100, ..Mix::default() }).await;
    let (one, provider) = (charge("log-1-1"), outside.provider(LIMIT));
    let answered = provider.approve(&one, PAYER).await;
    assert!(matches!(answered, Err(ProviderError::Unknown(_))), "an error is no answer: {answered:?}");
    let wrong = HttpSettings {
        secret: Secret("another secret of some length".to_owned()),
        ..outside.settings(LIMIT)
    };
    let wrong = HttpProvider::new(&wrong, Arc::new(SystemClock)).expect("a provider");
    assert!(matches!(wrong.look_up(&one).await, Err(ProviderError::Unknown(_))));
    let https = format!("https://{}", outside.address).parse().expect("an address");
    let tls = HttpSettings { url: https, ..outside.settings(LIMIT) };
    let tls = HttpProvider::new(&tls, Arc::new(SystemClock)).expect("a provider");
    let failed = tls.approve(&one, PAYER).await;
    assert!(matches!(failed, Err(ProviderError::NotReached(_))), "no TLS, nothing sent: {failed:?}");
    outside.go_down().await;
    let refused = provider.approve(&one, PAYER).await;
    assert!(matches!(refused, Err(ProviderError::NotReached(_))), "{refused:?}");
}

#[test]
fn money_goes_nowhere_unprotected() {
    for (url, fits) in [
        ("https://bridge.example/pay/", true),
        ("http://127.0.0.1:7118", true),
        ("http://[::1]:7118", true),
        ("http://localhost:7118", true),
        ("http://bridge.example", false),
        ("ftp://127.0.0.1", false),
    ] {
        let settings = HttpSettings {
            name: "http".to_owned(),
            url: url.parse().expect("an address"),
            secret: Secret(SECRET.to_owned()),
            limit: LIMIT,
        };
        assert_eq!(HttpProvider::new(&settings, Arc::new(SystemClock)).is_ok(), fits, "{url}");
    }
}
