//! Log, book and provider side by side, key by key.

use std::collections::BTreeMap;

use matching_protocol::{ContextName, Event, Seq};
use matching_server::contexts::payment;
use matching_server::outbound::payment::contract::ChargeStatus;

use crate::place::Place;
use crate::sandbox::Outside;

/// What the log says of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Said {
    UnderWay,
    Held,
    Declined,
    GivenBack,
}

/// What came of all payments.
#[derive(Debug, Default)]
pub struct Sums {
    pub held: usize,
    pub declined: usize,
    pub given_back: usize,
}

/// Every difference is a failure: each key of the log, each of the provider, and the sums of all three.
pub fn compare(place: &Place, outside: &Outside) -> Sums {
    let (mut keys, mut last) = (BTreeMap::new(), BTreeMap::new());
    for recorded in place.service.log.read_after(Seq(0), usize::MAX >> 1).expect("the log") {
        let match_id = recorded.match_id;
        let said = match &recorded.event {
            Event::PaymentRequested { key, amount, .. } => {
                last.insert(match_id, (key.clone(), amount.won()));
                Said::UnderWay
            }
            Event::PaymentApproved { .. } => Said::Held,
            Event::PaymentDeclined { .. } => Said::Declined,
            Event::PaymentCanceled { .. } => Said::GivenBack,
            _ => continue,
        };
        let (key, amount) = last[&match_id].clone();
        keys.insert(key, (amount, said));
    }
    let charges: BTreeMap<_, _> =
        outside.charges().into_iter().map(|record| (record.key.clone(), record)).collect();
    let mut sums = Sums::default();
    for (key, (amount, said)) in &keys {
        let record = charges.get(key);
        let money = record.map_or((0, 0), |record| (record.taken, record.given_back));
        let status = record.map(|record| record.status);
        match said {
            Said::Held => {
                sums.held += 1;
                assert_eq!((status, money), (Some(ChargeStatus::Approved), (*amount, 0)), "{key}");
            }
            Said::GivenBack => {
                sums.given_back += 1;
                assert_eq!((status, money), (Some(ChargeStatus::Canceled), (*amount, *amount)), "{key}");
            }
            Said::Declined => {
                sums.declined += 1;
                assert_eq!(money.0, money.1, "{key}: nothing is kept of what was not approved");
                assert_ne!(status, Some(ChargeStatus::Approved), "{key}");
            }
            Said::UnderWay => panic!("{key} is still under way"),
        }
    }
    let unknown: Vec<_> = charges.keys().filter(|key| !keys.contains_key(*key)).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "the provider knows keys that the log does not");

    let kept: i64 = charges.values().map(|record| record.taken - record.given_back).sum();
    let balances =
        place.service.views.read_now(ContextName::Payment, |rows, _| payment::view::balances(rows));
    let balances = balances.expect("the book");
    assert_eq!(balances.get("provider:http").copied().unwrap_or(0), -kept, "the book and the provider");
    assert_eq!(balances.values().sum::<i64>(), 0, "the book");
    sums
}
