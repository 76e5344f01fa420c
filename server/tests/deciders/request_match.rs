//! `RequestMatch`: prices, and a number that is taken.

use matching_protocol::ErrorCode::{InvalidPrice, MatchExists};
use matching_protocol::{Area, Event, Note, Price, PriceRange, RequestMatch, Subject};
use matching_server::contexts::matching::decider::{Command, Matching};

use crate::given::*;
use crate::states::{State, in_every_state};

fn offer(won: i64) -> RequestMatch {
    RequestMatch { price: Price::new(won).expect("a price"), subject: None, area: None, note: None }
}

fn ask(won: i64) -> Command {
    Command::Request { student: STUDENT, offer: offer(won) }
}

fn asked(won: i64) -> Event {
    Event::MatchRequested {
        student: STUDENT,
        price: Price::new(won).expect("a price"),
        subject: None,
        area: None,
        note: None,
    }
}

fn check(state: State) {
    let decided = state.given().when::<Matching>(&ask(50_000));
    match state {
        State::NoSuchMatch => decided.then([requested()]),
        _ => decided.then_refused(MatchExists),
    }
}

in_every_state!(in_state, check);

#[test]
fn the_price_lies_within_the_range_ends_included() {
    let none = given([]);
    none.when::<Matching>(&ask(999)).then_refused(InvalidPrice);
    none.when::<Matching>(&ask(1_000)).then([asked(1_000)]);
    none.when::<Matching>(&ask(10_000_000)).then([asked(10_000_000)]);
    none.when::<Matching>(&ask(10_000_001)).then_refused(InvalidPrice);
}

#[test]
fn the_range_is_a_setting() {
    let none = given([]).with(|rules| rules.prices = PriceRange { min: 5, max: 6 });
    none.when::<Matching>(&ask(4)).then_refused(InvalidPrice);
    none.when::<Matching>(&ask(5)).then([asked(5)]);
    none.when::<Matching>(&ask(6)).then([asked(6)]);
    none.when::<Matching>(&ask(7)).then_refused(InvalidPrice);
}

#[test]
fn what_teachers_are_told_is_kept() {
    let (subject, area, note) = (
        Some(Subject::new("수학").expect("a subject")),
        Some(Area::new("Mapo").expect("an area")),
        Some(Note::new("Evenings").expect("a note")),
    );
    let offer =
        RequestMatch { price: price(), subject: subject.clone(), area: area.clone(), note: note.clone() };
    given([]).when::<Matching>(&Command::Request { student: STUDENT, offer }).then([Event::MatchRequested {
        student: STUDENT,
        price: price(),
        subject,
        area,
        note,
    }]);
}
