//! What each file under `data/golden/older/` has to be read as. The files are written by hand: they leave out what was
//! optional, or hold a field that is known no longer. A file stays for ever.

use matching_protocol::{
    AccountId, Actor, Body, ClientFrame, ClientHello, Command, ContextName, DeclineReason, ErrorCode,
    ErrorReply, Event, Language, Outcome, PageOf, Query, Recorded, Reply, RequestMatch, Seq, ServerFrame,
};

use crate::client::{command_id, request};
use crate::events::{assigned, match_id, price, recorded};

pub fn read<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let text = crate::read(&crate::folder("older").join(format!("{file}.json")));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file} can't be read any more: {e}"))
}

pub fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let bare = RequestMatch { price: price(), subject: None, area: None, note: None };
    vec![
        (
            "client_hello.version_alone",
            ClientFrame::Hello(ClientHello { version: 1, client: String::new(), language: Language::En }),
        ),
        ("command_RequestMatch.price_alone", request(Body::Command(Command::RequestMatch(bare)))),
        ("query_Matches.first_page", request(Body::Query(Query::Matches(PageOf::default())))),
    ]
}

pub fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let error = ErrorReply {
        code: ErrorCode::Busy,
        message: "The service is busy.".to_owned(),
        retry_after_ms: None,
    };
    vec![(
        "error.without_retry",
        ServerFrame::Reply(Reply { id: Some(command_id()), outcome: Outcome::Error(error) }),
    )]
}

pub fn events() -> Vec<(&'static str, Recorded)> {
    let bare = Event::MatchRequested {
        student: AccountId(7),
        price: price(),
        subject: None,
        area: None,
        note: None,
    };
    let declined = Event::PaymentDeclined { reason: DeclineReason::new("no funds").expect("a reason") };
    vec![
        ("MatchRequested.price_alone", recorded(1, Actor::Account(AccountId(7)), bare)),
        (
            "MatchCanceled.without_reason",
            recorded(5, Actor::Account(AccountId(7)), Event::MatchCanceled { reason: None }),
        ),
        ("VisitAssigned.extra_field", assigned()),
        ("PaymentDeclined.data_first", recorded(3, Actor::System(ContextName::Payment), declined)),
        (
            "MatchExpired.early_log",
            Recorded {
                seq: Seq(1),
                match_id: match_id(),
                version: 1,
                at: "2026-11-24T10:00:00Z".parse().expect("a time"),
                by: Actor::System(ContextName::Matching),
                event: Event::MatchExpired {},
            },
        ),
    ]
}
