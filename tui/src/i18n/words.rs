//! The words for what has a closed list: roles, states, ages and times.

use jiff::tz::TimeZone;
use matching_protocol::{ClassStatus, Language, Money, Role, Status, Time, VisitStatus};

use crate::parse::describe_time;

/// A role.
pub fn role(language: Language, role: Role) -> &'static str {
    match (role, language) {
        (Role::Student, Language::En) => "student",
        (Role::Student, Language::Ko) => "학생",
        (Role::Teacher, Language::En) => "teacher",
        (Role::Teacher, Language::Ko) => "선생님",
        (Role::Admin, Language::En) => "admin",
        (Role::Admin, Language::Ko) => "관리자",
    }
}

/// Where a match stands.
pub fn status(language: Language, status: Status) -> &'static str {
    match (status, language) {
        (Status::MatchRequested, Language::En) => "requested",
        (Status::MatchRequested, Language::Ko) => "매칭 요청",
        (Status::PaymentRequested, Language::En) => "payment pending",
        (Status::PaymentRequested, Language::Ko) => "결제 확인 중",
        (Status::PaymentApproved, Language::En) => "paid, waiting",
        (Status::PaymentApproved, Language::Ko) => "결제 승인",
        (Status::PaymentDeclined, Language::En) => "declined",
        (Status::PaymentDeclined, Language::Ko) => "결제 거절",
        (Status::VisitAssigned, Language::En) => "visit assigned",
        (Status::VisitAssigned, Language::Ko) => "방문 확정",
        (Status::VisitWithdrawn, Language::En) => "withdrawn",
        (Status::VisitWithdrawn, Language::Ko) => "방문 철회",
        (Status::ClassFinished, Language::En) => "class finished",
        (Status::ClassFinished, Language::Ko) => "수업 완료",
        (Status::MatchCanceled, Language::En) => "canceled",
        (Status::MatchCanceled, Language::Ko) => "매칭 취소",
        (Status::MatchExpired, Language::En) => "expired",
        (Status::MatchExpired, Language::Ko) => "매칭 만료",
        (Status::VisitCanceled, Language::En) => "visit canceled",
        (Status::VisitCanceled, Language::Ko) => "방문 취소",
        (Status::PaymentCanceled, Language::En) => "refunded",
        (Status::PaymentCanceled, Language::Ko) => "결제 취소(환불)",
    }
}

/// Where the money is.
pub fn money(language: Language, money: Money) -> &'static str {
    match (money, language) {
        (Money::None, Language::En) => "not paid",
        (Money::None, Language::Ko) => "결제 전",
        (Money::UnderWay, Language::En) => "payment under way",
        (Money::UnderWay, Language::Ko) => "결제 확인 중",
        (Money::Declined, Language::En) => "declined, nothing charged",
        (Money::Declined, Language::Ko) => "거절됨, 청구 없음",
        (Money::Held, Language::En) => "paid, held",
        (Money::Held, Language::Ko) => "결제됨, 보관 중",
        (Money::GoingBack, Language::En) => "going back to you",
        (Money::GoingBack, Language::Ko) => "환불 중",
        (Money::GivenBack, Language::En) => "given back",
        (Money::GivenBack, Language::Ko) => "환불됨",
        (Money::PaidOut, Language::En) => "paid to the teacher",
        (Money::PaidOut, Language::Ko) => "선생님께 지급됨",
    }
}

/// Where a visit stands.
pub fn visit_status(language: Language, status: VisitStatus) -> &'static str {
    match (status, language) {
        (VisitStatus::Assigned, Language::En) => "assigned",
        (VisitStatus::Assigned, Language::Ko) => "방문 확정",
        (VisitStatus::Finished, Language::En) => "finished",
        (VisitStatus::Finished, Language::Ko) => "수업 완료",
        (VisitStatus::Canceled, Language::En) => "canceled",
        (VisitStatus::Canceled, Language::Ko) => "방문 취소",
    }
}

/// Whether the lesson took place.
pub fn class_status(language: Language, status: ClassStatus) -> &'static str {
    match (status, language) {
        (ClassStatus::Open, Language::En) => "to come",
        (ClassStatus::Open, Language::Ko) => "수업 예정",
        (ClassStatus::Finished, Language::En) => "finished",
        (ClassStatus::Finished, Language::Ko) => "수업 완료",
        (ClassStatus::Closed, Language::En) => "called off",
        (ClassStatus::Closed, Language::Ko) => "취소됨",
    }
}

/// How long ago: `12s`, `3분`.
pub fn age(language: Language, since: Time, now: Time) -> String {
    let seconds = now.as_millis().saturating_sub(since.as_millis()).max(0) / 1_000;
    let (count, english, korean) = match seconds {
        0..60 => (seconds, "s", "초"),
        60..3_600 => (seconds / 60, "min", "분"),
        3_600..172_800 => (seconds / 3_600, "h", "시간"),
        _ => (seconds / 86_400, "d", "일"),
    };
    match language {
        Language::En => format!("{count}{english}"),
        Language::Ko => format!("{count}{korean}"),
    }
}

/// With weekday; the year only if it is another one.
pub fn short_time(language: Language, time: Time, zone: &TimeZone, now: Time) -> String {
    let local = time.timestamp().to_zoned_datetime(zone.clone());
    let this_year = now.timestamp().to_zoned_datetime(zone.clone()).year() == local.year();
    let date = if this_year { "%m-%d" } else { "%Y-%m-%d" };
    let date = local.strftime(date).to_string();
    let clock = local.strftime("%H:%M").to_string();
    let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    match language {
        Language::En => {
            let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            format!("{} {date} {clock}", names[weekday])
        }
        Language::Ko => {
            let names = ["월", "화", "수", "목", "금", "토", "일"];
            format!("{date}({}) {clock}", names[weekday])
        }
    }
}

/// With weekday, zone and how far away it is.
pub fn full_time(language: Language, time: Time, zone: &TimeZone, now: Time) -> String {
    let now = now.timestamp().to_zoned_datetime(zone.clone());
    describe_time(time, &now, language)
}
