//! A sample of every frame that a server sends.

use matching_protocol::{
    AccountId, AccountName, AccountView, Address, BoardChange, BoardPush, ClassRow, ClassStatus, Contact,
    Done, ErrorCode, ErrorReply, Idle, Language, MatchView, Money, MyPageRow, Nothing, Outcome, Page,
    PersonName, Phone, PriceRange, Push, Reply, ResultBody, Role, Secret, Seq, ServerFrame, ServerHello,
    SignedIn, Status, Subscribed, Timeline, VERSION, VisitRequest, VisitRow, VisitStatus, VisitView,
};

use crate::client::{command_id, log_id};
use crate::events::{
    area, assigned, match_id, note, price, requested, subject, teacher_name, time, visit_at,
};

/// One arm a variant: the compiler lists what is new and has no sample yet.
pub fn name_of(frame: &ServerFrame) -> String {
    let name = match frame {
        ServerFrame::Hello(_) => "server_hello",
        ServerFrame::Push(_) => "push",
        ServerFrame::Idle(_) => "idle",
        ServerFrame::Bye(_) => "bye",
        ServerFrame::Reply(reply) => match &reply.outcome {
            Outcome::Error(_) => "error",
            Outcome::Result(ResultBody::Done(_)) => "result_done",
            Outcome::Result(ResultBody::Match(_)) => "result_match",
            Outcome::Result(ResultBody::Matches(_)) => "result_matches",
            Outcome::Result(ResultBody::MyPage(_)) => "result_my_page",
            Outcome::Result(ResultBody::Timeline(_)) => "result_timeline",
            Outcome::Result(ResultBody::VisitRequests(_)) => "result_visit_requests",
            Outcome::Result(ResultBody::Visits(_)) => "result_visits",
            Outcome::Result(ResultBody::Classes(_)) => "result_classes",
            Outcome::Result(ResultBody::SignedIn(_)) => "result_signed_in",
            Outcome::Result(ResultBody::Account(_)) => "result_account",
            Outcome::Result(ResultBody::Subscribed(_)) => "result_subscribed",
            Outcome::Result(ResultBody::Ok(_)) => "result_ok",
        },
    };
    name.to_owned()
}

fn name(text: &str) -> PersonName {
    PersonName::new(text).expect("a name")
}

fn account() -> AccountView {
    AccountView {
        account: AccountId(7),
        name: AccountName::new("minji").expect("a name"),
        display_name: name("김민지"),
        role: Role::Student,
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }
}

fn contact(of: &str, address: Option<&str>) -> Contact {
    Contact {
        name: name(of),
        phone: Some(Phone::new("010-1234-5678").expect("a phone number")),
        address: address.map(|text| Address::new(text).expect("an address")),
    }
}

fn visited() -> MatchView {
    MatchView {
        match_id: match_id(),
        student: AccountId(7),
        price: price(),
        subject: subject(),
        area: area(),
        note: note(),
        status: Status::VisitAssigned,
        money: Money::Held,
        visit: Some(VisitView { teacher: AccountId(9), teacher_name: teacher_name(), visit_at: visit_at() }),
        requested_at: time(1),
        updated_at: time(4),
        seq: Seq(104),
    }
}

fn bare() -> MatchView {
    MatchView {
        subject: None,
        area: None,
        note: None,
        status: Status::MatchRequested,
        money: Money::None,
        visit: None,
        updated_at: time(1),
        seq: Seq(101),
        ..visited()
    }
}

fn board_row() -> VisitRequest {
    VisitRequest {
        match_id: match_id(),
        price: price(),
        subject: subject(),
        area: area(),
        note: note(),
        asked_at: time(1),
        seq: Seq(103),
    }
}

fn visit_row() -> VisitRow {
    VisitRow {
        match_id: match_id(),
        teacher: AccountId(9),
        teacher_name: teacher_name(),
        visit_at: visit_at(),
        status: VisitStatus::Assigned,
        price: price(),
        subject: subject(),
        area: area(),
        note: note(),
        student: Some(contact("김민지", Some("서울 마포구 월드컵로 12, 301호"))),
        seq: Seq(104),
    }
}

fn class_row() -> ClassRow {
    ClassRow {
        match_id: match_id(),
        status: ClassStatus::Finished,
        teacher: AccountId(9),
        teacher_name: teacher_name(),
        visit_at: visit_at(),
        finished_at: Some(time(5)),
        seq: Seq(105),
    }
}

fn page<T>(rows: Vec<T>) -> Page<T> {
    Page { rows, seq: Seq(105), next: None }
}

fn results() -> Vec<(&'static str, ResultBody)> {
    let my_page =
        |summary, teacher_contact| ResultBody::MyPage(page(vec![MyPageRow { summary, teacher_contact }]));
    let signed_in = SignedIn {
        account: account(),
        access_token: Secret("access".to_owned()),
        access_expires_at: time(15),
        refresh_token: Secret("refresh".to_owned()),
        refresh_expires_at: visit_at(),
    };
    let bare_visit = VisitRow {
        status: VisitStatus::Finished,
        subject: None,
        area: None,
        note: None,
        student: None,
        ..visit_row()
    };
    let open = ClassRow { status: ClassStatus::Open, finished_at: None, ..class_row() };
    let done = Done { match_id: match_id(), status: Status::PaymentApproved, seq: Seq(103) };
    vec![
        ("", ResultBody::Done(done)),
        ("", ResultBody::Match(visited())),
        (".bare", ResultBody::Match(bare())),
        ("", ResultBody::Matches(Page { rows: vec![visited()], seq: Seq(105), next: Some(match_id()) })),
        (".last", ResultBody::Matches(page(vec![bare()]))),
        ("", my_page(visited(), Some(contact("박준호", None)))),
        (".bare", my_page(bare(), None)),
        ("", ResultBody::Timeline(Timeline { match_id: match_id(), events: vec![requested(), assigned()] })),
        ("", ResultBody::VisitRequests(page(vec![board_row()]))),
        ("", ResultBody::Visits(page(vec![visit_row()]))),
        (".bare", ResultBody::Visits(page(vec![bare_visit]))),
        ("", ResultBody::Classes(page(vec![class_row()]))),
        (".open", ResultBody::Classes(page(vec![open]))),
        ("", ResultBody::SignedIn(signed_in)),
        ("", ResultBody::Account(account())),
        ("", ResultBody::Subscribed(Subscribed { head: Seq(105) })),
        ("", ResultBody::Ok(Nothing {})),
    ]
}

fn board_push(change: BoardChange) -> ServerFrame {
    ServerFrame::Push(vec![Push::Board(BoardPush { seq: Seq(103), match_id: match_id(), change })])
}

fn listed() -> BoardChange {
    BoardChange::VisitListed {
        price: price(),
        subject: subject(),
        area: area(),
        note: note(),
        asked_at: time(1),
    }
}

fn reply(outcome: Outcome) -> ServerFrame {
    ServerFrame::Reply(Reply { id: Some(command_id()), outcome })
}

/// What distinguishes the sample from others of its variant, and the sample.
pub fn samples() -> Vec<(&'static str, ServerFrame)> {
    let hello = ServerHello {
        version: VERSION,
        server: "matching-server 0.1.0".to_owned(),
        log: log_id(),
        now: time(0),
        prices: PriceRange::default(),
        registration: true,
        finish_early: false,
        past_visits: false,
    };
    let limited =
        ErrorReply { retry_after_ms: Some(1_500), ..ErrorReply::new(ErrorCode::RateLimited, Language::En) };
    let unread =
        Reply { id: None, outcome: Outcome::Error(ErrorReply::new(ErrorCode::InvalidFrame, Language::En)) };
    let bare_listing =
        BoardChange::VisitListed { price: price(), subject: None, area: None, note: None, asked_at: time(1) };
    let mut samples = vec![
        ("", ServerFrame::Hello(hello)),
        ("", reply(Outcome::Error(ErrorReply::new(ErrorCode::AlreadyAssigned, Language::Ko)))),
        (".retry", reply(Outcome::Error(limited))),
        (".unread", ServerFrame::Reply(unread)),
        ("_event", ServerFrame::Push(vec![Push::Event(requested()), Push::Event(assigned())])),
        ("_listed", board_push(listed())),
        ("_listed.bare", board_push(bare_listing)),
        ("_unlisted", board_push(BoardChange::VisitUnlisted {})),
        ("", ServerFrame::Idle(Idle { seq: Seq(105) })),
        ("", ServerFrame::Bye(ErrorReply::new(ErrorCode::AccountDisabled, Language::En))),
    ];
    samples.extend(results().into_iter().map(|(suffix, body)| (suffix, reply(Outcome::Result(body)))));
    samples
}
