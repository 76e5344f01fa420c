//! Many payments with every fault mixed in, `PAYMENTS=n` of them: whatever failed, in the end log, book and provider say
//! the same of each key, nobody paid twice, and every refund owed was made once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use matching_protocol::ErrorCode;
use matching_server::outbound::payment::breaker::{Limits, Thresholds};
use matching_server::payment_sandbox::Mix;

use crate::books;
use crate::place::Place;
use crate::sandbox::Outside;

const AT_ONCE: usize = 32;
const LIMIT: Duration = Duration::from_millis(150);

/// Some answers come after the limit, some never, some twice.
fn everything() -> Mix {
    Mix {
        delay: Duration::from_millis(80),
        jitter: Duration::from_millis(80),
        decline: 10,
        error: 8,
        silent: 6,
        double: 6,
        late: 6,
        after: Duration::from_millis(250),
    }
}

/// How a student's match ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Paid,
    Canceled,
}

/// One student: asks, pays until the outcome is known; every third cancels, some before they know.
async fn student(place: &Place, number: usize) -> End {
    let match_id = place.request().await;
    let mut turn = 0;
    loop {
        let paid = place.pay(match_id).await;
        if number.is_multiple_of(3) && turn == number % 2 {
            assert!(place.cancel(match_id).await.is_ok(), "a cancel waits for no provider");
            return End::Canceled;
        }
        match paid {
            Ok(_) => return End::Paid,
            Err(refused) => match refused.code {
                ErrorCode::AlreadyPaid => return End::Paid,
                ErrorCode::PaymentDeclined | ErrorCode::PaymentInProgress | ErrorCode::PaymentUnavailable => {
                    // A client waits as it is told, or a little.
                    tokio::time::sleep(refused.retry_after.unwrap_or(Duration::from_millis(100))).await;
                }
                code => panic!("{match_id}: {code}"),
            },
        }
        turn += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_log_book_and_provider_say_the_same() {
    let payments = std::env::var("PAYMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let outside = Outside::start(everything()).await;
    let thresholds = Thresholds {
        first_wait: Duration::from_millis(50),
        longest_wait: Duration::from_millis(200),
        ..Thresholds::default()
    };
    let limits = Limits { at_once: 24, retry_when_full: Duration::from_millis(50), thresholds };
    let place = Arc::new(Place::open(&outside, LIMIT, limits).await);
    let mut students = stream::iter(0..payments)
        .map(|number| {
            let place = Arc::clone(&place);
            tokio::spawn(async move { student(&place, number).await })
        })
        .buffer_unordered(AT_ONCE);
    let mut paid = 0;
    while let Some(done) = crate::within("a student", students.next()).await {
        paid += usize::from(done.expect("a student who got an answer") == End::Paid);
    }
    drop(students);
    place.settled().await;
    let sums = books::compare(&place, &outside);
    println!("{payments} payments: {sums:?}");
    assert_eq!(sums.held, paid, "whoever was told so, or did not cancel, has paid, once");
    assert!(payments < 100 || (sums.given_back > 0 && sums.declined > 0), "{sums:?}");
    Arc::into_inner(place).expect("no student is left").end().await;
}
