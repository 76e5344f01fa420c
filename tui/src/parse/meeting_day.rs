//! From a day and an hour as they were said to an instant.

use jiff::civil::{self, Weekday};
use jiff::tz::AmbiguousOffset;
use jiff::{ToSpan, ZonedDateTime};
use matching_protocol::Time;

use super::MeetingTimeError;

/// A day as it was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Date {
        year: i16,
        month: i16,
        day: i16,
    },
    NextDate {
        month: i16,
        day: i16,
    },
    FromToday(i32),
    Next(Weekday),
    OfThisWeek(Weekday),
    OfNextWeek(Weekday),
    /// Today, or tomorrow if that hour is over.
    Soonest,
}

/// An hour of the day; that of `밤 12시` begins the next one.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) time: civil::Time,
    pub(super) next_day: bool,
}

/// What leaves the year, week or day open means the next one to come.
pub(super) fn resolve(day: Day, clock: Clock, now: &ZonedDateTime) -> Result<Time, MeetingTimeError> {
    let today = now.date();
    let at = |date: civil::Date| instant(date, clock, now);
    let later = |date: civil::Date, days: i32| {
        date.checked_add(days.days()).map_err(|_| MeetingTimeError::NoSuchTime)
    };
    let monday = later(today, -i32::from(today.weekday().to_monday_zero_offset()))?;
    let in_week = |weekday: Weekday| i32::from(weekday.to_monday_zero_offset());
    let to_come = |time: Result<Time, _>| time.is_ok_and(|time: Time| time.timestamp() > now.timestamp());
    match day {
        Day::Date { year, month, day } => at(date(year, month, day)?),
        Day::NextDate { month, day } => {
            // The 29th of February may be some years off.
            let years = today.year()..=today.year().saturating_add(8);
            let mut dates = years.filter_map(|year| date(year, month, day).ok()).map(at);
            dates.find(|time| to_come(*time)).ok_or(MeetingTimeError::NoSuchTime)?
        }
        Day::FromToday(days) => at(later(today, days)?),
        Day::OfThisWeek(weekday) => at(later(monday, in_week(weekday))?),
        Day::OfNextWeek(weekday) => at(later(monday, 7 + in_week(weekday))?),
        Day::Next(weekday) => {
            let days = (in_week(weekday) - in_week(today.weekday())).rem_euclid(7);
            let soonest = at(later(today, days)?);
            if to_come(soonest) || days > 0 { soonest } else { at(later(today, 7)?) }
        }
        Day::Soonest => {
            let soonest = at(today);
            if to_come(soonest) { soonest } else { at(later(today, 1)?) }
        }
    }
}

fn date(year: i16, month: i16, day: i16) -> Result<civil::Date, MeetingTimeError> {
    let part = |value: i16| i8::try_from(value).map_err(|_| MeetingTimeError::NoSuchTime);
    civil::Date::new(year, part(month)?, part(day)?).map_err(|_| MeetingTimeError::NoSuchTime)
}

/// Of an hour that comes twice when the clocks are put back, the first.
fn instant(date: civil::Date, clock: Clock, now: &ZonedDateTime) -> Result<Time, MeetingTimeError> {
    let date = if clock.next_day { date.tomorrow() } else { Ok(date) };
    let date = date.map_err(|_| MeetingTimeError::NoSuchTime)?;
    let ambiguous = now.time_zone().to_ambiguous_timestamp(date.to_datetime(clock.time));
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(MeetingTimeError::Skipped);
    }
    ambiguous.earlier().map(Time::new).map_err(|_| MeetingTimeError::NoSuchTime)
}
