//! What the demo proposes to do next.

use matching_protocol::{Language, MatchId};

/// The closed list of hints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hint {
    /// Nothing yet.
    Starting,
    /// A moment.
    Wait,
    /// The student's first screen.
    GoHome,
    /// The form for a request.
    NewRequest,
    /// Fill it in.
    WriteRequest,
    /// Pay.
    Pay(MatchId),
    /// Go to the student's side.
    ToStudent,
    /// Go to the teacher's side.
    ToTeacher(MatchId),
    /// Confirm.
    Confirm(MatchId),
    /// Fill the time in.
    WriteTime,
    /// Go to the teacher's side, to finish.
    ToTeacherToFinish(MatchId),
    /// Finish.
    Finish(MatchId),
    /// Try the rest.
    Finished,
    /// Try again.
    CalledOff,
}

impl Hint {
    /// The sentence.
    pub fn say(self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Ko => self.korean(),
        }
    }

    fn english(self) -> String {
        match self {
            Hint::Starting => "Starting: server, student and teacher sign in...".to_owned(),
            Hint::Wait => "A moment...".to_owned(),
            Hint::GoHome => "You are the student. Press 1 for Home.".to_owned(),
            Hint::NewRequest => "You are the student. Press n to ask for a lesson.".to_owned(),
            Hint::WriteRequest => "Type a price such as 50000, then Enter until it is sent.".to_owned(),
            Hint::Pay(id) => format!("Request #{id} is made. Press p, then y, to pay."),
            Hint::ToStudent => "F6 goes to the student's side.".to_owned(),
            Hint::ToTeacher(id) => {
                format!("#{id} is paid; the teacher sees it already. F6 goes over. (c cancels)")
            }
            Hint::Confirm(id) => format!("You are the teacher. Press 1, choose #{id}, and press Enter."),
            Hint::WriteTime => "Type when you meet, such as tomorrow 7pm, then Enter.".to_owned(),
            Hint::ToTeacherToFinish(id) => {
                format!("A teacher comes for #{id}. F6 goes over to finish it. (c cancels)")
            }
            Hint::Finish(id) => {
                format!("It's yours. Press 2, choose #{id}, press f, then y. F6: the student's view")
            }
            Hint::Finished => {
                "Matched and finished! Try n again, pay, and cancel with c: the money comes back.".to_owned()
            }
            Hint::CalledOff => {
                "Canceled, and all money given back. Press n on the student's side for another.".to_owned()
            }
        }
    }

    fn korean(self) -> String {
        match self {
            Hint::Starting => "시작하는 중: 서버를 켜고 학생과 선생님이 로그인합니다...".to_owned(),
            Hint::Wait => "잠시만요...".to_owned(),
            Hint::GoHome => "학생 화면입니다. 1을 눌러 홈으로 가세요.".to_owned(),
            Hint::NewRequest => "학생 화면입니다. n을 눌러 수업을 요청하세요.".to_owned(),
            Hint::WriteRequest => "금액(예: 5만)을 적고 Enter를 보내질 때까지 누르세요.".to_owned(),
            Hint::Pay(id) => format!("요청 #{id} 등록됨. p, y를 눌러 결제하세요."),
            Hint::ToStudent => "F6을 눌러 학생 화면으로 가세요.".to_owned(),
            Hint::ToTeacher(id) => {
                format!("#{id} 결제됨. 선생님이 이미 보고 있습니다. F6으로 건너가세요. (c 취소)")
            }
            Hint::Confirm(id) => format!("선생님 화면입니다. 1을 누르고 #{id}에서 Enter를 누르세요."),
            Hint::WriteTime => "만남시간(예: 내일 저녁 7시)을 적고 Enter를 누르세요.".to_owned(),
            Hint::ToTeacherToFinish(id) => {
                format!("#{id} 방문 확정됨. F6으로 건너가 수업을 완료하세요. (c 취소)")
            }
            Hint::Finish(id) => format!("2를 누르고 #{id}에서 f, y를 누르면 수업 완료. F6: 학생 화면"),
            Hint::Finished => {
                "매칭부터 완료까지 끝! 다시 n, 결제, c로 취소해 환불도 확인해 보세요.".to_owned()
            }
            Hint::CalledOff => "취소되고 전액 환불되었습니다. 학생 화면에서 n으로 다시 해 보세요.".to_owned(),
        }
    }
}
