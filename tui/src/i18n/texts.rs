//! Every fixed text, in both languages beside each other: one that is missing in a language does not compile.

use matching_protocol::Language;

macro_rules! texts {
    ($($name:ident $english:literal $korean:literal)*) => {
        /// The closed list of fixed texts.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum T { $(#[doc = $english] $name,)* }

        impl T {
            /// Every text there is.
            pub const ALL: &[T] = &[$(T::$name,)*];

            /// The text in a language.
            pub fn say(self, language: Language) -> &'static str {
                match (self, language) {
                    $((T::$name, Language::En) => $english, (T::$name, Language::Ko) => $korean,)*
                }
            }
        }
    };
}

texts! {
    AppName "matching" "매칭"
    LinkOnline "online" "온라인"
    LinkConnecting "connecting" "연결 중"
    LinkSigningIn "signing in" "로그인 중"
    LinkOffline "offline, reconnecting" "오프라인, 재연결 중"
    Loading "loading" "불러오는 중"
    LoadingList "Loading from the server..." "서버에서 불러오는 중입니다..."
    Sending "sending..." "보내는 중..."
    Checking "outcome unknown" "결과 확인 중"

    TabHome "Home" "홈"
    TabMyPage "My page" "마이페이지"
    TabClasses "Class status" "수업 상태"
    TabBoard "Pending visits" "방문요청 목록"
    TabVisits "My classes" "내 수업"
    TabAllMatches "All matches" "전체 매칭"
    MyRequests "My requests" "내 요청"
    Timeline "What happened" "진행 내역"

    ColumnId "No." "번호"
    ColumnStatus "Status" "상태"
    ColumnPrice "Price" "금액"
    ColumnSubject "Subject" "과목"
    ColumnSubjectAndArea "Subject / area" "과목 / 지역"
    ColumnArea "Area" "지역"
    ColumnNote "Note" "메모"
    ColumnSince "Since" "등록"
    ColumnTeacher "Teacher" "선생님"
    ColumnStudent "Student" "학생"
    ColumnVisitAt "Meeting time" "만남시간"
    ColumnClass "Class" "수업"
    ColumnFinishedAt "Finished at" "완료 시각"
    ColumnMoney "Money" "결제 금액"

    FieldName "Login name" "로그인 이름"
    FieldPassword "Password" "비밀번호"
    FieldDisplayName "Your name" "이름"
    FieldPhone "Phone" "전화번호"
    FieldAddress "Address" "주소"
    FieldRole "I am a" "가입 유형"
    FieldPrice "Price" "금액"
    FieldSubject "Subject" "과목"
    FieldArea "Area" "지역"
    FieldNote "Note" "메모"
    FieldTeacherName "Teacher's name" "선생님 이름"
    FieldVisitAt "Meeting time" "만남시간"
    FieldReason "Reason" "사유"

    LoginTitle "Log in" "로그인"
    LoginServer "Server" "서버"
    LoginRegisterHint "No account yet? Press F3 to register." "계정이 없으면 F3을 눌러 가입하세요."
    RegisterTitle "Register" "회원가입"
    RegisterRoleHint "F3 changes it" "F3으로 변경"
    RegisterStudent "Phone and address are shown only to the teacher who comes to you." "전화번호와 주소는 방문이 확정된 선생님에게만 보입니다."
    RegisterTeacher "An admin approves teachers; you can log in once that is done." "선생님 계정은 관리자가 승인한 뒤 로그인할 수 있습니다."

    FormTitle "New request" "새 요청"
    FormTitleKey "New request: press n to write" "새 요청: n을 눌러 작성"
    FormSeenByAll "All teachers see subject, area and note." "과목, 지역, 메모는 모든 선생님에게 보입니다."
    VisitAtHint "Such as 12/1 19:00, fri 19:00 or tomorrow 7pm" "예: 12/1 19:00, 금 19:00, 내일 저녁 7시"
    Gone "no longer on the board" "목록에서 빠진 요청"
    GoneFromBoard "This request is no longer on the board. What you typed is kept: Esc, then choose another." "목록에서 빠진 요청입니다. 입력한 내용은 남아 있으니 Esc 후 다른 요청을 골라 주세요."
    ContactGone "The student's contact is shown while the visit is assigned." "학생 연락처는 방문이 확정되어 있는 동안에만 보입니다."

    EmptyRequests "You have no requests yet. Press n, write a price, and press Enter to the end: teachers see it once you have paid." "아직 요청이 없습니다. n을 누르고 금액을 적은 뒤 Enter로 보내세요. 결제하면 선생님들에게 보입니다."
    EmptyStudentClasses "No classes yet. One appears when a teacher has confirmed a request that you have paid." "아직 수업이 없습니다. 결제한 요청을 선생님이 확정하면 여기에 나타납니다."
    EmptyTeacherClasses "No classes yet. Confirm a request on the board (1), and its class appears here." "아직 수업이 없습니다. 방문요청 목록(1)에서 요청을 확정하면 여기에 나타납니다."
    EmptyBoard "No requests wait for a teacher. New ones appear here by themselves as soon as a student has paid." "지금은 기다리는 요청이 없습니다. 학생이 결제하면 여기에 저절로 나타납니다."
    EmptyVisits "You have no visits yet. Go to the board (1), choose a request and press Enter to confirm it." "아직 내 수업이 없습니다. 방문요청 목록(1)에서 요청을 고르고 Enter로 확정하세요."
    EmptyAllMatches "There are no matches yet." "아직 매칭이 없습니다."

    ReceiptNo "No, go back" "아니요, 돌아가기"
    ReceiptPayMeaning "The money is held until the class is finished. Cancel before the meeting time and all of it comes back. You are never charged twice." "결제 금액은 수업이 완료될 때까지 보관됩니다. 만남시간 전에 취소하면 전액 환불되며, 두 번 결제되지 않습니다."
    ReceiptCancelMeaning "This can't be undone; you can make a new request at any time." "취소는 되돌릴 수 없습니다. 새 요청은 언제든 하실 수 있습니다."
    ReceiptCancelYes "Cancel it" "취소하기"
    ReceiptFinishYes "Class is finished" "수업 완료"
    ReceiptTooEarly "The meeting time has not come: the server may refuse it." "아직 만남시간 전이라 서버가 거절할 수 있습니다."
    WithdrawMeaning "The student sees the reason. The request goes back to the board for other teachers, and not to you again." "사유는 학생에게 보입니다. 요청은 다른 선생님들의 목록으로 돌아가며 본인은 다시 맡을 수 없습니다."

    DemoSwitch "other side" "건너편 화면"

    HelpTitle "Keys" "단축키"
    HelpMore "j/k: more   Esc: close   Ctrl+C: leave" "j/k: 더 보기   Esc: 닫기   Ctrl+C: 종료"
    HelpEnd "Esc: close   Ctrl+C: leave" "Esc: 닫기   Ctrl+C: 종료"

    KeyNext "down" "아래로"
    KeyPrevious "up" "위로"
    KeyPageDown "a page down" "한 화면 아래"
    KeyPageUp "a page up" "한 화면 위"
    KeyFirst "to the first" "처음으로"
    KeyLast "to the last" "마지막으로"
    KeyNextTab "next screen" "다음 화면"
    KeyPreviousTab "screen before" "이전 화면"
    KeyTab1 "first screen" "첫째 화면"
    KeyTab2 "second screen" "둘째 화면"
    KeyTab3 "third screen" "셋째 화면"
    KeyHelp "help" "도움말"
    KeyLanguage "한국어" "English"
    KeySignOut "log out" "로그아웃"
    KeyLeave "quit" "종료"
    KeyEnterForm "next / send" "다음 / 보내기"
    KeyNextField "next field" "다음 칸"
    KeyPreviousField "field before" "이전 칸"
    KeyRegister "register" "회원가입"
    KeyBack "back" "뒤로"
    KeyBackToLogin "back to login" "로그인으로"
    KeyBackKeepsDraft "back (draft is kept)" "뒤로 (내용 유지)"
    KeyOtherRole "student/teacher" "학생/선생님"
    KeyNewRequest "new request" "새 요청"
    KeyPay "pay" "결제"
    KeyCancel "cancel" "취소"
    KeyTimeline "what happened" "진행 내역"
    KeyWholeTimeline "whole timeline" "내역 크게"
    KeyConfirm "confirm visit" "방문 확정"
    KeyFinish "finish class" "수업 완료"
    KeyWithdraw "withdraw" "철회"
    KeyYes "yes" "예"
    KeyNo "no" "아니요"
    KeyOtherAnswer "other answer" "다른 답"
    KeyChosenAnswer "chosen answer" "고른 답"

    StepLogin "Type name and password, then Enter." "이름과 비밀번호를 입력하고 Enter를 누르세요."
    StepRegister "Fill in the fields; Enter on the last one registers." "칸을 채우고 마지막 칸에서 Enter로 가입합니다."
    StepSigningIn "Signing in..." "로그인하는 중입니다..."
    StepFirstRequest "Make your first request: n" "첫 요청을 작성하세요: n"
    StepClasses "Every change appears here by itself." "바뀌는 내용은 여기에 저절로 나타납니다."
    StepWriteRequest "A price such as 50000 or 5만; Enter goes on." "금액을 적으세요(예: 50000, 5만). Enter: 다음 칸."
    StepDescribeRequest "What teachers should know, if you like; Enter goes on." "원하면 선생님께 알릴 내용을 적으세요. Enter: 다음 칸."
    StepSendRequest "Enter sends the request. Nothing is charged yet." "Enter로 요청을 보냅니다. 아직 결제되지 않습니다."
    StepSending "Sending; the answer comes in a moment." "보내는 중입니다. 곧 답이 옵니다."
    StepChecking "Outcome unknown, checking. Never charged twice." "결과를 확인하고 있습니다. 두 번 결제되지 않습니다."
    StepReceipt "Read it, then y for yes or n for no." "내용을 확인하고 y(예) 또는 n(아니요)을 누르세요."
    StepBoard "Choose a request and press Enter to confirm it." "요청을 고르고 Enter를 눌러 방문을 확정하세요."
    StepEmptyBoard "Paid requests appear here by themselves." "결제된 요청이 생기면 여기에 저절로 나타납니다."
    StepConfirm "Check name and time; Enter confirms the visit." "이름과 만남시간을 확인하고 Enter로 확정하세요."
    StepConfirmRefused "Esc goes back to the board; what you typed is kept." "Esc로 목록에 돌아가세요. 입력한 내용은 남아 있습니다."
    StepWithdraw "Write why; Enter gives the visit back." "사유를 적고 Enter를 누르면 방문이 철회됩니다."
    StepNoVisits "Confirm a request on the board first: 1" "먼저 방문요청 목록에서 확정하세요: 1"
    StepTeacherClasses "Finish classes on the screen before: 2" "수업 완료는 내 수업 화면에서: 2"
    StepAdmin "Read only. Changes are made with matching-server." "조회만 가능합니다. 변경은 matching-server로 합니다."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::cells;

    #[test]
    fn the_next_step_fits_into_sixty_columns_and_keys_are_short() {
        for text in T::ALL {
            let name = format!("{text:?}");
            for language in [Language::En, Language::Ko] {
                let width = cells::width(text.say(language));
                let most = match () {
                    () if name.starts_with("Step") => 56,
                    () if name.starts_with("Key") => 20,
                    () => continue,
                };
                assert!(width <= most, "{name} takes {width} cells");
            }
        }
    }
}
