//! What the screens promise, by keys and messages.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use matching_protocol::*;
use matching_tui::connection::Update;
use matching_tui::message::{Effect, Message};
use ratatui::style::Modifier;

use crate::pictures::{student, student_lists, teacher, teacher_lists};
use crate::stage::*;

fn listed(seq: u64, number: i64, subject: &str) -> Push {
    let change = BoardChange::VisitListed {
        price: won(80_000),
        subject: Some(Subject::new(subject).unwrap()),
        area: None,
        note: None,
        asked_at: at("2026-11-30T07:59:59Z"),
    };
    Push::Board(BoardPush { seq: Seq(seq), match_id: id(number), change })
}

fn unlisted(seq: u64, number: i64) -> Push {
    Push::Board(BoardPush { seq: Seq(seq), match_id: id(number), change: BoardChange::VisitUnlisted {} })
}

/// The line of the screen that holds this text.
fn line_with(screen: &str, text: &str) -> usize {
    screen.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("no {text:?} in\n{screen}"))
}

fn offline(stage: &mut Stage) {
    let error = "the connection broke".to_owned();
    stage.link(Update::Offline { error, retry_in: Duration::from_secs(2) });
}

fn online(stage: &mut Stage, account: AccountView) {
    stage.link(Update::Online(hello()));
    stage.link(Update::SignedIn(account));
}

#[test]
fn after_the_first_screen_it_follows_from_the_smallest_place() {
    let stage = student(Language::En);
    assert_eq!(stage.effects, [Effect::Follow(Seq(100))]);
}

#[test]
fn a_pushed_change_appears_by_itself() {
    let mut stage = student(Language::En);
    assert!(line_with(&stage.screen(80, 24), "#3     paid, waiting") > 0);
    stage.event(recorded(101, 3, 3, Actor::Account(JUNHO), assigned("2026-12-02T10:00:00Z")));
    let screen = stage.screen(80, 24);
    line_with(&screen, "#3     visit assigned");
    line_with(&screen, "#3: 김준호 comes on Wed 12-02 19:00.");
    stage.keys("2");
    line_with(&stage.screen(80, 24), "Wed 12-02 19:00");
    stage.keys("3");
    line_with(&stage.screen(80, 24), "#3     to come");
}

#[test]
fn a_push_that_is_folded_already_changes_nothing() {
    let mut stage = student(Language::En);
    let before = stage.screen(80, 24);
    stage.event(recorded(
        9,
        3,
        2,
        Actor::Account(MINJI),
        Event::PaymentDeclined { reason: DeclineReason::new("late").unwrap() },
    ));
    assert_eq!(stage.screen(80, 24), before);
}

#[test]
fn the_board_never_jumps() {
    let mut stage = teacher(Language::En);
    stage.keys("j");
    let before = stage.screen(80, 24);
    let (row, below) = (line_with(&before, "> #12"), line_with(&before, "#13"));
    // Older than all others, so that its place is the first.
    stage.push(listed(101, 9, "역사"));
    stage.push(unlisted(102, 11));
    let after = stage.screen(80, 24);
    assert_eq!((line_with(&after, "> #12"), line_with(&after, "#13")), (row, below));
    line_with(&after, "+1 new: #9 ₩80,000 | 역사");
    assert!(line_with(&after, "#11    --          no longer on the board") < row);
    stage.keys("z");
    let taken_in = stage.screen(80, 24);
    line_with(&taken_in, "> #12");
    line_with(&taken_in, "#9     ₩80,000     역사");
    assert!(!taken_in.contains("#11"), "{taken_in}");
}

#[test]
fn requests_of_the_same_moment_stand_in_the_order_of_their_numbers() {
    let moment = "2026-11-30T05:00:00Z";
    let board = [11, 12, 13].map(|number| request(number, 50_000, "수학", "서울 마포", moment)).to_vec();
    let mut stage = Stage::signed_in(Language::En, junho(), Lists { board, ..Lists::default() });
    let shown = stage.screen(80, 24);
    let places = ["> #11", "#12", "#13"].map(|text| line_with(&shown, text));
    assert!(places.is_sorted(), "{shown}");
}

#[test]
fn an_empty_board_shows_what_comes_at_once() {
    let mut stage = Stage::signed_in(Language::Ko, junho(), Lists::default());
    assert!(stage.shows("지금은 기다리는 요청이 없습니다."));
    stage.push(listed(101, 9, "역사"));
    line_with(&stage.screen(80, 24), "> #9     ₩80,000     역사");
}

#[test]
fn a_key_that_was_meant_for_a_row_that_is_gone_does_not_get_the_next_one() {
    let mut stage = teacher(Language::En);
    stage.push(unlisted(101, 11));
    stage.key(KeyCode::Enter);
    assert!(!stage.shows("Confirm the visit"));
    stage.key(KeyCode::Enter);
    assert!(stage.shows("Confirm the visit for request #12"));
}

#[test]
fn with_the_hangul_input_method_on_the_keys_work() {
    let mut stage = student(Language::Ko);
    stage.keys("ㅓㅓㅓㅔ");
    assert!(stage.shows("이미 결제된 요청입니다."));
    stage.keys("ㅏㅏㅏㅔ");
    assert!(stage.shows("요청 #5 결제: ₩70,000"));
    stage.keys("ㅜ");
    stage.keys("ㅂ");
    assert_eq!(stage.effects.last(), Some(&Effect::Leave));
}

#[test]
fn control_with_a_jamo_leaves_out_of_a_form() {
    let mut stage = student(Language::Ko);
    stage.keys("n");
    stage.tell(Message::Key(KeyEvent::new(KeyCode::Char('ㅊ'), KeyModifiers::CONTROL)));
    assert_eq!(stage.effects.last(), Some(&Effect::Leave));
}

#[test]
fn pasted_text_is_text_and_never_a_command() {
    let mut stage = student(Language::En);
    stage.tell(Message::Paste("pyq".to_owned()));
    assert!(stage.sent.is_empty());
    assert!(!stage.effects.contains(&Effect::Leave));
    stage.keys("n");
    stage.tell(Message::Paste("5만\u{1b}[2J\r\n".to_owned()));
    assert!(stage.shows("5만[2J"));
}

#[test]
fn the_cursor_stands_behind_what_is_typed_in_cells() {
    let mut stage = student(Language::Ko);
    stage.keys("n");
    let empty = stage.draw(80, 24).1.expect("a cursor");
    stage.keys("5만");
    let typed = stage.draw(80, 24).1.expect("a cursor");
    assert_eq!((typed.x - empty.x, typed.y), (3, empty.y));
    stage.key(KeyCode::Esc);
    assert_eq!(stage.draw(80, 24).1, None);
}

#[test]
fn a_request_is_made_paid_and_shown() {
    let mut stage = Stage::signed_in(Language::En, minji(), Lists::default());
    stage.keys("n5만");
    for text in ["수학", "서울 마포", "기초부터"] {
        stage.key(KeyCode::Enter);
        stage.keys(text);
    }
    assert!(stage.shows("= ₩50,000"));
    stage.key(KeyCode::Enter);
    let (request, command) = stage.command();
    let Command::RequestMatch(body) = command else { panic!("{command:?}") };
    assert_eq!(body.price, won(50_000));
    assert_eq!(body.note, Some(Note::new("기초부터").unwrap()));
    stage.event(recorded(101, 1, 1, Actor::Account(MINJI), asked(50_000, "수학", "서울 마포")));
    stage.done(request, 1, Status::MatchRequested, 101);
    assert!(stage.shows("Request #1 is made. Next: pay (p)."));
    assert!(stage.shows("Pay ₩50,000 and teachers will see your request: p"));

    stage.keys("p");
    assert!(stage.shows("[> n: No, go back <]"));
    stage.keys("y");
    let (pay, command) = stage.command();
    assert_eq!(command, Command::PayMatch(PayMatch { match_id: id(1) }));
    line_with(&stage.screen(80, 24), "#1     sending...");
    stage.event(recorded(102, 1, 2, Actor::Account(MINJI), Event::PaymentApproved { amount: won(50_000) }));
    stage.done(pay, 1, Status::PaymentApproved, 102);
    line_with(&stage.screen(80, 24), "#1     paid, waiting");
    assert!(stage.shows("Paid: request #1. Teachers see it now."));
}

#[test]
fn the_safe_answer_is_the_default() {
    let mut stage = student(Language::En);
    stage.keys("p");
    stage.key(KeyCode::Enter);
    assert!(stage.sent.is_empty());
    stage.keys("p");
    stage.key(KeyCode::Tab);
    stage.key(KeyCode::Enter);
    assert!(matches!(stage.command().1, Command::PayMatch(_)));
}

#[test]
fn a_payment_with_unknown_outcome_is_asked_about_with_the_same_id() {
    let mut stage = student(Language::En);
    stage.keys("py");
    let (first, command) = stage.command();
    stage.link(Update::Lost(first));
    offline(&mut stage);
    line_with(&stage.screen(80, 24), "#5     outcome unknown");
    online(&mut stage, minji());
    assert_eq!(stage.command(), (first, command.clone()));
    stage.refused(first, ErrorCode::PaymentInProgress);
    line_with(&stage.screen(80, 24), "#5     outcome unknown");
    stage.keys("p");
    assert!(stage.shows("The same is on its way already"));
    stage.now = stage.now.plus(Duration::from_secs(3));
    stage.tell(Message::Tick);
    assert_eq!(stage.command(), (first, command));
    stage.event(recorded(101, 5, 2, Actor::Account(MINJI), Event::PaymentApproved { amount: won(70_000) }));
    stage.done(first, 5, Status::PaymentApproved, 101);
    line_with(&stage.screen(80, 24), "#5     paid, waiting");
}

#[test]
fn a_draft_survives_esc_a_lost_connection_and_a_refusal() {
    let mut stage = student(Language::En);
    stage.keys("n77000");
    stage.key(KeyCode::Esc);
    offline(&mut stage);
    assert!(stage.shows("77000"));
    stage.keys("n");
    stage.tell(Message::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    assert!(stage.sent.is_empty());
    assert!(stage.shows("Offline, so nothing was sent."));
    online(&mut stage, minji());
    stage.tell(Message::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    let (request, _) = stage.command();
    stage.refused(request, ErrorCode::TooManyOpen);
    assert!(stage.shows("You have too many open requests"));
    assert!(stage.shows("77000"));
}

#[test]
fn a_lost_race_says_so_and_keeps_the_form() {
    let mut stage = teacher(Language::En);
    stage.key(KeyCode::Enter);
    stage.keys("12/2 19:00");
    assert!(stage.shows("= Wed 2026-12-02 19:00 KST, in 2 days"));
    stage.key(KeyCode::Enter);
    let (confirm, command) = stage.command();
    let Command::ConfirmVisit(body) = command else { panic!("{command:?}") };
    assert_eq!(body.visit_at, at("2026-12-02T10:00:00Z"));
    stage.push(unlisted(101, 11));
    stage.refused(confirm, ErrorCode::AlreadyAssigned);
    let screen = stage.screen(80, 24);
    line_with(&screen, "A teacher has taken this request already");
    line_with(&screen, "12/2 19:00");
    stage.key(KeyCode::Esc);
    stage.key(KeyCode::Enter);
    let screen = stage.screen(80, 24);
    line_with(&screen, "Confirm the visit for request #12");
    line_with(&screen, "12/2 19:00");
}

#[test]
fn a_confirmed_visit_comes_with_the_students_contact() {
    let mut stage = Stage::signed_in(Language::En, junho(), Lists { visits: Vec::new(), ..teacher_lists() });
    stage.key(KeyCode::Enter);
    stage.keys("tomorrow 7pm");
    stage.key(KeyCode::Enter);
    let (confirm, _) = stage.command();
    stage.lists.visits = vec![visit(11, "2026-12-01T10:00:00Z", VisitStatus::Assigned)];
    stage.lists.seq = 101;
    stage.event(recorded(101, 11, 3, Actor::Account(JUNHO), assigned("2026-12-01T10:00:00Z")));
    stage.done(confirm, 11, Status::VisitAssigned, 101);
    assert!(!stage.shows("Confirm the visit"));
    stage.keys("2");
    let screen = stage.screen(80, 24);
    line_with(&screen, "Student 민지 | 010-1234-5678 | 서울시 마포구");
}

#[test]
fn a_list_that_was_read_too_early_is_read_again() {
    let mut stage = Stage::signed_in(Language::En, junho(), Lists { visits: Vec::new(), ..teacher_lists() });
    stage.event(recorded(101, 11, 3, Actor::Account(JUNHO), assigned("2026-12-01T10:00:00Z")));
    stage.lists.visits = vec![visit(11, "2026-12-01T10:00:00Z", VisitStatus::Assigned)];
    stage.lists.seq = 101;
    stage.now = stage.now.plus(Duration::from_secs(1));
    stage.tell(Message::Tick);
    stage.keys("2");
    assert!(stage.shows("010-1234-5678"));
}

#[test]
fn finish_and_withdraw_ask_first() {
    let mut stage = teacher(Language::En);
    stage.keys("2jjf");
    assert!(stage.shows("This class is finished already"));
    stage.keys("kf");
    assert!(stage.shows("₩50,000 becomes yours"), "{}", stage.screen(80, 24));
    stage.keys("y");
    assert_eq!(stage.command().1, Command::FinishClass(FinishClass { match_id: id(2) }));
    stage.keys("w");
    stage.key(KeyCode::Enter);
    assert!(stage.shows("The reason must have 1 to 500 characters"));
    stage.keys("아파서");
    stage.key(KeyCode::Enter);
    let reason = Reason::new("아파서").unwrap();
    assert_eq!(stage.command().1, Command::WithdrawVisit(WithdrawVisit { match_id: id(2), reason }));
}

#[test]
fn offline_dims_what_is_shown_and_blocks_what_would_be_sent() {
    let mut stage = student(Language::En);
    offline(&mut stage);
    let (buffer, _) = stage.draw(80, 24);
    assert!(buffer[(4, 12)].modifier.contains(Modifier::DIM));
    stage.keys("p");
    assert!(stage.sent.is_empty());
    assert!(stage.shows("Offline, so nothing was sent."));
    stage.now = stage.now.plus(Duration::from_secs(12));
    assert!({
        stage.tell(Message::Tick);
        stage.shows("[offline, reconnecting 12s]")
    });
    online(&mut stage, minji());
    let (buffer, _) = stage.draw(80, 24);
    assert!(!buffer[(4, 12)].modifier.contains(Modifier::DIM));
}

#[test]
fn what_came_while_one_was_away_is_counted() {
    let mut stage = student(Language::En);
    offline(&mut stage);
    stage.keys("c");
    assert!(stage.shows("Offline, so nothing was sent."));
    online(&mut stage, minji());
    assert!(!stage.shows("Offline, so nothing was sent."));
    stage.link(Update::Following { head: Seq(102) });
    stage.event(recorded(101, 3, 3, Actor::Account(JUNHO), assigned("2026-12-02T10:00:00Z")));
    assert!(stage.shows("Back online. While you were away: 1 change."));
    stage.event(recorded(102, 3, 4, Actor::Account(JUNHO), Event::ClassFinished { teacher: JUNHO }));
    assert!(stage.shows("Back online. While you were away: 2 changes."));
    stage.event(recorded(103, 5, 2, Actor::System(ContextName::Matching), Event::MatchExpired {}));
    assert!(stage.shows("#5: the request has expired."));
}

#[test]
fn a_context_that_is_down_holds_up_no_other_and_is_tried_again() {
    let lists = Lists { down: vec!["my_page", "timeline"], ..student_lists() };
    let mut stage = Stage::signed_in(Language::En, minji(), lists);
    assert_eq!(stage.effects, [Effect::Follow(Seq(100))]);
    assert!(stage.shows("#5     requested"));
    stage.keys("2");
    assert!(stage.shows("This part of the service is down for the moment"));
    stage.lists.down.clear();
    stage.now = stage.now.plus(Duration::from_secs(4));
    stage.tell(Message::Tick);
    assert!(!stage.shows("This part of the service is down"));
    assert!(stage.shows("Asked for a lesson at ₩70,000."));
}

#[test]
fn another_log_means_the_first_screen_again() {
    let mut stage = student(Language::En);
    stage.lists = Lists { seq: 3, ..Lists::default() };
    stage.link(Update::Reset);
    assert!(stage.shows("You have no requests yet."));
    assert_eq!(stage.effects.last(), Some(&Effect::Follow(Seq(3))));
}

#[test]
fn a_teacher_who_registers_is_told_to_wait_for_approval() {
    let mut stage = Stage::new(Language::En);
    stage.link(Update::Online(hello()));
    stage.key(KeyCode::F(3));
    stage.key(KeyCode::F(3));
    for text in ["haneul", "long enough", "정하늘", ""] {
        stage.keys(text);
        stage.key(KeyCode::Enter);
    }
    let Some((id, Body::Session(SessionRequest::Register(body)))) = stage.sent.pop() else { panic!() };
    assert_eq!((body.role, body.phone, body.zone.as_str()), (Role::Teacher, None, "Asia/Seoul"));
    stage.refused(id, ErrorCode::AccountPending);
    let screen = stage.screen(80, 24);
    line_with(&screen, "Your account is made. An admin has to approve it");
    line_with(&screen, "Login name  haneul");
}

#[test]
fn a_wrong_password_says_so_and_the_name_stays() {
    let mut stage = Stage::new(Language::Ko);
    stage.link(Update::Online(hello()));
    stage.keys("minji");
    stage.key(KeyCode::Enter);
    stage.keys("wrong");
    stage.key(KeyCode::Enter);
    let (id, body) = stage.sent.pop().unwrap();
    assert!(matches!(body, Body::Session(SessionRequest::Login(_))));
    stage.refused(id, ErrorCode::Unauthenticated);
    let screen = stage.screen(80, 24);
    line_with(&screen, "이름 또는 비밀번호가 틀립니다");
    line_with(&screen, "minji");
    assert!(!screen.contains("*****"));
}

#[test]
fn the_language_switches_at_once_also_for_what_was_said() {
    let mut stage = student(Language::En);
    stage.keys("jjp");
    assert!(stage.shows("This request is paid already"));
    stage.key(KeyCode::F(2));
    assert!(stage.shows("이미 결제된 요청입니다."));
    assert_eq!(stage.effects.last(), Some(&Effect::Language(Language::Ko)));
}

#[test]
fn a_popup_over_hangul_keeps_its_border() {
    let mut stage = student(Language::Ko);
    stage.keys("c");
    for width in 60..140 {
        let screen = stage.screen(width, 24);
        let titled = screen.lines().position(|line| line.contains("┌ 요청 #5를 취소할까요?")).unwrap();
        let answers = line_with(&screen, "[> n: 아니요");
        for line in screen.lines().skip(titled + 1).take(answers - titled) {
            assert!(line.matches('│').count() >= 2, "{width}: {line}");
        }
    }
}

#[test]
fn the_bell_rings_only_when_nobody_looks() {
    let mut stage = student(Language::En);
    let push =
        |seq, version| recorded(seq, 3, version, Actor::Account(JUNHO), assigned("2026-12-02T10:00:00Z"));
    stage.event(push(101, 3));
    assert!(!stage.effects.contains(&Effect::Bell));
    stage.tell(Message::Focused(false));
    stage.event(push(102, 4));
    assert!(stage.effects.contains(&Effect::Bell));
}

#[test]
fn a_hostile_name_can_not_move_the_cursor() {
    let mut lists = teacher_lists();
    let hostile: Subject = serde_json::from_str("\"a\u{200b}b\"").unwrap();
    lists.board[0].subject = Some(hostile);
    let mut stage = Stage::signed_in(Language::En, junho(), lists);
    assert!(stage.shows("a<200B>b"));
}

#[test]
fn what_is_too_small_says_so() {
    let mut stage = student(Language::En);
    assert!(stage.screen(59, 20).contains("The window is 59x20; please make it at least 60x16."));
}
