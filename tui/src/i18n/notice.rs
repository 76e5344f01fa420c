//! What is said at the foot of the screen or in a form. Kept as what it is, so that it can be said in the other language.

use jiff::tz::TimeZone;
use matching_protocol::{Command, Done, ErrorCode, Event, Language, Recorded, Time};
use ratatui::style::Style;

use super::words::short_time;
use crate::parse::MeetingTimeError;
use crate::theme::Theme;

/// The closed list of notices.
#[derive(Clone, PartialEq, Debug)]
pub enum Notice {
    /// There is no connection: nothing was sent.
    OfflineNothingSent,
    /// The same is on its way already.
    StillUnderWay,
    /// It is on its way.
    Sending,
    /// The connection ended before the answer.
    OutcomeUnknown,
    /// No answer to a login: try again.
    NoAnswer,
    /// The server, or the form, said no.
    Refused(ErrorCode),
    /// The text is no meeting time.
    MeetingTime(MeetingTimeError),
    /// The meeting time is over.
    MeetingInThePast,
    /// A teacher's account is made and waits for approval.
    ApprovalAwaited,
    /// There is no row to do it with.
    NothingSelected,
    /// A command was carried out.
    Done(Box<Command>, Done),
    /// So many changes came after a connection was made again.
    WhileAway(usize),
    /// Somebody else did something.
    Happened(Box<Recorded>),
}

impl Notice {
    /// How it looks, besides its words.
    pub fn style(&self, theme: &Theme) -> Style {
        match self {
            Notice::OfflineNothingSent | Notice::NoAnswer | Notice::Refused(_) => theme.bad,
            Notice::StillUnderWay
            | Notice::OutcomeUnknown
            | Notice::MeetingTime(_)
            | Notice::MeetingInThePast
            | Notice::NothingSelected => theme.warn,
            Notice::Sending | Notice::WhileAway(_) | Notice::Happened(_) => theme.accent,
            Notice::ApprovalAwaited | Notice::Done(..) => theme.good,
        }
    }

    /// The sentence.
    pub fn say(&self, language: Language, zone: &TimeZone, now: Time) -> String {
        match self {
            Notice::Refused(code) => code.message(language).to_owned(),
            Notice::MeetingTime(error) => error.message(language).to_owned(),
            Notice::Done(command, done) => say_done(language, command, done, zone, now),
            Notice::Happened(recorded) => say_happened(language, recorded, zone, now),
            Notice::WhileAway(changes) => match language {
                Language::En => {
                    let changes =
                        if *changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") };
                    format!("Back online. While you were away: {changes}.")
                }
                Language::Ko => format!("다시 연결되었습니다. 그동안 바뀐 것: {changes}건."),
            },
            fixed => fixed.fixed(language).to_owned(),
        }
    }

    fn fixed(&self, language: Language) -> &'static str {
        let (english, korean) = match self {
            Notice::OfflineNothingSent => (
                "Offline, so nothing was sent. It is kept; try again once online.",
                "오프라인이라 보내지 않았습니다. 내용은 남아 있으니 연결되면 다시 시도해 주세요.",
            ),
            Notice::StillUnderWay => (
                "The same is on its way already; wait for its answer.",
                "이미 보내는 중입니다. 답을 기다려 주세요.",
            ),
            Notice::Sending => ("Sending...", "보내는 중입니다..."),
            Notice::OutcomeUnknown => (
                "Outcome unknown, checking. Nothing is done twice.",
                "결과를 확인하고 있습니다. 두 번 처리되지 않습니다.",
            ),
            Notice::NoAnswer => {
                ("No answer from the server; try again.", "서버에서 답이 없습니다. 다시 시도해 주세요.")
            }
            Notice::MeetingInThePast => (
                "This time is over; a meeting time lies in the future.",
                "이미 지난 시각입니다. 앞으로의 만남시간을 적어 주세요.",
            ),
            Notice::ApprovalAwaited => (
                "Your account is made. An admin has to approve it; then you can log in.",
                "계정이 만들어졌습니다. 관리자가 승인하면 로그인할 수 있습니다.",
            ),
            Notice::NothingSelected => {
                ("There is nothing selected to do this with.", "먼저 목록에서 대상을 골라 주세요.")
            }
            Notice::Refused(_)
            | Notice::MeetingTime(_)
            | Notice::Done(..)
            | Notice::WhileAway(_)
            | Notice::Happened(_) => ("", ""),
        };
        match language {
            Language::En => english,
            Language::Ko => korean,
        }
    }
}

fn say_done(language: Language, command: &Command, done: &Done, zone: &TimeZone, now: Time) -> String {
    let id = done.match_id;
    match (command, language) {
        (Command::RequestMatch(_), Language::En) => format!("Request #{id} is made. Next: pay (p)."),
        (Command::RequestMatch(_), Language::Ko) => format!("요청 #{id} 등록되었습니다. 다음: 결제(p)."),
        (Command::PayMatch(_), Language::En) => format!("Paid: request #{id}. Teachers see it now."),
        (Command::PayMatch(_), Language::Ko) => {
            format!("요청 #{id} 결제되었습니다. 이제 선생님들에게 보입니다.")
        }
        (Command::CancelMatch(_), Language::En) => format!("Request #{id} is canceled."),
        (Command::CancelMatch(_), Language::Ko) => format!("요청 #{id} 취소되었습니다."),
        (Command::ConfirmVisit(confirm), Language::En) => {
            let at = short_time(language, confirm.visit_at, zone, now);
            format!("Visit #{id} is yours, {at}. Contact: 2")
        }
        (Command::ConfirmVisit(confirm), Language::Ko) => {
            let at = short_time(language, confirm.visit_at, zone, now);
            format!("방문 #{id} 확정되었습니다, {at}. 학생 연락처: 2")
        }
        (Command::WithdrawVisit(_), Language::En) => format!("Visit #{id} is given back to the board."),
        (Command::WithdrawVisit(_), Language::Ko) => format!("방문 #{id} 철회되었습니다."),
        (Command::FinishClass(_), Language::En) => format!("Class #{id} is finished; the money is yours."),
        (Command::FinishClass(_), Language::Ko) => format!("수업 #{id} 완료되어 지급되었습니다."),
    }
}

fn say_happened(language: Language, recorded: &Recorded, zone: &TimeZone, now: Time) -> String {
    let id = recorded.match_id;
    match (&recorded.event, language) {
        (Event::VisitAssigned { teacher_name, visit_at, .. }, Language::En) => {
            format!("#{id}: {teacher_name} comes on {}.", short_time(language, *visit_at, zone, now))
        }
        (Event::VisitAssigned { teacher_name, visit_at, .. }, Language::Ko) => {
            let at = short_time(language, *visit_at, zone, now);
            format!("#{id}: {teacher_name} 선생님이 {at} 방문합니다.")
        }
        (Event::VisitWithdrawn { reason, .. }, Language::En) => {
            format!("#{id}: the teacher can't come ({reason}). Others see it again.")
        }
        (Event::VisitWithdrawn { reason, .. }, Language::Ko) => {
            format!("#{id}: 방문이 철회되었습니다({reason}). 다시 목록에 올랐습니다.")
        }
        (Event::ClassFinished { .. }, Language::En) => format!("#{id}: the class is finished."),
        (Event::ClassFinished { .. }, Language::Ko) => format!("#{id}: 수업이 완료되었습니다."),
        (Event::MatchCanceled { .. }, Language::En) => format!("#{id}: the request was canceled."),
        (Event::MatchCanceled { .. }, Language::Ko) => format!("#{id}: 요청이 취소되었습니다."),
        (Event::MatchExpired {}, Language::En) => format!("#{id}: the request has expired."),
        (Event::MatchExpired {}, Language::Ko) => format!("#{id}: 요청이 만료되었습니다."),
        (Event::VisitCanceled {}, Language::En) => format!("#{id}: the visit was called off."),
        (Event::VisitCanceled {}, Language::Ko) => format!("#{id}: 방문이 취소되었습니다."),
        (Event::PaymentCanceled { amount }, Language::En) => format!("#{id}: {amount} was given back."),
        (Event::PaymentCanceled { amount }, Language::Ko) => format!("#{id}: {amount} 환불되었습니다."),
        (Event::PaymentApproved { amount }, Language::En) => format!("#{id}: {amount} was paid."),
        (Event::PaymentApproved { amount }, Language::Ko) => format!("#{id}: {amount} 결제되었습니다."),
        (Event::PaymentDeclined { .. }, Language::En) => {
            format!("#{id}: the payment was declined, nothing was charged.")
        }
        (Event::PaymentDeclined { .. }, Language::Ko) => {
            format!("#{id}: 결제가 거절되었습니다. 청구된 금액은 없습니다.")
        }
        (Event::PaymentRequested { .. }, Language::En) => format!("#{id}: payment is under way."),
        (Event::PaymentRequested { .. }, Language::Ko) => format!("#{id}: 결제가 진행 중입니다."),
        (Event::MatchRequested { .. }, Language::En) => format!("#{id}: the request was made."),
        (Event::MatchRequested { .. }, Language::Ko) => format!("#{id}: 요청이 등록되었습니다."),
    }
}
