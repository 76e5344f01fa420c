//! What happened to a match, in words: when, what, who, why, and where the money went.

use jiff::tz::TimeZone;
use matching_protocol::{
    AccountId, AccountView, Actor, Event, Language, PersonName, Recorded, Time, Timeline,
};

use super::words::{full_time, short_time, status};

/// One entry of a timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// In the reader's zone.
    pub when: String,
    /// What it is called.
    pub status: &'static str,
    /// Who caused it.
    pub who: String,
    /// What it means, with reason and money.
    pub what: String,
}

/// Tells a timeline, in order.
pub fn tell(
    language: Language,
    timeline: &Timeline,
    me: Option<&AccountView>,
    zone: &TimeZone,
    now: Time,
) -> Vec<Told> {
    let mut teachers: Vec<(AccountId, &PersonName)> = Vec::new();
    let mut told = Vec::new();
    for recorded in &timeline.events {
        if let Event::VisitAssigned { teacher, teacher_name, .. } = &recorded.event {
            teachers.push((*teacher, teacher_name));
        }
        told.push(Told {
            when: short_time(language, recorded.at, zone, now),
            status: status(language, recorded.event.status()),
            who: who(language, recorded, me, &teachers),
            what: what(language, &recorded.event, zone, now),
        });
    }
    told
}

fn who(
    language: Language,
    recorded: &Recorded,
    me: Option<&AccountView>,
    teachers: &[(AccountId, &PersonName)],
) -> String {
    match (&recorded.by, language) {
        (Actor::Account(id), _) => {
            let teacher = teachers.iter().rev().find(|(teacher, _)| teacher == id);
            match (me.is_some_and(|me| me.account == *id), teacher, language) {
                (true, _, Language::En) => "by you".to_owned(),
                (true, _, Language::Ko) => "본인".to_owned(),
                (false, Some((_, name)), Language::En) => format!("by {name}"),
                (false, Some((_, name)), Language::Ko) => format!("{name} 선생님"),
                (false, None, Language::En) => format!("by account {id}"),
                (false, None, Language::Ko) => format!("계정 {id}"),
            }
        }
        (Actor::Admin(_), Language::En) => "by the office".to_owned(),
        (Actor::Admin(_), Language::Ko) => "운영자".to_owned(),
        (Actor::System(_), Language::En) => "by the service".to_owned(),
        (Actor::System(_), Language::Ko) => "서비스".to_owned(),
    }
}

fn what(language: Language, event: &Event, zone: &TimeZone, now: Time) -> String {
    match language {
        Language::En => english(event, zone, now),
        Language::Ko => korean(event, zone, now),
    }
}

fn english(event: &Event, zone: &TimeZone, now: Time) -> String {
    match event {
        Event::MatchRequested { price, .. } => format!("Asked for a lesson at {price}."),
        Event::PaymentRequested { amount, attempt, .. } => {
            format!("Attempt {attempt} to pay {amount}; not charged yet.")
        }
        Event::PaymentApproved { amount } => {
            format!("{amount} was paid and is held; teachers see the request.")
        }
        Event::PaymentDeclined { reason } => {
            format!("The payment was declined ({reason}); nothing was charged.")
        }
        Event::PaymentCanceled { amount } => format!("{amount} was given back to the student."),
        Event::VisitAssigned { teacher_name, visit_at, .. } => {
            let at = full_time(Language::En, *visit_at, zone, now);
            format!("{teacher_name} confirmed; meeting {at}.")
        }
        Event::VisitWithdrawn { reason, .. } => {
            format!("The teacher can't come: {reason}. Other teachers see the request again.")
        }
        Event::VisitCanceled {} => "The visit was called off.".to_owned(),
        Event::MatchCanceled { reason: Some(reason) } => format!("The request was canceled: {reason}."),
        Event::MatchCanceled { reason: None } => "The request was canceled.".to_owned(),
        Event::MatchExpired {} => "Nobody paid, or no teacher confirmed, in time.".to_owned(),
        Event::ClassFinished { .. } => "The class took place; the money went to the teacher.".to_owned(),
    }
}

fn korean(event: &Event, zone: &TimeZone, now: Time) -> String {
    match event {
        Event::MatchRequested { price, .. } => format!("{price} 금액으로 수업을 요청했습니다."),
        Event::PaymentRequested { amount, attempt, .. } => {
            format!("{amount} 결제 시도({attempt}번째). 아직 청구되지 않았습니다.")
        }
        Event::PaymentApproved { amount } => {
            format!("{amount} 결제되어 보관 중입니다. 선생님들에게 보입니다.")
        }
        Event::PaymentDeclined { reason } => {
            format!("결제가 거절되었습니다({reason}). 청구된 금액은 없습니다.")
        }
        Event::PaymentCanceled { amount } => format!("{amount} 학생에게 환불되었습니다."),
        Event::VisitAssigned { teacher_name, visit_at, .. } => {
            let at = full_time(Language::Ko, *visit_at, zone, now);
            format!("{teacher_name} 선생님이 방문을 확정했습니다. 만남시간 {at}.")
        }
        Event::VisitWithdrawn { reason, .. } => {
            format!("선생님이 방문을 철회했습니다: {reason}. 다른 선생님들에게 다시 보입니다.")
        }
        Event::VisitCanceled {} => "방문이 취소되었습니다.".to_owned(),
        Event::MatchCanceled { reason: Some(reason) } => format!("요청이 취소되었습니다: {reason}."),
        Event::MatchCanceled { reason: None } => "요청이 취소되었습니다.".to_owned(),
        Event::MatchExpired {} => "기간 안에 결제 또는 방문 확정이 없어 만료되었습니다.".to_owned(),
        Event::ClassFinished { .. } => "수업이 완료되어 선생님께 지급되었습니다.".to_owned(),
    }
}
