//! What can be refused or fail, each with one sentence in both languages that says what to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Language;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident $code:literal $english:literal $korean:literal)*) => {
        /// The closed list of error codes.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The code as it is written on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $code,)* }
            }

            /// One sentence that says what happened and what to do.
            pub fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((ErrorCode::$variant, Language::En) => $english,
                      (ErrorCode::$variant, Language::Ko) => $korean,)*
                }
            }
        }
    };
}

error_codes! {
    /// No such match, or not the caller's.
    NotFound "not_found" "There is no such request of yours; check the number." "해당 요청을 찾을 수 없습니다. 번호를 확인해 주세요."
    /// A visit can only be confirmed once the student has paid.
    NotPaid "not_paid" "This request is not paid yet; it appears on the board once it is." "아직 결제되지 않은 요청입니다. 결제되면 목록에 나타납니다."
    /// An attempt to pay is under way, its outcome unknown.
    PaymentInProgress "payment_in_progress" "A payment is under way; wait a moment, you will not be charged twice." "결제가 진행 중입니다. 잠시 기다려 주세요. 두 번 결제되지 않습니다."
    /// The match is paid.
    AlreadyPaid "already_paid" "This request is paid already; there is nothing more to pay." "이미 결제된 요청입니다. 더 결제하실 것이 없습니다."
    /// The provider said no.
    PaymentDeclined "payment_declined" "The payment was declined; nothing was charged, and you can try again." "결제가 거절되었습니다. 청구된 금액은 없으며 다시 시도하실 수 있습니다."
    /// Certainly not charged.
    PaymentUnavailable "payment_unavailable" "Payment is not available right now; nothing was charged, try again in a moment." "지금은 결제를 할 수 없습니다. 청구된 금액은 없으니 잠시 후 다시 시도해 주세요."
    /// This teacher withdrew from this match before.
    WithdrawnBefore "withdrawn_before" "You withdrew from this request before; another teacher can take it." "이전에 철회하신 요청입니다. 다른 선생님이 맡으실 수 있습니다."
    /// No teacher has confirmed.
    NotAssigned "not_assigned" "No teacher has confirmed this request; confirm it first." "아직 방문이 확정되지 않은 요청입니다. 먼저 방문을 확정해 주세요."
    /// A teacher has confirmed.
    AlreadyAssigned "already_assigned" "A teacher has taken this request already; choose another one." "이미 다른 선생님이 확정한 요청입니다. 다른 요청을 골라 주세요."
    /// The meeting time has come.
    TooLateToCancel "too_late_to_cancel" "The meeting time has come, so it can't be canceled any more; ask your teacher or the office." "만남시간이 되어 취소할 수 없습니다. 선생님이나 운영자에게 문의해 주세요."
    /// The meeting time has not come.
    TooEarlyToFinish "too_early_to_finish" "The class can be finished from its meeting time on; try again then." "수업 완료는 만남시간부터 할 수 있습니다. 그때 다시 시도해 주세요."
    /// Another teacher is assigned.
    NotYourClass "not_your_class" "Another teacher has this class; look at your own classes." "다른 선생님의 수업입니다. 내 수업 목록을 확인해 주세요."
    /// The class took place, so the match can't be canceled.
    ClassFinished "class_finished" "The class is finished, so the match can't be canceled; ask the office about money." "이미 완료된 수업이라 취소할 수 없습니다. 환불은 운영자에게 문의해 주세요."
    /// The class is finished.
    AlreadyFinished "already_finished" "This class is finished already; there is nothing more to do." "이미 완료된 수업입니다. 더 하실 일은 없습니다."
    /// The match was canceled.
    MatchCanceled "match_canceled" "This request was canceled; choose another one or make a new one." "취소된 요청입니다. 다른 요청을 고르거나 새로 요청해 주세요."
    /// The match was canceled before.
    AlreadyCanceled "already_canceled" "This request is canceled already; there is nothing more to do." "이미 취소된 요청입니다. 더 하실 일은 없습니다."
    /// The match expired.
    MatchExpired "match_expired" "This request has expired; make a new one." "기간이 지나 만료된 요청입니다. 새로 요청해 주세요."
    /// The context that would answer is stopped.
    ContextUnavailable "context_unavailable" "This part of the service is down for the moment; try again soon, nothing is lost." "서비스의 이 부분이 잠시 멈췄습니다. 잃어버린 것은 없으니 곧 다시 시도해 주세요."
    /// A command id was used before, with another body.
    CommandIdReused "command_id_reused" "This command id was used for something else; send the command with a new id." "이미 다른 명령에 쓰인 명령 번호입니다. 새 번호로 보내 주세요."
    /// A proposed match id is taken.
    MatchExists "match_exists" "This match number is taken; choose another one." "이미 있는 요청 번호입니다. 다른 번호를 골라 주세요."
    /// The cursor belongs to another log or lies beyond the head.
    ResumeReset "resume_reset" "The server's log is another one now; load the first screen and subscribe from there." "서버의 기록이 바뀌었습니다. 첫 화면부터 다시 불러와 주세요."
    /// Not logged in, wrong name or password, or a token that is void.
    Unauthenticated "unauthenticated" "Not logged in, or the name or password is wrong; log in again." "로그인되지 않았거나 이름 또는 비밀번호가 틀립니다. 다시 로그인해 주세요."
    /// The account's role may not do this.
    WrongRole "wrong_role" "Your account can't do this; log in with an account of the right kind." "이 계정으로는 할 수 없습니다. 알맞은 계정으로 로그인해 주세요."
    /// An admin has to approve the account.
    AccountPending "account_pending" "Your account waits for an admin's approval; try again once it is approved." "관리자의 승인을 기다리는 계정입니다. 승인된 뒤 다시 시도해 주세요."
    /// An admin has disabled the account.
    AccountDisabled "account_disabled" "This account is disabled; ask the office." "사용이 중지된 계정입니다. 운영자에게 문의해 주세요."
    /// Somebody has this name.
    NameTaken "name_taken" "Somebody has this name already; choose another one." "이미 쓰이는 이름입니다. 다른 이름을 골라 주세요."
    /// People can't register themselves here.
    RegistrationClosed "registration_closed" "Registration is closed here; ask the office for an account." "여기서는 직접 가입할 수 없습니다. 운영자에게 계정을 요청해 주세요."
    /// Too many requests a second, or too many tries to log in.
    RateLimited "rate_limited" "Too much at once; wait a moment and try again." "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요."
    /// The student has as many open requests as are allowed.
    TooManyOpen "too_many_open" "You have too many open requests; cancel or finish some first." "진행 중인 요청이 너무 많습니다. 먼저 일부를 취소하거나 마쳐 주세요."
    /// Others were faster again and again.
    Busy "busy" "The service is busy; nothing was changed, try again." "서비스가 붐빕니다. 바뀐 것은 없으니 다시 시도해 주세요."
    /// The disk is full or failing; reads go on.
    ReadOnly "read_only" "The service can only be read for the moment; nothing was changed, try again later." "지금은 조회만 할 수 있습니다. 바뀐 것은 없으니 나중에 다시 시도해 주세요."
    /// The two sides speak different versions.
    UnsupportedVersion "unsupported_version" "The server speaks another version of the protocol; update the app." "서버와 앱의 버전이 맞지 않습니다. 앱을 새로 설치해 주세요."
    /// Something that should not happen; the details are in the server's log.
    Internal "internal" "Something went wrong on our side; try again, and tell the office if it stays." "서버에 문제가 생겼습니다. 다시 시도해 보시고, 계속되면 운영자에게 알려 주세요."
    /// The frame is not one of the protocol's.
    InvalidFrame "invalid_frame" "The message can't be read; send JSON text as the schema says." "메시지를 읽을 수 없습니다. 스키마에 맞는 JSON 텍스트로 보내 주세요."
    /// Not a match number.
    InvalidMatchId "invalid_match_id" "A match number is a whole number above zero." "요청 번호는 1 이상의 정수입니다."
    /// Not a price, or outside of the allowed range.
    InvalidPrice "invalid_price" "The price must be a whole number of won within the allowed range (by default 1,000 to 10,000,000)." "금액은 허용된 범위(기본 1,000원~10,000,000원)의 원 단위 정수여야 합니다."
    /// A subject that can't be taken.
    InvalidSubject "invalid_subject" "The subject must have 1 to 64 characters, without control characters." "과목은 제어 문자 없이 1~64자로 적어 주세요."
    /// An area that can't be taken.
    InvalidArea "invalid_area" "The area must have 1 to 64 characters, without control characters." "지역은 제어 문자 없이 1~64자로 적어 주세요."
    /// A note that can't be taken.
    InvalidNote "invalid_note" "The note must have 1 to 500 characters, without control characters or line breaks." "메모는 줄바꿈과 제어 문자 없이 1~500자로 적어 주세요."
    /// A reason that can't be taken.
    InvalidReason "invalid_reason" "The reason must have 1 to 500 characters, without control characters or line breaks." "사유는 줄바꿈과 제어 문자 없이 1~500자로 적어 주세요."
    /// A name that can't be taken.
    InvalidName "invalid_name" "The name must have 1 to 64 characters, without control characters; a login name also has no spaces." "이름은 제어 문자 없이 1~64자로 적어 주세요. 로그인 이름에는 공백을 쓸 수 없습니다."
    /// A password that can't be taken.
    InvalidPassword "invalid_password" "The password must have 8 to 256 characters." "비밀번호는 8~256자여야 합니다."
    /// A phone number that can't be taken.
    InvalidPhone "invalid_phone" "The phone number must have 1 to 64 characters, without control characters." "전화번호는 제어 문자 없이 1~64자로 적어 주세요."
    /// An address that can't be taken.
    InvalidAddress "invalid_address" "The address must have 1 to 500 characters, without control characters or line breaks." "주소는 줄바꿈과 제어 문자 없이 1~500자로 적어 주세요."
    /// Not a time, or a meeting time in the past.
    InvalidVisitAt "invalid_visit_at" "The meeting time must be a time in the future, such as 2026-12-01T10:00:00Z." "만남시간은 미래의 시각이어야 합니다. 예: 2026-12-01T10:00:00Z."
    /// Not a role that can be chosen.
    InvalidRole "invalid_role" "The role must be student or teacher." "역할은 학생 또는 선생님이어야 합니다."
    /// Not a time zone.
    InvalidZone "invalid_zone" "The time zone must be an IANA name such as Asia/Seoul." "시간대는 Asia/Seoul 같은 IANA 이름이어야 합니다."
}

impl ErrorCode {
    /// The code of a parse error: the field's own if the value of a known type was wrong, else [`ErrorCode::InvalidFrame`].
    ///
    /// The types in [`crate::values`] report their code as the text of the error; serde_json adds the position.
    pub fn of_parse_error(error: &serde_json::Error) -> ErrorCode {
        let text = error.to_string();
        let word = text.split(' ').next().unwrap_or_default();
        ErrorCode::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == word && word.starts_with("invalid_"))
            .unwrap_or(ErrorCode::InvalidFrame)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::error::Error for ErrorCode {}

/// An error as a client gets it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ErrorReply {
    /// For programs.
    pub code: ErrorCode,
    /// For people, in the language of the hello.
    pub message: String,
    /// When to try again, in milliseconds from now, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorReply {
    /// The code with its sentence.
    pub fn new(code: ErrorCode, language: Language) -> ErrorReply {
        ErrorReply { code, message: code.message(language).to_owned(), retry_after_ms: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_code_is_its_wire_form() {
        for &code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).ok(), Some(code.as_str().into()));
        }
    }

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        for &code in ErrorCode::ALL {
            assert!(code.message(Language::En).ends_with('.'), "{code}");
            let korean = code.message(Language::Ko);
            assert!(korean.contains(|c: char| ('가'..='힣').contains(&c)), "{code}");
        }
    }
}
