//! The words of a meeting time, in both languages.

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization;

/// Which part of the day an hour of twelve belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HalfDay {
    /// am, 오전, 아침, 새벽
    Morning,
    /// pm, 오후, 저녁
    Afternoon,
    /// 낮: around noon
    Noonish,
    /// 밤: late, midnight included
    Night,
}

/// A word, a number or a sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token {
    Number {
        value: i16,
        figures: usize,
    },
    Sign(char),
    /// 년
    Year,
    /// 월 behind a number; else Monday
    MonthOrMonday,
    /// 일 behind a number; else Sunday
    DayOrSunday,
    Weekday(Weekday),
    DaysFromToday(i32),
    ThisWeek,
    NextWeek,
    HalfDay(HalfDay),
    Noon,
    /// 시
    Hour,
    /// 분 behind an hour; also a length
    Minute,
    /// 반
    HalfPast,
    /// A length of so many seconds.
    Length(i64),
    /// in 2 hours
    In,
    /// 2시간 뒤
    Later,
}

use Token::{DaysFromToday, HalfDay as Half, Length, NextWeek, ThisWeek};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Longer words before those that they begin with.
const KOREAN: &[(&str, &[Token])] = &[
    ("월요일", &[Token::Weekday(Weekday::Monday)]),
    ("화요일", &[Token::Weekday(Weekday::Tuesday)]),
    ("수요일", &[Token::Weekday(Weekday::Wednesday)]),
    ("목요일", &[Token::Weekday(Weekday::Thursday)]),
    ("금요일", &[Token::Weekday(Weekday::Friday)]),
    ("토요일", &[Token::Weekday(Weekday::Saturday)]),
    ("일요일", &[Token::Weekday(Weekday::Sunday)]),
    ("이번주", &[ThisWeek]),
    ("다음주", &[NextWeek]),
    ("오늘", &[DaysFromToday(0)]),
    ("내일", &[DaysFromToday(1)]),
    ("모레", &[DaysFromToday(2)]),
    ("글피", &[DaysFromToday(3)]),
    ("오전", &[Half(HalfDay::Morning)]),
    ("아침", &[Half(HalfDay::Morning)]),
    ("새벽", &[Half(HalfDay::Morning)]),
    ("오후", &[Half(HalfDay::Afternoon)]),
    ("저녁", &[Half(HalfDay::Afternoon)]),
    ("정오", &[Token::Noon]),
    ("낮", &[Half(HalfDay::Noonish)]),
    ("밤", &[Half(HalfDay::Night)]),
    ("열두시", &[number(12), Token::Hour]),
    ("열한시", &[number(11), Token::Hour]),
    ("열시", &[number(10), Token::Hour]),
    ("아홉시", &[number(9), Token::Hour]),
    ("여덟시", &[number(8), Token::Hour]),
    ("일곱시", &[number(7), Token::Hour]),
    ("여섯시", &[number(6), Token::Hour]),
    ("다섯시", &[number(5), Token::Hour]),
    ("네시", &[number(4), Token::Hour]),
    ("세시", &[number(3), Token::Hour]),
    ("두시", &[number(2), Token::Hour]),
    ("한시", &[number(1), Token::Hour]),
    ("시간", &[Length(HOUR)]),
    ("시", &[Token::Hour]),
    ("분", &[Token::Minute]),
    ("반", &[Token::HalfPast]),
    ("후", &[Token::Later]),
    ("뒤", &[Token::Later]),
    ("에", &[]),
    ("년", &[Token::Year]),
    ("월", &[Token::MonthOrMonday]),
    ("일", &[Token::DayOrSunday]),
    ("화", &[Token::Weekday(Weekday::Tuesday)]),
    ("수", &[Token::Weekday(Weekday::Wednesday)]),
    ("목", &[Token::Weekday(Weekday::Thursday)]),
    ("금", &[Token::Weekday(Weekday::Friday)]),
    ("토", &[Token::Weekday(Weekday::Saturday)]),
];

const fn number(value: i16) -> Token {
    Token::Number { value, figures: 2 }
}

fn english(word: &str) -> Option<&'static [Token]> {
    Some(match word {
        "mon" | "monday" => &[Token::Weekday(Weekday::Monday)],
        "tue" | "tues" | "tuesday" => &[Token::Weekday(Weekday::Tuesday)],
        "wed" | "wednesday" => &[Token::Weekday(Weekday::Wednesday)],
        "thu" | "thur" | "thurs" | "thursday" => &[Token::Weekday(Weekday::Thursday)],
        "fri" | "friday" => &[Token::Weekday(Weekday::Friday)],
        "sat" | "saturday" => &[Token::Weekday(Weekday::Saturday)],
        "sun" | "sunday" => &[Token::Weekday(Weekday::Sunday)],
        "this" => &[ThisWeek],
        "next" => &[NextWeek],
        "today" => &[DaysFromToday(0)],
        "tonight" => &[DaysFromToday(0), Half(HalfDay::Afternoon)],
        "tomorrow" => &[DaysFromToday(1)],
        "am" => &[Half(HalfDay::Morning)],
        "pm" => &[Half(HalfDay::Afternoon)],
        "noon" => &[Token::Noon],
        "in" => &[Token::In],
        "h" | "hour" | "hours" => &[Length(HOUR)],
        "min" | "mins" | "minute" | "minutes" => &[Length(60)],
        "day" | "days" => &[Length(DAY)],
        "at" | "on" | "t" | "the" => &[],
        _ => return None,
    })
}

/// The words of the text, or nothing if one is not known.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    // NFKC turns full-width digits and colons into the plain ones.
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let text = text.replace("a.m.", "am").replace("p.m.", "pm");
    let text = text.replace(" 시", "시").replace("번 주", "번주").replace("음 주", "음주");
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let figures = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            tokens.push(Token::Number { value: rest[..figures].parse().ok()?, figures });
            figures
        } else if first.is_ascii_alphabetic() {
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            tokens.extend(english(&rest[..letters])?);
            letters
        } else if matches!(first, '-' | '/' | '.' | ':' | ',') {
            tokens.push(Token::Sign(first));
            1
        } else {
            let (word, meaning) = KOREAN.iter().find(|(word, _)| rest.starts_with(word))?;
            tokens.extend(*meaning);
            word.len()
        };
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}
