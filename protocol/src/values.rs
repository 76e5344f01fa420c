//! Values, parsed once at the edge: what has one of these types has been checked.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{ErrorCode, text};

/// A price in whole won. Which range is offered is a setting ([`PriceRange`]); the type holds what can be booked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Price(i64);

impl Price {
    /// The largest amount that is ever booked, so that sums over a whole log stay inside 64 bits.
    pub const MAX: i64 = 1_000_000_000_000;

    /// Takes 1 to [`Price::MAX`] won.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPrice`] outside of it.
    pub fn new(won: i64) -> Result<Price, ErrorCode> {
        if (1..=Price::MAX).contains(&won) { Ok(Price(won)) } else { Err(ErrorCode::InvalidPrice) }
    }

    /// Whole won.
    pub fn won(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)
            .map_err(|_| ErrorCode::InvalidPrice)
            .and_then(Price::new)
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Price {
    fn schema_name() -> Cow<'static, str> {
        "Price".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Price::MAX, "description": "Whole won." })
    }
}

/// ₩50,000
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("₩{}", grouped(self.0)))
    }
}

/// Digits in groups of three: `-1,234,567`.
pub fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if amount < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The prices that may be asked for, in whole won, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PriceRange {
    /// The lowest.
    pub min: i64,
    /// The highest.
    pub max: i64,
}

impl Default for PriceRange {
    /// 1,000 to 10,000,000 won (DOMAIN.md, values).
    fn default() -> Self {
        PriceRange { min: 1_000, max: 10_000_000 }
    }
}

impl PriceRange {
    /// Whether the price lies inside.
    pub fn contains(self, price: Price) -> bool {
        (self.min..=self.max).contains(&price.won())
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $max:literal, $code:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The longest that is taken, in Unicode scalars.
            pub const MAX: usize = $max;

            /// Normalises to NFC, trims and checks.
            ///
            /// # Errors
            #[doc = concat!("[`ErrorCode::", stringify!($code), "`] if it is empty, too long, or holds a character that could act on a terminal.")]
            pub fn new(text: &str) -> Result<$name, ErrorCode> {
                text::clean(text, Self::MAX).map($name).ok_or(ErrorCode::$code)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)
                    .map_err(|_| ErrorCode::$code)
                    .and_then(|text| $name::new(&text))
                    .map_err(de::Error::custom)
            }
        }

        impl FromStr for $name {
            type Err = ErrorCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $name::new(text)
            }
        }

        /// As it may be shown on a terminal, see [`text::visible`].
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&text::visible(&self.0))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    };
}

text_type!(/** A person's name as typed, shown to others. */ PersonName, 64, InvalidName);
text_type!(/** What the lesson is about. Shown to all teachers. */ Subject, 64, InvalidSubject);
text_type!(/** Where the lesson is to be, roughly. Shown to all teachers. */ Area, 64, InvalidArea);
text_type!(/** What the student adds. Shown to all teachers. */ Note, 500, InvalidNote);
text_type!(/** Why a visit is withdrawn or a match canceled. */ Reason, 500, InvalidReason);
text_type!(/** A phone number as typed. Shown to the assigned teacher only. */ Phone, 64, InvalidPhone);
text_type!(/** A home address as typed. Shown to the assigned teacher only. */ Address, 500, InvalidAddress);
text_type!(/** Why a provider declined, in its own word. */ DeclineReason, 64, InvalidReason);

impl DeclineReason {
    /// The provider was never reached, or a canceled key closed the attempt: certainly not charged.
    pub fn unavailable() -> DeclineReason {
        DeclineReason("unavailable".to_owned())
    }
}

/// The name that one logs in with: a name without white space, the same in upper and lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct AccountName(String);

impl AccountName {
    /// Normalises to NFC and lower case, trims and checks.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidName`] if it is empty, longer than 64 scalars, or holds white space or a character that could act on a terminal.
    pub fn new(text: &str) -> Result<AccountName, ErrorCode> {
        text::clean(&text.to_lowercase(), 64)
            .filter(|name| !name.contains(char::is_whitespace))
            .map(AccountName)
            .ok_or(ErrorCode::InvalidName)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AccountName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)
            .map_err(|_| ErrorCode::InvalidName)
            .and_then(|text| AccountName::new(&text))
            .map_err(de::Error::custom)
    }
}

impl FromStr for AccountName {
    type Err = ErrorCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        AccountName::new(text)
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text::visible(&self.0))
    }
}

impl JsonSchema for AccountName {
    fn schema_name() -> Cow<'static, str> {
        "AccountName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^\\S+$" })
    }
}

/// An instant, UTC, in whole milliseconds. RFC 3339 on the wire, shown in the reader's own zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Time(jiff::Timestamp);

impl Time {
    /// Cuts off what is finer than a millisecond.
    pub fn new(instant: jiff::Timestamp) -> Time {
        Time::from_millis(instant.as_millisecond())
    }

    /// Milliseconds since 1970-01-01T00:00Z; beyond the years that can be written, the nearest.
    pub fn from_millis(millis: i64) -> Time {
        Time(jiff::Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }))
    }

    /// Milliseconds since 1970-01-01T00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The instant, for arithmetic and zones.
    pub fn timestamp(self) -> jiff::Timestamp {
        self.0
    }

    /// So much later; the last instant if there is none.
    pub fn plus(self, duration: std::time::Duration) -> Time {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Time::from_millis(self.as_millis().saturating_add(millis))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)
            .map_err(|_| ErrorCode::InvalidVisitAt)
            .and_then(|text| text.parse())
            .map_err(de::Error::custom)
    }
}

impl FromStr for Time {
    type Err = ErrorCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Time::new).map_err(|_| ErrorCode::InvalidVisitAt)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "description": "UTC, RFC 3339." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_shown_in_won_with_groups() {
        assert_eq!(Price::new(1_234_567).map(|p| p.to_string()), Ok("₩1,234,567".to_owned()));
        assert_eq!(grouped(-1_000), "-1,000");
        assert_eq!(grouped(999), "999");
    }

    #[test]
    fn a_wrong_value_names_its_field() {
        let code =
            |json: &str| serde_json::from_str::<Price>(json).map_err(|e| ErrorCode::of_parse_error(&e));
        assert_eq!(code("0"), Err(ErrorCode::InvalidPrice));
        assert_eq!(code("\"50\""), Err(ErrorCode::InvalidPrice));
        assert_eq!(code("1.5"), Err(ErrorCode::InvalidPrice));
        assert_eq!(
            serde_json::from_str::<Subject>("\"a\\u001b\"").map_err(|e| ErrorCode::of_parse_error(&e)),
            Err(ErrorCode::InvalidSubject)
        );
        assert_eq!(
            serde_json::from_str::<Time>("\"tomorrow\"").map_err(|e| ErrorCode::of_parse_error(&e)),
            Err(ErrorCode::InvalidVisitAt)
        );
    }

    #[test]
    fn account_names_are_one_word_and_fold_case() {
        assert_eq!(AccountName::new(" Minji ").map(|n| n.0), Ok("minji".to_owned()));
        assert_eq!(AccountName::new("min ji"), Err(ErrorCode::InvalidName));
    }
}
