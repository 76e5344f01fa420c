//! Meeting times: `2026-12-01 19:00`, `12/1 19:00`, `fri 19:00`, `tomorrow 7pm`, `내일 저녁 7시`, RFC 3339.

use jiff::civil::{self, Weekday};
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use matching_protocol::{Language, Time};

use super::meeting_day::{Clock, Day, resolve};
use super::meeting_words::{HalfDay, Token, tokens};

/// The text is not a meeting time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MeetingTimeError {
    /// There is nothing.
    Empty,
    /// It can't be read as a time, or in more than one way.
    NotATime,
    /// A day without an hour.
    NoHour,
    /// No such day, or no such hour.
    NoSuchTime,
    /// The clocks are put forward over it.
    Skipped,
}

impl MeetingTimeError {
    /// What is taken, for people.
    pub fn message(self, language: Language) -> &'static str {
        match (self, language) {
            (MeetingTimeError::Empty, Language::En) => {
                "Type a day and a time, such as 2026-12-01 19:00, fri 19:00 or tomorrow 7pm."
            }
            (MeetingTimeError::Empty, Language::Ko) => {
                "날짜와 시각을 적어 주세요. 예: 2026-12-01 19:00, 금 19:00, 내일 저녁 7시."
            }
            (MeetingTimeError::NotATime, Language::En) => {
                "This can't be read as a time; write it like 2026-12-01 19:00, 12/1 19:00, fri 19:00, tomorrow 7pm or 2026-12-01T19:00:00+09:00."
            }
            (MeetingTimeError::NotATime, Language::Ko) => {
                "시각으로 읽을 수 없습니다. 2026-12-01 19:00, 12/1 19:00, 금 19:00, 내일 저녁 7시처럼 적어 주세요."
            }
            (MeetingTimeError::NoHour, Language::En) => {
                "The time of day is missing; add it, such as 19:00 or 7pm."
            }
            (MeetingTimeError::NoHour, Language::Ko) => {
                "몇 시인지 빠졌습니다. 19:00이나 저녁 7시처럼 더해 주세요."
            }
            (MeetingTimeError::NoSuchTime, Language::En) => {
                "There is no such day or time; check the date and the hour."
            }
            (MeetingTimeError::NoSuchTime, Language::Ko) => {
                "없는 날짜나 시각입니다. 날짜와 시간을 확인해 주세요."
            }
            (MeetingTimeError::Skipped, Language::En) => {
                "The clocks skip this time on that day; choose another one."
            }
            (MeetingTimeError::Skipped, Language::Ko) => {
                "그날은 시계가 이 시각을 건너뜁니다. 다른 시각을 골라 주세요."
            }
        }
    }
}

impl std::fmt::Display for MeetingTimeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message(Language::En))
    }
}

impl std::error::Error for MeetingTimeError {}

/// The instant, read in the zone of `now`. What is well-formed is returned even if it lies in the past, so that whoever
/// knows the rules can judge it; what leaves the year, week or day open means the next one to come.
///
/// # Errors
/// [`MeetingTimeError`] if it is no time, or not one alone.
pub fn parse_meeting_time(text: &str, now: ZonedDateTime) -> Result<Time, MeetingTimeError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(MeetingTimeError::Empty);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(Time::new(instant));
    }
    let tokens = tokens(text).ok_or(MeetingTimeError::NotATime)?;
    if let Some(seconds) = from_now(&tokens) {
        let later = now.timestamp().checked_add(seconds.seconds());
        return later.map(Time::new).map_err(|_| MeetingTimeError::NoSuchTime);
    }
    let draft = Draft::read(&tokens)?;
    let clock = draft.clock()?;
    resolve(draft.day, clock, &now)
}

/// `in 2 hours`, `2시간 뒤`
fn from_now(tokens: &[Token]) -> Option<i64> {
    let (number, unit) = match tokens {
        [Token::In, number, unit] | [number, unit, Token::Later] => (number, unit),
        _ => return None,
    };
    let Token::Number { value, .. } = number else { return None };
    let length = match unit {
        Token::Length(length) => *length,
        Token::Minute => 60,
        Token::DayOrSunday => 86_400,
        _ => return None,
    };
    Some(i64::from(*value) * length)
}

/// Hour, minute and second as they were written.
type Written = [i16; 3];

/// What has been read so far; each at most once.
struct Draft {
    day: Day,
    hour: Option<Written>,
    half: Option<HalfDay>,
}

impl Draft {
    fn read(tokens: &[Token]) -> Result<Draft, MeetingTimeError> {
        let mut draft = Draft { day: Day::Soonest, hour: None, half: None };
        let mut rest = tokens;
        while !rest.is_empty() {
            rest = if let Some((day, behind)) = day(rest) {
                if draft.day != Day::Soonest {
                    return Err(MeetingTimeError::NotATime);
                }
                draft.day = day;
                behind
            } else if let Some((hour, behind)) = hour(rest) {
                if draft.hour.replace(hour).is_some() {
                    return Err(MeetingTimeError::NotATime);
                }
                behind
            } else if let [Token::HalfDay(half), behind @ ..] = rest {
                // `tonight 7pm` says the same twice.
                if draft.half.replace(*half).is_some_and(|before| before != *half) {
                    return Err(MeetingTimeError::NotATime);
                }
                behind
            } else {
                return Err(MeetingTimeError::NotATime);
            };
        }
        Ok(draft)
    }

    fn clock(&self) -> Result<Clock, MeetingTimeError> {
        let [hour, minute, second] = self.hour.ok_or(MeetingTimeError::NoHour)?;
        let (hour, next_day) = match (self.half, hour) {
            (None, hour) => (hour, false),
            (Some(HalfDay::Morning), 12) => (0, false),
            (Some(HalfDay::Morning), 0..12) => (hour, false),
            (Some(HalfDay::Afternoon), 1..12) => (hour + 12, false),
            (Some(HalfDay::Afternoon), 12..24) => (hour, false),
            (Some(HalfDay::Noonish), 1..=6) => (hour + 12, false),
            (Some(HalfDay::Noonish), 10..=18) => (hour, false),
            (Some(HalfDay::Night), 6..12) => (hour + 12, false),
            (Some(HalfDay::Night), 18..24) => (hour, false),
            (Some(HalfDay::Night), 12) => (0, true),
            // 밤 2시 is said of two different nights, 오전 19시 of none.
            (Some(_), _) => return Err(MeetingTimeError::NotATime),
        };
        let part = |value: i16| i8::try_from(value).map_err(|_| MeetingTimeError::NoSuchTime);
        let time = civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0)
            .map_err(|_| MeetingTimeError::NoSuchTime)?;
        Ok(Clock { time, next_day })
    }
}

fn day(tokens: &[Token]) -> Option<(Day, &[Token])> {
    use Token::{DayOrSunday, DaysFromToday, MonthOrMonday, NextWeek, Number, Sign, ThisWeek, Year};
    let (day, behind) = match tokens {
        [
            Number { value: year, figures: 4 },
            Sign(sign @ ('-' | '/' | '.')),
            Number { value: month, .. },
            Sign(again),
            Number { value: day, .. },
            behind @ ..,
        ] if sign == again => {
            let behind = match behind {
                [Sign('.' | ','), behind @ ..] => behind,
                behind => behind,
            };
            (Day::Date { year: *year, month: *month, day: *day }, behind)
        }
        [
            Number { value: year, .. },
            Year,
            Number { value: month, .. },
            MonthOrMonday,
            Number { value: day, .. },
            DayOrSunday,
            behind @ ..,
        ] => (Day::Date { year: *year, month: *month, day: *day }, behind),
        [Number { value: month, .. }, MonthOrMonday, Number { value: day, .. }, DayOrSunday, behind @ ..]
        | [Number { value: month, .. }, Sign('/' | '-'), Number { value: day, .. }, behind @ ..] => {
            (Day::NextDate { month: *month, day: *day }, behind)
        }
        [DaysFromToday(days), behind @ ..] => (Day::FromToday(*days), behind),
        [ThisWeek, word, behind @ ..] => (Day::OfThisWeek(weekday(*word)?), behind),
        [NextWeek, word, behind @ ..] => (Day::OfNextWeek(weekday(*word)?), behind),
        [word, behind @ ..] => (Day::Next(weekday(*word)?), behind),
        [] => return None,
    };
    // `화요일(12/1)` and the like would name the day twice; a comma behind the day is mere punctuation.
    let behind = match behind {
        [Sign(','), behind @ ..] => behind,
        behind => behind,
    };
    Some((day, behind))
}

fn weekday(token: Token) -> Option<Weekday> {
    match token {
        Token::Weekday(weekday) => Some(weekday),
        Token::MonthOrMonday => Some(Weekday::Monday),
        Token::DayOrSunday => Some(Weekday::Sunday),
        _ => None,
    }
}

fn hour(tokens: &[Token]) -> Option<(Written, &[Token])> {
    use Token::{HalfPast, Hour, Minute, Number, Sign};
    Some(match tokens {
        [
            Number { value: hour, .. },
            Sign(':'),
            Number { value: minute, figures: 2 },
            Sign(':'),
            Number { value: second, figures: 2 },
            behind @ ..,
        ] => ([*hour, *minute, *second], behind),
        [Number { value: hour, .. }, Sign(':'), Number { value: minute, figures: 2 }, behind @ ..]
        | [Number { value: hour, .. }, Hour, Number { value: minute, .. }, Minute, behind @ ..] => {
            ([*hour, *minute, 0], behind)
        }
        [Number { value: hour, .. }, Hour, HalfPast, behind @ ..] => ([*hour, 30, 0], behind),
        [Number { value: hour, .. }, Hour, behind @ ..] => ([*hour, 0, 0], behind),
        // The half of the day is read next.
        [Number { value: hour, .. }, Token::HalfDay(HalfDay::Morning | HalfDay::Afternoon), ..] => {
            ([*hour, 0, 0], &tokens[1..])
        }
        [Token::Noon, behind @ ..] => ([12, 0, 0], behind),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Tuesday afternoon.
    fn parse(text: &str) -> Result<String, MeetingTimeError> {
        parse_at(text, "2026-12-01T15:00[Asia/Seoul]")
    }

    fn parse_at(text: &str, now: &str) -> Result<String, MeetingTimeError> {
        let now: ZonedDateTime = now.parse().unwrap();
        let zone = now.time_zone().clone();
        let time = parse_meeting_time(text, now)?;
        Ok(time.timestamp().to_zoned_datetime(zone).strftime("%a %Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn times_as_people_write_them() {
        for (text, expected) in [
            ("2026-12-02 19:00", "Wed 2026-12-02 19:00"),
            ("2026/12/02 19:00", "Wed 2026-12-02 19:00"),
            ("2026. 12. 2. 19:00", "Wed 2026-12-02 19:00"),
            ("2026-12-02T19:00", "Wed 2026-12-02 19:00"),
            ("2026-12-02 19:00:30", "Wed 2026-12-02 19:00"),
            ("2026-12-02T10:00:00Z", "Wed 2026-12-02 19:00"),
            ("2026-12-02T19:00:00+09:00", "Wed 2026-12-02 19:00"),
            ("2026-12-02 19:00+09:00", "Wed 2026-12-02 19:00"),
            ("12/2 19:00", "Wed 2026-12-02 19:00"),
            ("19:00 12/2", "Wed 2026-12-02 19:00"),
            ("12월 2일 19시", "Wed 2026-12-02 19:00"),
            ("2026년 12월 2일 오후 7시", "Wed 2026-12-02 19:00"),
            ("fri 19:00", "Fri 2026-12-04 19:00"),
            ("Friday, 7:30 pm", "Fri 2026-12-04 19:30"),
            ("금 19:00", "Fri 2026-12-04 19:00"),
            ("금요일 저녁 7시", "Fri 2026-12-04 19:00"),
            ("월 9시", "Mon 2026-12-07 09:00"),
            ("일 9시", "Sun 2026-12-06 09:00"),
            ("내일 저녁 7시", "Wed 2026-12-02 19:00"),
            ("내일저녁7시반", "Wed 2026-12-02 19:30"),
            ("내일 저녁 일곱 시에", "Wed 2026-12-02 19:00"),
            ("오늘 19시 30분", "Tue 2026-12-01 19:30"),
            ("모레 오전 10시", "Thu 2026-12-03 10:00"),
            ("tomorrow 7pm", "Wed 2026-12-02 19:00"),
            ("tomorrow at 7 p.m.", "Wed 2026-12-02 19:00"),
            ("tonight 8pm", "Tue 2026-12-01 20:00"),
            ("tomorrow noon", "Wed 2026-12-02 12:00"),
            ("내일 정오", "Wed 2026-12-02 12:00"),
            ("내일 낮 12시", "Wed 2026-12-02 12:00"),
            ("내일 낮 1시", "Wed 2026-12-02 13:00"),
            ("오늘 밤 9시", "Tue 2026-12-01 21:00"),
            ("오늘 밤 12시", "Wed 2026-12-02 00:00"),
            ("내일 오전 12시 30분", "Wed 2026-12-02 00:30"),
            ("내일 12:30am", "Wed 2026-12-02 00:30"),
            ("내일 １９：００", "Wed 2026-12-02 19:00"),
            ("다음주 금요일 19:00", "Fri 2026-12-11 19:00"),
            ("다음 주 월요일 19:00", "Mon 2026-12-07 19:00"),
            ("next fri 19:00", "Fri 2026-12-11 19:00"),
            ("this fri 19:00", "Fri 2026-12-04 19:00"),
            ("in 2 hours", "Tue 2026-12-01 17:00"),
            ("2시간 뒤", "Tue 2026-12-01 17:00"),
            ("30분 후", "Tue 2026-12-01 15:30"),
            ("in 3 days", "Fri 2026-12-04 15:00"),
        ] {
            assert_eq!(parse(text), Ok(expected.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_left_open_means_the_next_to_come() {
        for (text, expected) in [
            ("19:00", "Tue 2026-12-01 19:00"),
            ("14:00", "Wed 2026-12-02 14:00"),
            ("tue 19:00", "Tue 2026-12-01 19:00"),
            ("tue 14:00", "Tue 2026-12-08 14:00"),
            ("12/1 14:00", "Wed 2027-12-01 14:00"),
            ("1/5 14:00", "Tue 2027-01-05 14:00"),
            ("2/29 14:00", "Tue 2028-02-29 14:00"),
        ] {
            assert_eq!(parse(text), Ok(expected.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_said_in_full_may_lie_in_the_past() {
        assert_eq!(parse("2026-11-30 19:00"), Ok("Mon 2026-11-30 19:00".to_owned()));
        assert_eq!(parse("오늘 9시"), Ok("Tue 2026-12-01 09:00".to_owned()));
        assert_eq!(parse("this mon 9:00"), Ok("Mon 2026-11-30 09:00".to_owned()));
    }

    #[test]
    fn what_is_no_time_says_why() {
        use MeetingTimeError::{Empty, NoHour, NoSuchTime, NotATime};
        for (text, error) in [
            ("", Empty),
            ("  ", Empty),
            ("soon", NotATime),
            ("fri", NoHour),
            ("2026-12-01", NoHour),
            ("내일 저녁", NoHour),
            ("fri 19", NotATime),
            ("19:0", NotATime),
            ("내일 밤 2시", NotATime),
            ("오전 19시", NotATime),
            ("오전 저녁 7시", NotATime),
            ("fri sat 19:00", NotATime),
            ("19:00 20:00", NotATime),
            ("지금", NotATime),
            ("\u{1b}[2J", NotATime),
            ("99999999999 19:00", NotATime),
            ("2026-13-01 19:00", NoSuchTime),
            ("2/30 19:00", NoSuchTime),
            ("25:00", NoSuchTime),
            ("19:60", NoSuchTime),
            ("19시 400분", NoSuchTime),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first() {
        let now = "2026-03-01T12:00[America/New_York]";
        assert_eq!(parse_at("2026-03-08 02:30", now), Err(MeetingTimeError::Skipped));
        let twice = parse_meeting_time("2026-11-01 01:30", now.parse().unwrap()).map(|time| time.to_string());
        assert_eq!(twice, Ok("2026-11-01T05:30:00Z".to_owned()));
    }
}
