//! A sample of every frame that a client sends.

use matching_protocol::{
    AccountName, Address, Authenticate, Body, CancelMatch, ClientFrame, ClientHello, Command, CommandId,
    ConfirmVisit, FinishClass, Language, LogId, Login, NewPassword, Nothing, OneMatch, PageOf, PayMatch,
    PersonName, Phone, Query, Reason, Refresh, Register, Request, RequestMatch, Role, Secret, Seq,
    SessionRequest, Subscribe, VERSION, WithdrawVisit,
};
use uuid::Uuid;

use crate::events::{area, match_id, note, price, subject, teacher_name, visit_at};

/// One arm a variant: the compiler lists what is new and has no sample yet.
pub fn name_of(frame: &ClientFrame) -> String {
    let name = match frame {
        ClientFrame::Hello(_) => "client_hello",
        ClientFrame::Request(request) => match &request.body {
            Body::Command(Command::RequestMatch(_)) => "command_RequestMatch",
            Body::Command(Command::PayMatch(_)) => "command_PayMatch",
            Body::Command(Command::CancelMatch(_)) => "command_CancelMatch",
            Body::Command(Command::ConfirmVisit(_)) => "command_ConfirmVisit",
            Body::Command(Command::WithdrawVisit(_)) => "command_WithdrawVisit",
            Body::Command(Command::FinishClass(_)) => "command_FinishClass",
            Body::Query(Query::ShowMatch(_)) => "query_ShowMatch",
            Body::Query(Query::Matches(_)) => "query_Matches",
            Body::Query(Query::MyPage(_)) => "query_MyPage",
            Body::Query(Query::Timeline(_)) => "query_Timeline",
            Body::Query(Query::VisitRequests(_)) => "query_VisitRequests",
            Body::Query(Query::Visits(_)) => "query_Visits",
            Body::Query(Query::Classes(_)) => "query_Classes",
            Body::Session(SessionRequest::Register(_)) => "session_Register",
            Body::Session(SessionRequest::Login(_)) => "session_Login",
            Body::Session(SessionRequest::Authenticate(_)) => "session_Authenticate",
            Body::Session(SessionRequest::Refresh(_)) => "session_Refresh",
            Body::Session(SessionRequest::Logout(_)) => "session_Logout",
            Body::Session(SessionRequest::WhoAmI(_)) => "session_WhoAmI",
            Body::Session(SessionRequest::Subscribe(_)) => "session_Subscribe",
        },
    };
    name.to_owned()
}

pub fn command_id() -> CommandId {
    CommandId(Uuid::from_u128(0x0193_5c6e_0000_7000_8000_0000_0000_0001))
}

pub fn log_id() -> LogId {
    LogId(Uuid::from_u128(0x3f0c_5d1e_8a4b_4c6d_9e2f_0123_4567_89ab))
}

pub fn request(body: Body) -> ClientFrame {
    ClientFrame::Request(Request { id: command_id(), body })
}

fn commands() -> Vec<(&'static str, Command)> {
    let match_id = match_id();
    vec![
        (
            "",
            Command::RequestMatch(RequestMatch {
                price: price(),
                subject: subject(),
                area: area(),
                note: note(),
            }),
        ),
        (
            ".bare",
            Command::RequestMatch(RequestMatch { price: price(), subject: None, area: None, note: None }),
        ),
        ("", Command::PayMatch(PayMatch { match_id })),
        ("", Command::CancelMatch(CancelMatch { match_id })),
        (
            "",
            Command::ConfirmVisit(ConfirmVisit {
                match_id,
                teacher_name: teacher_name(),
                visit_at: visit_at(),
            }),
        ),
        (
            "",
            Command::WithdrawVisit(WithdrawVisit {
                match_id,
                reason: Reason::new("감기에 걸렸습니다").expect("a reason"),
            }),
        ),
        ("", Command::FinishClass(FinishClass { match_id })),
    ]
}

fn queries() -> Vec<(&'static str, Query)> {
    let one = || OneMatch { match_id: match_id() };
    let first = PageOf::default;
    let further = PageOf { after: Some(match_id()), limit: Some(50) };
    vec![
        ("", Query::ShowMatch(one())),
        ("", Query::Matches(first())),
        (".further", Query::Matches(further)),
        ("", Query::MyPage(first())),
        ("", Query::Timeline(one())),
        ("", Query::VisitRequests(first())),
        ("", Query::Visits(first())),
        ("", Query::Classes(first())),
    ]
}

fn registration(role: Role) -> Register {
    Register {
        name: AccountName::new("minji").expect("a name"),
        password: NewPassword::new("demo-minji".to_owned()).expect("a password"),
        role,
        display_name: PersonName::new("김민지").expect("a name"),
        phone: None,
        address: None,
        language: Language::Ko,
        zone: "Asia/Seoul".to_owned(),
    }
}

fn session_requests() -> Vec<(&'static str, SessionRequest)> {
    let secret = |text: &str| Secret(text.to_owned());
    let full = Register {
        phone: Some(Phone::new("010-1234-5678").expect("a phone number")),
        address: Some(Address::new("서울 마포구 월드컵로 12, 301호").expect("an address")),
        ..registration(Role::Student)
    };
    let login = Login { name: AccountName::new("minji").expect("a name"), password: secret("demo-minji") };
    vec![
        ("", SessionRequest::Register(full)),
        (".bare", SessionRequest::Register(registration(Role::Teacher))),
        ("", SessionRequest::Login(login)),
        ("", SessionRequest::Authenticate(Authenticate { access_token: secret("access") })),
        ("", SessionRequest::Refresh(Refresh { refresh_token: secret("refresh") })),
        ("", SessionRequest::Logout(Refresh { refresh_token: secret("refresh") })),
        ("", SessionRequest::WhoAmI(Nothing {})),
        ("", SessionRequest::Subscribe(Subscribe { log: log_id(), after: Seq(101) })),
    ]
}

/// What distinguishes the sample from others of its variant, and the sample.
pub fn samples() -> Vec<(&'static str, ClientFrame)> {
    let hello = ClientHello { version: VERSION, client: "matching 0.1.0".to_owned(), language: Language::Ko };
    let mut samples = vec![("", ClientFrame::Hello(hello))];
    samples.extend(commands().into_iter().map(|(suffix, c)| (suffix, request(Body::Command(c)))));
    samples.extend(queries().into_iter().map(|(suffix, q)| (suffix, request(Body::Query(q)))));
    samples.extend(session_requests().into_iter().map(|(suffix, s)| (suffix, request(Body::Session(s)))));
    samples
}
