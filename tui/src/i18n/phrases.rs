//! Sentences with something in them.

use jiff::tz::TimeZone;
use matching_protocol::{
    Area, Contact, Language, MatchId, MatchView, Money, Note, Price, PriceRange, Status, Subject, Time,
    VisitRequest, VisitRow, VisitStatus, VisitView, grouped,
};

use super::korean::{Particle, with};
use super::words::{full_time, short_time};

/// The terminal is too small.
pub fn too_small(language: Language, needed: (u16, u16), has: (u16, u16)) -> String {
    let ((w, h), (has_w, has_h)) = (needed, has);
    match language {
        Language::En => format!("The window is {has_w}x{has_h}; please make it at least {w}x{h}. q quits."),
        Language::Ko => {
            format!("창 크기가 {has_w}x{has_h}입니다. {w}x{h} 이상으로 늘려 주세요. q는 종료입니다.")
        }
    }
}

/// There is no connection, why, and what that means.
pub fn offline(language: Language, error: &str, signed_in: bool) -> String {
    match (language, signed_in) {
        (Language::En, true) => {
            format!("Offline: shown is the last known state, nothing can be sent. {error}")
        }
        (Language::Ko, true) => format!("오프라인: 마지막 상태를 보여 줍니다. 보낼 수 없습니다. {error}"),
        (_, false) => error.to_owned(),
    }
}

/// Which prices may be asked for.
pub fn price_range(language: Language, range: PriceRange) -> String {
    let (min, max) = (grouped(range.min), grouped(range.max));
    match language {
        Language::En => format!("₩{min} to ₩{max}"),
        Language::Ko => format!("{min}원~{max}원"),
    }
}

/// A request by its number.
pub fn request_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("Request #{id}"),
        Language::Ko => format!("요청 #{id}"),
    }
}

/// The title of a timeline.
pub fn timeline_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("What happened to #{id}"),
        Language::Ko => format!("#{id} 진행 내역"),
    }
}

/// Subject, area and note, as far as they are given.
pub fn lesson_words(subject: Option<&Subject>, area: Option<&Area>, note: Option<&Note>) -> String {
    let words =
        [subject.map(ToString::to_string), area.map(ToString::to_string), note.map(ToString::to_string)];
    words.into_iter().flatten().collect::<Vec<_>>().join(" | ")
}

/// Price, subject and area.
pub fn request_facts(_: Language, row: &VisitRequest) -> String {
    let words = lesson_words(row.subject.as_ref(), row.area.as_ref(), None);
    if words.is_empty() { row.price.to_string() } else { format!("{} | {words}", row.price) }
}

/// What a receipt is about.
pub fn what_is_asked(language: Language, row: &MatchView) -> String {
    let words = lesson_words(row.subject.as_ref(), row.area.as_ref(), row.note.as_ref());
    let title = request_title(language, row.match_id);
    if words.is_empty() {
        format!("{title}: {}", row.price)
    } else {
        format!("{title}: {} | {words}", row.price)
    }
}

/// Pay?
pub fn pay_title(language: Language, row: &MatchView) -> String {
    match language {
        Language::En => format!("Pay {} for request #{}?", row.price, row.match_id),
        Language::Ko => format!("요청 #{} 결제: {}", row.match_id, row.price),
    }
}

/// Yes, pay.
pub fn pay_answer(language: Language, row: &MatchView) -> String {
    match language {
        Language::En => format!("Pay {}", row.price),
        Language::Ko => format!("{} 결제", row.price),
    }
}

/// Cancel?
pub fn cancel_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("Cancel request #{id}?"),
        Language::Ko => format!("{} 취소할까요?", with(&format!("요청 #{id}"), Particle::Object)),
    }
}

/// What the student gets back by canceling.
pub fn what_comes_back(language: Language, row: &MatchView) -> String {
    let price = row.price;
    match (row.money, language) {
        (Money::Held, Language::En) => format!("Comes back to you: {price}, all of it."),
        (Money::Held, Language::Ko) => format!("환불: {price} 전액이 환불됩니다."),
        (Money::UnderWay, Language::En) => format!("If the payment of {price} still arrives, it comes back."),
        (Money::UnderWay, Language::Ko) => format!("{price} 결제가 늦게 승인되더라도 전액 환불됩니다."),
        (Money::GoingBack | Money::GivenBack, Language::En) => format!("{price} comes back already."),
        (Money::GoingBack | Money::GivenBack, Language::Ko) => format!("{price}은 이미 환불 처리되었습니다."),
        (Money::None | Money::Declined | Money::PaidOut, Language::En) => {
            "Nothing was charged, so nothing comes back.".to_owned()
        }
        (Money::None | Money::Declined | Money::PaidOut, Language::Ko) => {
            "결제된 금액이 없어 환불할 것이 없습니다.".to_owned()
        }
    }
}

/// The visit that a cancel calls off.
pub fn visit_called_off(language: Language, visit: &VisitView, zone: &TimeZone, now: Time) -> String {
    let at = short_time(language, visit.visit_at, zone, now);
    let name = visit.teacher_name.to_string();
    match language {
        Language::En => format!("The visit of {name} on {at} is called off."),
        Language::Ko => format!("{at} {name} 선생님의 방문이 취소됩니다."),
    }
}

/// Finished?
pub fn finish_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("Is class #{id} finished?"),
        Language::Ko => format!("수업 #{id} 완료 처리할까요?"),
    }
}

/// With whom and when.
pub fn what_was_taught(language: Language, row: &VisitRow, zone: &TimeZone, now: Time) -> String {
    let at = full_time(language, row.visit_at, zone, now);
    let who = row.student.as_ref().map(|student| student.name.to_string());
    match (language, who) {
        (Language::En, Some(who)) => format!("Class with {who}, {at}"),
        (Language::Ko, Some(who)) => format!("{who} 학생, {at}"),
        (Language::En, None) => format!("Class, {at}"),
        (Language::Ko, None) => format!("수업, {at}"),
    }
}

/// What the teacher gets by finishing.
pub fn what_is_earned(language: Language, price: Price) -> String {
    match language {
        Language::En => format!("{price} becomes yours. After that it can't be canceled."),
        Language::Ko => format!("{price}이 선생님께 지급됩니다. 이후에는 취소할 수 없습니다."),
    }
}

/// Confirm?
pub fn confirm_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("Confirm the visit for request #{id}"),
        Language::Ko => format!("요청 #{id} 방문 확정"),
    }
}

/// Withdraw?
pub fn withdraw_title(language: Language, id: MatchId) -> String {
    match language {
        Language::En => format!("Withdraw from visit #{id}"),
        Language::Ko => format!("방문 #{id} 철회"),
    }
}

/// Another visit of one's own is close.
pub fn overlap(language: Language, other: &VisitRow, zone: &TimeZone, now: Time) -> String {
    let at = short_time(language, other.visit_at, zone, now);
    let id = other.match_id;
    match language {
        Language::En => format!("Warning: your visit #{id} is within an hour of it ({at})."),
        Language::Ko => format!("주의: 내 방문 #{id}({at})과 한 시간 안에 겹칩니다."),
    }
}

/// New requests that are not in the list yet.
pub fn board_news(language: Language, count: usize, last: &VisitRequest) -> String {
    let facts = request_facts(language, last);
    let id = last.match_id;
    match language {
        Language::En => format!("+{count} new: #{id} {facts}. Any key takes it in."),
        Language::Ko => format!("+{count} 새 요청: #{id} {facts}. 아무 키나 누르면 반영됩니다."),
    }
}

/// Requests that went.
pub fn board_gone(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("-{count} gone."),
        Language::Ko => format!("-{count} 빠짐."),
    }
}

/// Who comes, when, and how to reach them.
pub fn teacher_line(
    language: Language,
    visit: &VisitView,
    contact: Option<&Contact>,
    zone: &TimeZone,
    now: Time,
) -> String {
    let at = short_time(language, visit.visit_at, zone, now);
    let phone = contact.and_then(|contact| contact.phone.as_ref());
    let phone = phone.map(|phone| format!(", {phone}")).unwrap_or_default();
    let name = visit.teacher_name.to_string();
    match language {
        Language::En => format!("{name} comes on {at}{phone}"),
        Language::Ko => format!("{name} 선생님{phone}, {at} 방문"),
    }
}

/// How to reach the student.
pub fn student_contact(language: Language, student: &Contact) -> String {
    let phone = student.phone.as_ref().map(ToString::to_string);
    let address = student.address.as_ref().map(ToString::to_string);
    let mut parts = vec![match language {
        Language::En => format!("Student {}", student.name),
        Language::Ko => format!("{} 학생", student.name),
    }];
    parts.extend(phone);
    parts.extend(address);
    parts.join(" | ")
}

/// What the student does next about this request.
pub fn student_step(language: Language, row: &MatchView, zone: &TimeZone, now: Time) -> String {
    let price = row.price;
    let visit = row.visit.as_ref().map(|visit| short_time(language, visit.visit_at, zone, now));
    let visit = visit.unwrap_or_default();
    match (row.status, language) {
        (Status::MatchRequested, Language::En) => {
            format!("Pay {price} and teachers will see your request: p")
        }
        (Status::MatchRequested, Language::Ko) => format!("{price} 결제하면 선생님들에게 보입니다: p"),
        (Status::PaymentRequested, Language::En) => {
            "The payment is being checked; never charged twice.".to_owned()
        }
        (Status::PaymentRequested, Language::Ko) => {
            "결제를 확인하고 있습니다. 두 번 결제되지 않습니다.".to_owned()
        }
        (Status::PaymentApproved | Status::VisitWithdrawn, Language::En) => {
            "Teachers see it; the first to confirm comes. Cancel: c".to_owned()
        }
        (Status::PaymentApproved | Status::VisitWithdrawn, Language::Ko) => {
            "선생님들이 보고 있습니다. 확정을 기다리세요. 취소: c".to_owned()
        }
        (Status::PaymentDeclined, Language::En) => {
            format!("Nothing was charged. Try to pay {price} again: p")
        }
        (Status::PaymentDeclined, Language::Ko) => format!("청구된 금액은 없습니다. {price} 다시 결제: p"),
        (Status::VisitAssigned, Language::En) => {
            format!("Your teacher comes {visit}. Details: Enter")
        }
        (Status::VisitAssigned, Language::Ko) => format!("{visit} 선생님이 방문합니다. 진행 내역: Enter"),
        (Status::ClassFinished, Language::En) => "The class took place. A new request: n".to_owned(),
        (Status::ClassFinished, Language::Ko) => "수업이 완료되었습니다. 새 요청: n".to_owned(),
        (Status::MatchExpired, Language::En) => "It ran out of time. A new request: n".to_owned(),
        (Status::MatchExpired, Language::Ko) => "기간이 지나 만료되었습니다. 새 요청: n".to_owned(),
        (Status::MatchCanceled | Status::VisitCanceled | Status::PaymentCanceled, Language::En) => {
            match row.money {
                Money::GivenBack => format!("Called off, {price} was given back. New request: n"),
                Money::GoingBack => format!("Called off, {price} is coming back. New request: n"),
                _ => "Called off. A new request: n".to_owned(),
            }
        }
        (Status::MatchCanceled | Status::VisitCanceled | Status::PaymentCanceled, Language::Ko) => {
            match row.money {
                Money::GivenBack => format!("취소되었고 {price} 환불되었습니다. 새 요청: n"),
                Money::GoingBack => format!("취소되었고 {price} 환불 중입니다. 새 요청: n"),
                _ => "취소되었습니다. 새 요청: n".to_owned(),
            }
        }
    }
}

/// What the teacher does next about this visit.
pub fn teacher_step(language: Language, row: &VisitRow, now: Time) -> String {
    let text = match (row.status, row.visit_at <= now, language) {
        (VisitStatus::Assigned, true, Language::En) => "The class is over? Declare it finished: f",
        (VisitStatus::Assigned, true, Language::Ko) => "수업을 마치셨나요? 수업 완료: f",
        (VisitStatus::Assigned, false, Language::En) => "Finish after the meeting: f. Can't come: w",
        (VisitStatus::Assigned, false, Language::Ko) => "만남 후 수업 완료: f. 갈 수 없으면 철회: w",
        (VisitStatus::Finished, _, Language::En) => "Finished; the money is yours. More requests: 1",
        (VisitStatus::Finished, _, Language::Ko) => "완료되어 지급되었습니다. 다른 요청 보기: 1",
        (VisitStatus::Canceled, _, Language::En) => "Called off; nothing to do. More requests: 1",
        (VisitStatus::Canceled, _, Language::Ko) => "취소된 방문입니다. 다른 요청 보기: 1",
    };
    text.to_owned()
}
