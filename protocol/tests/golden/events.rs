//! A sample of every event.

use matching_protocol::{
    AccountId, Actor, Area, ContextName, DeclineReason, Event, MatchId, Note, PersonName, Price, Reason,
    Recorded, Seq, Subject, Time,
};

/// One arm a variant: the compiler lists what is new and has no sample yet.
pub fn name_of(event: &Event) -> &'static str {
    match event {
        Event::MatchRequested { .. } => "MatchRequested",
        Event::MatchCanceled { .. } => "MatchCanceled",
        Event::MatchExpired {} => "MatchExpired",
        Event::PaymentRequested { .. } => "PaymentRequested",
        Event::PaymentApproved { .. } => "PaymentApproved",
        Event::PaymentDeclined { .. } => "PaymentDeclined",
        Event::PaymentCanceled { .. } => "PaymentCanceled",
        Event::VisitAssigned { .. } => "VisitAssigned",
        Event::VisitWithdrawn { .. } => "VisitWithdrawn",
        Event::VisitCanceled {} => "VisitCanceled",
        Event::ClassFinished { .. } => "ClassFinished",
    }
}

pub fn match_id() -> MatchId {
    MatchId::new(42).expect("a match id")
}

pub fn price() -> Price {
    Price::new(50_000).expect("a price")
}

pub fn time(minute: u32) -> Time {
    format!("2026-11-24T10:{minute:02}:00.25Z").parse().expect("a time")
}

pub fn visit_at() -> Time {
    "2026-12-01T10:00:00Z".parse().expect("a time")
}

pub fn subject() -> Option<Subject> {
    Some(Subject::new("수학 (중2)").expect("a subject"))
}

pub fn area() -> Option<Area> {
    Some(Area::new("마포구").expect("an area"))
}

pub fn note() -> Option<Note> {
    Some(Note::new("함수 단원이 \"어려워요\".").expect("a note"))
}

pub fn teacher_name() -> PersonName {
    PersonName::new("박준호").expect("a name")
}

fn reason() -> Reason {
    Reason::new("감기에 걸렸습니다").expect("a reason")
}

pub fn recorded(version: u32, by: Actor, event: Event) -> Recorded {
    Recorded {
        seq: Seq(u64::from(100 + version)),
        match_id: match_id(),
        version,
        at: time(version),
        by,
        event,
    }
}

pub fn requested() -> Recorded {
    let event = Event::MatchRequested {
        student: AccountId(7),
        price: price(),
        subject: subject(),
        area: area(),
        note: note(),
    };
    recorded(1, Actor::Account(AccountId(7)), event)
}

pub fn assigned() -> Recorded {
    let event =
        Event::VisitAssigned { teacher: AccountId(9), teacher_name: teacher_name(), visit_at: visit_at() };
    recorded(4, Actor::Account(AccountId(9)), event)
}

pub fn samples() -> Vec<(&'static str, Recorded)> {
    let student = || Actor::Account(AccountId(7));
    let teacher = AccountId(9);
    let payment = || Actor::System(ContextName::Payment);
    let bare = Event::MatchRequested {
        student: AccountId(7),
        price: price(),
        subject: None,
        area: None,
        note: None,
    };
    let intent = Event::PaymentRequested {
        provider: "ledger".to_owned(),
        key: "3f0c5d1e-8a4b-4c6d-9e2f-0123456789ab/42/1".to_owned(),
        attempt: 1,
        amount: price(),
    };
    let withdrawn = Event::VisitWithdrawn { teacher, reason: reason() };
    vec![
        ("", requested()),
        (".bare", recorded(1, student(), bare)),
        ("", recorded(2, student(), intent)),
        ("", recorded(3, payment(), Event::PaymentApproved { amount: price() })),
        ("", recorded(3, payment(), Event::PaymentDeclined { reason: DeclineReason::unavailable() })),
        ("", assigned()),
        ("", recorded(5, Actor::Account(teacher), withdrawn)),
        ("", recorded(5, Actor::Account(teacher), Event::ClassFinished { teacher })),
        ("", recorded(5, student(), Event::MatchCanceled { reason: None })),
        (
            ".by_admin",
            recorded(5, Actor::Admin("root".to_owned()), Event::MatchCanceled { reason: Some(reason()) }),
        ),
        ("", recorded(5, Actor::System(ContextName::Matching), Event::MatchExpired {})),
        ("", recorded(6, Actor::System(ContextName::Visit), Event::VisitCanceled {})),
        ("", recorded(7, payment(), Event::PaymentCanceled { amount: price() })),
    ]
}
