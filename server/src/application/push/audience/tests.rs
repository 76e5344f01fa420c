//! DOMAIN.md's second table of rights, cell by cell: for each event, who gets it, who gets a change of the board
//! instead, and who gets nothing.

use matching_protocol::{Actor, DeclineReason, MatchId, PersonName, Price, Reason, Seq, Subject, Time};

use super::*;

const STUDENT: AccountId = AccountId(1);
const OTHER_STUDENT: AccountId = AccountId(2);
const ASSIGNED: AccountId = AccountId(11);
const OTHER_TEACHER: AccountId = AccountId(12);
const WITHDREW: AccountId = AccountId(13);
const ADMIN: AccountId = AccountId(21);

/// What somebody gets.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Gets {
    TheEvent,
    Listed,
    Unlisted,
    Nothing,
}
use Gets::{Listed, Nothing, TheEvent, Unlisted};

/// Who gets what of the last event of a history.
#[derive(PartialEq, Debug)]
struct Row {
    student: Gets,
    other_student: Gets,
    assigned: Gets,
    other_teacher: Gets,
    withdrew: Gets,
    admin: Gets,
}

fn price() -> Price {
    Price::new(50_000).unwrap()
}

fn subject() -> Option<Subject> {
    Some(Subject::new("수학").unwrap())
}

fn history(events: &[Event]) -> Vec<Arc<Recorded>> {
    let recorded = |(version, event): (u32, &Event)| {
        Arc::new(Recorded {
            seq: Seq(u64::from(version) * 10),
            match_id: MatchId::new(42).unwrap(),
            version,
            at: Time::from_millis(i64::from(version) * 1_000),
            by: Actor::Account(STUDENT),
            event: event.clone(),
        })
    };
    (1..).zip(events).map(recorded).collect()
}

fn row(events: &[Event]) -> Row {
    let history = history(events);
    let (audience, last) = (Audience::of(&history), history.last().unwrap());
    let gets = |account, role| match audience.push_for(Sender { account, role }, last) {
        None => Nothing,
        Some(Push::Event(event)) => {
            assert_eq!(&event, last.as_ref(), "the event as it stands in the log");
            TheEvent
        }
        Some(Push::Board(BoardPush { seq, match_id, change })) => {
            assert_eq!((seq, match_id), (last.seq, last.match_id));
            match change {
                BoardChange::VisitUnlisted {} => Unlisted,
                listed => {
                    let asked_at = Time::from_millis(1_000);
                    let expected = BoardChange::VisitListed {
                        price: price(),
                        subject: subject(),
                        area: None,
                        note: None,
                        asked_at,
                    };
                    assert_eq!(listed, expected);
                    Listed
                }
            }
        }
    };
    Row {
        student: gets(STUDENT, Role::Student),
        other_student: gets(OTHER_STUDENT, Role::Student),
        assigned: gets(ASSIGNED, Role::Teacher),
        other_teacher: gets(OTHER_TEACHER, Role::Teacher),
        withdrew: gets(WITHDREW, Role::Teacher),
        admin: gets(ADMIN, Role::Admin),
    }
}

fn requested() -> Event {
    Event::MatchRequested { student: STUDENT, price: price(), subject: subject(), area: None, note: None }
}

fn payment_requested() -> Event {
    let (provider, key) = ("test".to_owned(), "key".to_owned());
    Event::PaymentRequested { provider, key, attempt: 1, amount: price() }
}

fn approved() -> Event {
    Event::PaymentApproved { amount: price() }
}

fn declined() -> Event {
    Event::PaymentDeclined { reason: DeclineReason::unavailable() }
}

fn assigned_to(teacher: AccountId) -> Event {
    let visit_at = Time::from_millis(99_000);
    Event::VisitAssigned { teacher, teacher_name: PersonName::new("Sora Han").unwrap(), visit_at }
}

fn withdrawn_by(teacher: AccountId) -> Event {
    Event::VisitWithdrawn { teacher, reason: Reason::new("sick").unwrap() }
}

fn finished() -> Event {
    Event::ClassFinished { teacher: ASSIGNED }
}

fn canceled() -> Event {
    Event::MatchCanceled { reason: None }
}

fn expired() -> Event {
    Event::MatchExpired {}
}

fn called_off() -> Event {
    Event::VisitCanceled {}
}

fn given_back() -> Event {
    Event::PaymentCanceled { amount: price() }
}

/// On the board for the first time.
fn listed() -> Vec<Event> {
    vec![requested(), payment_requested(), approved()]
}

/// On the board again: one teacher gave it back.
fn listed_again() -> Vec<Event> {
    [listed(), vec![assigned_to(WITHDREW), withdrawn_by(WITHDREW)]].concat()
}

/// Assigned, after one teacher gave it back.
fn assigned() -> Vec<Event> {
    [listed_again(), vec![assigned_to(ASSIGNED)]].concat()
}

macro_rules! table {
    ($($name:ident: $before:expr, $event:expr =>
        $student:ident $other_student:ident $assigned:ident $other_teacher:ident $withdrew:ident;)*) => {
        $(#[test]
        fn $name() {
            let events: Vec<Event> = [$before, vec![$event]].concat();
            let expected = Row {
                student: $student,
                other_student: $other_student,
                assigned: $assigned,
                other_teacher: $other_teacher,
                withdrew: $withdrew,
                admin: TheEvent,
            };
            assert_eq!(row(&events), expected);
        })*
    };
}

// Who: the student, another student, the assigned teacher, another teacher, the teacher who withdrew. An admin gets all.
table! {
    match_requested: vec![], requested() => TheEvent Nothing Nothing Nothing Nothing;
    payment_requested_: vec![requested()], payment_requested() => TheEvent Nothing Nothing Nothing Nothing;
    payment_declined: vec![requested(), payment_requested()], declined()
        => TheEvent Nothing Nothing Nothing Nothing;
    payment_approved: vec![requested(), payment_requested()], approved()
        => TheEvent Nothing Listed Listed Listed;
    payment_approved_that_crossed_a_cancel: vec![requested(), payment_requested(), canceled()], approved()
        => TheEvent Nothing Nothing Nothing Nothing;
    visit_assigned: listed(), assigned_to(ASSIGNED) => TheEvent Nothing TheEvent Unlisted Unlisted;
    visit_assigned_after_a_withdrawal: listed_again(), assigned_to(ASSIGNED)
        => TheEvent Nothing TheEvent Unlisted Nothing;
    visit_withdrawn: [listed(), vec![assigned_to(WITHDREW)]].concat(), withdrawn_by(WITHDREW)
        => TheEvent Nothing Listed Listed TheEvent;
    visit_withdrawn_by_the_next_one: assigned(), withdrawn_by(ASSIGNED)
        => TheEvent Nothing TheEvent Listed Nothing;
    match_canceled_before_it_was_listed: vec![requested()], canceled()
        => TheEvent Nothing Nothing Nothing Nothing;
    match_canceled_with_a_payment_under_way: vec![requested(), payment_requested()], canceled()
        => TheEvent Nothing Nothing Nothing Nothing;
    match_canceled_when_listed: listed(), canceled() => TheEvent Nothing Unlisted Unlisted Unlisted;
    match_canceled_when_listed_again: listed_again(), canceled() => TheEvent Nothing Unlisted Unlisted Nothing;
    match_canceled_when_assigned: assigned(), canceled() => TheEvent Nothing TheEvent Nothing Nothing;
    match_expired_before_it_was_listed: vec![requested()], expired()
        => TheEvent Nothing Nothing Nothing Nothing;
    match_expired_when_listed: listed(), expired() => TheEvent Nothing Unlisted Unlisted Unlisted;
    match_expired_when_listed_again: listed_again(), expired()
        => TheEvent Nothing Unlisted Unlisted Nothing;
    visit_canceled_when_nobody_was_assigned: [listed(), vec![canceled()]].concat(), called_off()
        => TheEvent Nothing Nothing Nothing Nothing;
    visit_canceled_after_a_withdrawal: [listed_again(), vec![canceled()]].concat(), called_off()
        => TheEvent Nothing Nothing Nothing Nothing;
    visit_canceled_when_assigned: [assigned(), vec![canceled()]].concat(), called_off()
        => TheEvent Nothing TheEvent Nothing Nothing;
    visit_canceled_after_the_money_went_back: [assigned(), vec![canceled(), given_back()]].concat(), called_off()
        => TheEvent Nothing TheEvent Nothing Nothing;
    payment_canceled: [listed(), vec![canceled(), called_off()]].concat(), given_back()
        => TheEvent Nothing Nothing Nothing Nothing;
    payment_canceled_when_assigned: [assigned(), vec![canceled(), called_off()]].concat(), given_back()
        => TheEvent Nothing Nothing Nothing Nothing;
    class_finished: assigned(), finished() => TheEvent Nothing TheEvent Nothing Nothing;
}

#[test]
fn a_teacher_with_the_number_of_the_student_is_somebody_else() {
    let history = history(&listed());
    let (audience, last) = (Audience::of(&history), history.last().unwrap());
    let teacher = Sender { account: STUDENT, role: Role::Teacher };
    assert!(matches!(audience.push_for(teacher, last), Some(Push::Board(_))));
}

#[test]
fn what_the_board_shows_never_says_who_asked() {
    let history = history(&listed());
    let push = Audience::of(&history).board_push(history.last().unwrap()).unwrap();
    let text = serde_json::to_string(&push).unwrap();
    assert!(!text.contains("student") && !text.contains("account:"), "{text}");
}
