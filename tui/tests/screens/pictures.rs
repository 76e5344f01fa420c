//! Every screen as a picture, at 80x24 and 120x40, in English and Korean.

use crossterm::event::KeyCode;
use matching_protocol::*;
use matching_tui::connection::Update;

use crate::stage::*;

fn picture(name: &str, make: impl Fn(Language) -> Stage) {
    let mut all = String::new();
    for language in [Language::En, Language::Ko] {
        let mut stage = make(language);
        for (width, height) in [(80, 24), (120, 40)] {
            all.push_str(&format!("--- {language:?} {width}x{height}\n"));
            all.push_str(&stage.screen(width, height));
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, all);
    });
}

/// Match 1 was finished, 2 is assigned, 3 is paid, 4 was canceled and refunded, 5 waits for the payment.
pub fn student_lists() -> Lists {
    let student = || Actor::Account(MINJI);
    let teacher = || Actor::Account(JUNHO);
    let approved = || Event::PaymentApproved { amount: won(50_000) };
    let histories = [
        vec![
            recorded(1, 1, 1, student(), asked(50_000, "수학", "서울 마포")),
            recorded(2, 1, 2, student(), approved()),
            recorded(3, 1, 3, teacher(), assigned("2026-11-28T10:00:00Z")),
            recorded(4, 1, 4, teacher(), Event::ClassFinished { teacher: JUNHO }),
        ],
        vec![
            recorded(5, 2, 1, student(), asked(50_000, "영어 회화", "서울 서대문")),
            recorded(6, 2, 2, student(), approved()),
            recorded(7, 2, 3, teacher(), assigned("2026-12-01T10:00:00Z")),
        ],
        vec![
            recorded(8, 3, 1, student(), asked(50_000, "물리", "서울 마포")),
            recorded(9, 3, 2, student(), approved()),
        ],
        vec![
            recorded(10, 4, 1, student(), asked(50_000, "화학", "서울 마포")),
            recorded(11, 4, 2, student(), approved()),
            recorded(12, 4, 3, student(), Event::MatchCanceled { reason: None }),
            recorded(
                13,
                4,
                4,
                Actor::System(ContextName::Payment),
                Event::PaymentCanceled { amount: won(50_000) },
            ),
        ],
        vec![recorded(
            14,
            5,
            1,
            student(),
            asked(
                70_000,
                "아주 긴 과목 이름: 미적분과 확률과 통계와 기하",
                "경기도 성남시 분당구 정자동 어딘가",
            ),
        )],
    ];
    let matches: Vec<MatchView> = histories.iter().map(|history| folded(history)).collect();
    let contact = Contact {
        name: PersonName::new("김준호").unwrap(),
        phone: Some(Phone::new("010-9876-5432").unwrap()),
        address: None,
    };
    let my_page = matches
        .iter()
        .map(|row| MyPageRow {
            summary: row.clone(),
            teacher_contact: (row.status == Status::VisitAssigned).then(|| contact.clone()),
        })
        .collect();
    Lists {
        matches,
        my_page,
        classes: vec![
            class(1, "2026-11-28T10:00:00Z", ClassStatus::Finished),
            class(2, "2026-12-01T10:00:00Z", ClassStatus::Open),
            class(6, "2027-01-02T10:00:00Z", ClassStatus::Closed),
        ],
        timeline: histories.concat(),
        ..Lists::default()
    }
}

pub fn teacher_lists() -> Lists {
    Lists {
        board: vec![
            request(11, 50_000, "수학", "서울 마포", "2026-11-30T05:00:00Z"),
            request(12, 1_200_000, "영어 회화와 문법, 독해까지 모두", "부산 해운대", "2026-11-30T07:30:00Z"),
            request(13, 35_000, "물리", "대전", "2026-11-30T07:59:20Z"),
        ],
        visits: vec![
            visit(2, "2026-12-01T10:00:00Z", VisitStatus::Assigned),
            visit(1, "2026-11-28T10:00:00Z", VisitStatus::Finished),
            visit(4, "2026-12-03T10:00:00Z", VisitStatus::Canceled),
        ],
        classes: vec![
            class(1, "2026-11-28T10:00:00Z", ClassStatus::Finished),
            class(2, "2026-12-01T10:00:00Z", ClassStatus::Open),
        ],
        ..Lists::default()
    }
}

pub fn student(language: Language) -> Stage {
    Stage::signed_in(language, minji(), student_lists())
}

pub fn teacher(language: Language) -> Stage {
    Stage::signed_in(language, junho(), teacher_lists())
}

fn pressed(mut stage: Stage, keys: &str) -> Stage {
    stage.keys(keys);
    stage
}

#[test]
fn login() {
    picture("login", |language| {
        let mut stage = Stage::new(language);
        stage.link(Update::Online(hello()));
        stage.link(Update::SignedOut(ErrorReply::new(ErrorCode::Unauthenticated, language)));
        stage.keys("minji");
        stage
    });
}

#[test]
fn login_without_a_server() {
    picture("login_without_a_server", |language| {
        let mut stage = Stage::new(language);
        let error = "No server answers at ws://127.0.0.1:7117/ws (connection refused).".to_owned();
        stage.link(Update::Offline { error, retry_in: std::time::Duration::from_secs(2) });
        stage
    });
}

#[test]
fn registration() {
    picture("registration_student", |language| {
        let mut stage = Stage::new(language);
        stage.link(Update::Online(hello()));
        stage.key(KeyCode::F(3));
        stage
    });
    picture("registration_teacher", |language| {
        let mut stage = Stage::new(language);
        stage.link(Update::Online(hello()));
        stage.key(KeyCode::F(3));
        stage.key(KeyCode::F(3));
        stage
    });
}

#[test]
fn student_home() {
    picture("student_home", student);
    picture("student_home_empty", |language| Stage::signed_in(language, minji(), Lists::default()));
}

#[test]
fn student_request_form() {
    picture("student_request_form", |language| {
        let mut stage = pressed(student(language), "n5만");
        stage.key(KeyCode::Enter);
        stage.keys("수학");
        stage
    });
}

#[test]
fn student_receipts() {
    picture("student_pay", |language| pressed(student(language), "p"));
    picture("student_cancel", |language| pressed(student(language), "jjjc"));
}

#[test]
fn student_my_page() {
    picture("student_my_page", |language| pressed(student(language), "jjj2"));
    picture("student_my_page_canceled", |language| pressed(student(language), "2j"));
}

#[test]
fn student_classes() {
    picture("student_classes", |language| pressed(student(language), "3"));
}

#[test]
fn teacher_board() {
    picture("teacher_board", teacher);
    picture("teacher_board_empty", |language| Stage::signed_in(language, junho(), Lists::default()));
}

#[test]
fn teacher_confirm() {
    picture("teacher_confirm", |language| {
        let mut stage = teacher(language);
        stage.key(KeyCode::Enter);
        stage.keys("12/1 19:30");
        stage
    });
}

#[test]
fn teacher_visits() {
    picture("teacher_visits", |language| pressed(teacher(language), "2j"));
    picture("teacher_finish", |language| pressed(teacher(language), "2jf"));
    picture("teacher_withdraw", |language| pressed(teacher(language), "2jw갑자기 아파서"));
}

#[test]
fn teacher_classes() {
    picture("teacher_classes", |language| pressed(teacher(language), "3"));
}

#[test]
fn admin() {
    picture("admin", |language| {
        let lists = Lists { matches: student_lists().matches, ..teacher_lists() };
        Stage::signed_in(language, account(Role::Admin, AccountId(9), "root", "운영자"), lists)
    });
}

#[test]
fn help() {
    picture("help", |language| pressed(student(language), "?"));
}

#[test]
fn offline() {
    picture("offline", |language| {
        let mut stage = student(language);
        let error = "the connection broke".to_owned();
        stage.link(Update::Offline { error, retry_in: std::time::Duration::from_secs(2) });
        stage.now = stage.now.plus(std::time::Duration::from_secs(12));
        stage.link(Update::Connecting { attempt: 2 });
        stage
    });
}

#[test]
fn a_context_that_is_down() {
    picture("context_down", |language| {
        let lists = Lists { down: vec!["my_page", "timeline"], ..student_lists() };
        pressed(Stage::signed_in(language, minji(), lists), "2")
    });
}
