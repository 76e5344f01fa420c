//! A time, told to a reader.

use jiff::ZonedDateTime;
use jiff::civil::Weekday;
use matching_protocol::{Language, Time};

/// With weekday, zone and distance: `Tue 2026-12-01 19:00 KST, in 26 h`.
pub fn describe_time(time: Time, now: &ZonedDateTime, language: Language) -> String {
    let local = time.timestamp().to_zoned_datetime(now.time_zone().clone());
    let distance = distance(time, now, language);
    match language {
        Language::En => format!("{}, {distance}", local.strftime("%a %Y-%m-%d %H:%M %Z")),
        Language::Ko => {
            let weekday = weekday(local.weekday());
            format!("{}({weekday}) {}, {distance}", local.strftime("%Y-%m-%d"), local.strftime("%H:%M %Z"))
        }
    }
}

fn weekday(weekday: Weekday) -> char {
    match weekday {
        Weekday::Monday => '월',
        Weekday::Tuesday => '화',
        Weekday::Wednesday => '수',
        Weekday::Thursday => '목',
        Weekday::Friday => '금',
        Weekday::Saturday => '토',
        Weekday::Sunday => '일',
    }
}

fn distance(time: Time, now: &ZonedDateTime, language: Language) -> String {
    let seconds = time.timestamp().as_second() - now.timestamp().as_second();
    let minutes = seconds.abs() / 60;
    let (count, english, korean) = match minutes {
        0 => {
            return match language {
                Language::En => "now".to_owned(),
                Language::Ko => "지금".to_owned(),
            };
        }
        1..90 => (minutes, "min", "분"),
        90..2_880 => ((minutes + 30) / 60, "h", "시간"),
        _ => ((minutes + 720) / 1_440, "days", "일"),
    };
    match (language, seconds < 0) {
        (Language::En, false) => format!("in {count} {english}"),
        (Language::En, true) => format!("{count} {english} ago"),
        (Language::Ko, false) => format!("{count}{korean} 뒤"),
        (Language::Ko, true) => format!("{count}{korean} 전"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(time: &str, language: Language) -> String {
        let now: ZonedDateTime = "2026-11-30T17:00[Asia/Seoul]".parse().unwrap();
        describe_time(time.parse().unwrap(), &now, language)
    }

    #[test]
    fn a_time_is_told_with_weekday_zone_and_distance() {
        for (time, english, korean) in [
            (
                "2026-12-01T10:00:00Z",
                "Tue 2026-12-01 19:00 KST, in 26 h",
                "2026-12-01(화) 19:00 KST, 26시간 뒤",
            ),
            (
                "2026-11-30T08:45:10Z",
                "Mon 2026-11-30 17:45 KST, in 45 min",
                "2026-11-30(월) 17:45 KST, 45분 뒤",
            ),
            (
                "2026-12-05T08:00:00Z",
                "Sat 2026-12-05 17:00 KST, in 5 days",
                "2026-12-05(토) 17:00 KST, 5일 뒤",
            ),
            (
                "2026-11-30T05:00:00Z",
                "Mon 2026-11-30 14:00 KST, 3 h ago",
                "2026-11-30(월) 14:00 KST, 3시간 전",
            ),
            ("2026-11-30T08:00:30Z", "Mon 2026-11-30 17:00 KST, now", "2026-11-30(월) 17:00 KST, 지금"),
        ] {
            assert_eq!(described(time, Language::En), english);
            assert_eq!(described(time, Language::Ko), korean);
        }
    }

    #[test]
    fn the_last_instant_that_can_be_written_is_told_too() {
        assert!(described(&Time::from_millis(i64::MAX).to_string(), Language::En).contains("in"));
    }
}
