//! Hangul, with and without the input method's help, and what is pasted.

use matching_protocol::Role;

use crate::person::Person;
use crate::real_server::RealServer;
use crate::terminal::{BACKSPACE, ENTER, ESC, LEFT, NARROW, Terminal};

fn student(server: &RealServer) -> Terminal {
    server.account("minji", Role::Student, "김민지");
    let mut student = Person::signs_in(&server.url(), "minji", "ko", NARROW);
    student.terminal.wait_for("첫 요청을 작성하세요");
    student.terminal
}

impl Terminal {
    /// Waits until the terminal's own cursor is shown right behind this text.
    fn wait_for_cursor_behind(&mut self, text: &str) {
        self.wait_until(&format!("the cursor behind {text}"), |screen| {
            let (row, column) = screen.cursor_position();
            !screen.hide_cursor() && screen.contents_between(row, 0, row, column).ends_with(text)
        });
    }
}

#[test]
fn the_terminals_own_cursor_stands_where_the_next_syllable_is_composed() {
    let server = RealServer::start();
    let mut terminal = student(&server);
    terminal.wait_until("no cursor where nothing is typed", |screen| screen.hide_cursor());
    terminal.press("n");
    terminal.wait_for_cursor_behind("> 금액  ");
    let empty = terminal.screen().cursor_position();
    terminal.press("5만");
    terminal.wait_for_cursor_behind("> 금액  5만");
    assert_eq!(terminal.screen().cursor_position(), (empty.0, empty.1 + 3), "a syllable takes two cells");
    terminal.press(ENTER);
    terminal.wait_for_cursor_behind("> 과목  ");
    terminal.press("수학과외");
    terminal.wait_for_cursor_behind("> 과목  수학과외");
    terminal.press(LEFT);
    terminal.wait_for_cursor_behind("> 과목  수학과");
    terminal.press(BACKSPACE);
    terminal.wait_for_cursor_behind("> 과목  수학");
    terminal.wait_for("> 과목  수학외");
    terminal.press(ESC);
    terminal.wait_until("no cursor outside of the form", |screen| screen.hide_cursor());
}

#[test]
fn the_keys_work_with_the_hangul_input_method_on() {
    let server = RealServer::start();
    let mut terminal = student(&server);
    terminal.press("ㅜ");
    terminal.wait_for("금액을 적으세요");
    terminal.press("ㅜ");
    terminal.wait_for("> 금액  ㅜ");
    terminal.press(&[BACKSPACE, "5만", ENTER, ENTER, ENTER, ENTER].concat());
    terminal.wait_for_all(&["> #1", "요청 #1 등록되었습니다."]);
    terminal.press("ㅔ");
    terminal.wait_for("요청 #1 결제: ₩50,000");
    terminal.press("ㅛ");
    terminal.wait_for("결제 승인");
    terminal.press("ㅊ");
    terminal.wait_for("전액이 환불됩니다");
    terminal.press("ㅜ");
    terminal.wait_until_gone("전액이 환불됩니다");
    terminal.press("ㅂ");
    assert!(terminal.left().status.success());
}

#[test]
fn pasted_text_is_text_and_cannot_act() {
    let server = RealServer::start();
    let mut terminal = student(&server);
    terminal.paste("q\x03n");
    terminal.press("n");
    terminal.wait_for("금액을 적으세요");
    terminal.press(&["5만", ENTER].concat());
    terminal.wait_for("> 과목");
    terminal.paste("\u{1112}\u{1161}\u{11ab}글\x1b[31m\r\nq\x03\u{202e}\x07y");
    terminal.wait_for("> 과목  한글[31m qy");
    let row = terminal.wait_for_row(0..80, "한글[31m qy");
    let row = u16::try_from(row).unwrap();
    let cell = terminal.screen().cell(row, 10).unwrap();
    assert_eq!(cell.fgcolor(), vt100::Color::Default, "the pasted colour is text too");
    terminal.press(&[ENTER, ENTER, ENTER].concat());
    terminal.wait_for("요청 #1 등록되었습니다");
    terminal.wait_for("한글[31m qy");
}
