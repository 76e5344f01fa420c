//! A student and a teacher, each at a terminal of their own, from login to finish; then a cancel with what comes back.

use matching_protocol::{Role, Status};

use crate::person::Person;
use crate::real_server::RealServer;
use crate::terminal::{CONTROL_U, ENTER, ESC, NARROW, SHIFT_TAB, TAB, Terminal, WIDE};

/// What is on the screen, and what is typed, in one language.
struct Words {
    language: &'static str,
    first_request: &'static str,
    empty_board: &'static str,
    write: &'static str,
    price: &'static str,
    made: &'static str,
    pay: &'static [&'static str],
    paid: &'static str,
    confirm: &'static str,
    meeting: &'static str,
    yours: &'static str,
    comes: &'static str,
    by_the_teacher: &'static str,
    finish: &'static str,
    earned: &'static str,
    finished: &'static [&'static str],
    to_the_teacher: &'static str,
    cancel: &'static [&'static str],
    given_back: &'static [&'static str],
    called_off: &'static str,
    visit_canceled: &'static str,
}

const KOREAN: Words = Words {
    language: "ko",
    first_request: "첫 요청을 작성하세요: n",
    empty_board: "지금은 기다리는 요청이 없습니다.",
    write: "금액을 적으세요",
    price: "5만",
    made: "등록되었습니다. 다음: 결제(p).",
    pay: &["요청 #1 결제: ₩50,000", "전에 취소하면 전액 환불되며", "[> n: 아니요, 돌아가기 <]"],
    paid: "결제 승인",
    confirm: "요청 #1 방문 확정",
    meeting: "내일 저녁 7시",
    yours: "방문 #1 확정되었습니다",
    comes: "#1: 박선생 선생님이",
    by_the_teacher: "박선생 선생님이 방문을 확정했습니다.",
    finish: "수업 #1 완료 처리할까요?",
    earned: "수업 #1 완료되어 지급되었습니다.",
    finished: &["수업 완료", "#1: 수업이 완료되었습니다."],
    to_the_teacher: "선생님께 지급됨",
    cancel: &[
        "요청 #2",
        "취소할까요?",
        "환불: ₩50,000 전액이 환불됩니다.",
        "박선생 선생님의 방문이 취소됩니다.",
    ],
    given_back: &["취소되었고 ₩50,000 환불되었습니다."],
    called_off: "#2: 요청이 취소되었습니다.",
    visit_canceled: "방문 취소",
};

const ENGLISH: Words = Words {
    language: "en",
    first_request: "Make your first request: n",
    empty_board: "No requests wait for a teacher.",
    write: "A price such as 50000",
    price: "50k",
    made: "is made. Next: pay (p).",
    pay: &[
        "Pay ₩50,000 for request #1?",
        "before the meeting time and all of it comes back.",
        "[> n: No, go back <]",
    ],
    paid: "paid, waiting",
    confirm: "Confirm the visit for request #1",
    meeting: "tomorrow 7pm",
    yours: "Visit #1 is yours",
    comes: "#1: 박선생 comes on",
    by_the_teacher: "박선생 confirmed;",
    finish: "Is class #1 finished?",
    earned: "Class #1 is finished; the money is yours.",
    finished: &["class finished", "#1: the class is finished."],
    to_the_teacher: "paid to the teacher",
    cancel: &["Cancel request #2?", "Comes back to you: ₩50,000, all of it.", "The visit of 박선생 on"],
    given_back: &["Called off, ₩50,000 was given back."],
    called_off: "#2: the request was canceled.",
    visit_canceled: "canceled",
};

impl Words {
    /// Writes a request in the form and sends it.
    fn asks(&self, student: &mut Terminal, id: u32) {
        student.press("n");
        student.wait_for(self.write);
        student.press(self.price);
        student.wait_for("= ₩50,000");
        student.press(&[ENTER, "수학 과외", ENTER, "마포구", ENTER, ENTER].concat());
        student.wait_for_row(40..140, &format!("> #{id}"));
        student.wait_for_all(&[self.made, "수학 과외 / 마포구"]);
    }

    /// Takes the selected request, with a name and a meeting time as people write them.
    fn confirms(&self, teacher: &mut Terminal) {
        teacher.press(ENTER);
        teacher.wait_for("박준호");
        teacher.press(&[SHIFT_TAB, CONTROL_U, "박선생", TAB, self.meeting].concat());
        teacher.wait_for_all(&["박선생", self.meeting, "19:00 KST"]);
        teacher.press(ENTER);
        teacher.wait_until_gone("19:00 KST");
    }
}

fn whole_match(words: &Words) {
    let server = RealServer::start();
    server.account("minji", Role::Student, "김민지");
    server.account("junho", Role::Teacher, "박준호");
    let Person { terminal: mut student, .. } = Person::signs_in(&server.url(), "minji", words.language, WIDE);
    let Person { terminal: mut teacher, .. } =
        Person::signs_in(&server.url(), "junho", words.language, NARROW);
    student.wait_for(words.first_request);
    teacher.wait_for(words.empty_board);

    words.asks(&mut student, 1);
    student.press("p");
    student.wait_for_all(words.pay);
    student.press(ENTER);
    student.wait_until_gone(words.pay[0]);
    student.press("p");
    student.wait_for(words.pay[0]);
    student.press("y");
    student.wait_for(words.paid);

    teacher.wait_for_all(&["> #1", "₩50,000", "수학 과외", "마포구"]);
    teacher.press(ENTER);
    teacher.wait_for(words.confirm);
    teacher.press(ESC);
    teacher.wait_until_gone(words.confirm);
    words.confirms(&mut teacher);
    teacher.wait_for_all(&[words.yours, words.empty_board]);

    student.wait_for_all(&[words.comes, "19:00"]);
    student.press(ENTER);
    student.wait_for_all(&["박선생", "010-junho", words.by_the_teacher]);
    teacher.press("2");
    teacher.wait_for_all(&["김민지", "010-minji", "house of minji", "19:00 KST"]);
    teacher.press("f");
    teacher.wait_for(words.finish);
    teacher.press("y");
    teacher.wait_for(words.earned);
    teacher.wait_until_gone("house of minji");
    student.wait_for_all(words.finished);
    student.wait_for(words.to_the_teacher);
    let happened: Vec<_> =
        server.after(1, Status::ClassFinished).iter().map(|recorded| recorded.event.status()).collect();
    let whole = [
        Status::MatchRequested,
        Status::PaymentRequested,
        Status::PaymentApproved,
        Status::VisitAssigned,
        Status::ClassFinished,
    ];
    assert_eq!(happened, whole, "each once: no answer was taken twice");

    words.asks(&mut student, 2);
    student.press("py");
    teacher.press("1");
    teacher.wait_for("> #2");
    words.confirms(&mut teacher);
    student.wait_for("#2: 박선생");
    student.press("c");
    student.wait_for_all(words.cancel);
    student.press("y");
    student.wait_for_all(words.given_back);
    teacher.press("2");
    teacher.wait_for_all(&[words.called_off, words.visit_canceled]);
    for terminal in [student, teacher] {
        let mut terminal = terminal;
        terminal.press("q");
        assert!(terminal.left().status.success());
    }
}

#[test]
fn two_people_are_matched_in_korean() {
    whole_match(&KOREAN);
}

#[test]
fn two_people_are_matched_in_english() {
    whole_match(&ENGLISH);
}
