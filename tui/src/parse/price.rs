//! Prices: `50000`, `50,000`, `5만`, `3만 5천원`, `오만원`, `50k`, `₩50,000`, full-width digits.

use matching_protocol::Language;
use unicode_normalization::UnicodeNormalization;

/// The text is not a price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PriceError {
    /// There is nothing.
    Empty,
    /// It can't be read as an amount.
    NotAnAmount,
    /// It is not a whole number of won.
    NotWhole,
}

impl PriceError {
    /// What is taken, for people.
    pub fn message(self, language: Language) -> &'static str {
        match (self, language) {
            (PriceError::Empty, Language::En) => "Type a price in won, such as 50000, 50,000, 50k or 5만.",
            (PriceError::Empty, Language::Ko) => "금액을 적어 주세요. 예: 50000, 50,000, 5만, 5만원.",
            (PriceError::NotAnAmount, Language::En) => {
                "This is not an amount in won; write it like 50000, 50,000, ₩50,000, 50k, 5만 or 3만5천원."
            }
            (PriceError::NotAnAmount, Language::Ko) => {
                "금액으로 읽을 수 없습니다. 50000, 50,000, ₩50,000, 50k, 5만, 3만5천원처럼 적어 주세요."
            }
            (PriceError::NotWhole, Language::En) => {
                "A price is a whole number of won; leave out what is smaller."
            }
            (PriceError::NotWhole, Language::Ko) => "금액은 원 단위의 정수로 적어 주세요.",
        }
    }
}

impl std::fmt::Display for PriceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message(Language::En))
    }
}

impl std::error::Error for PriceError {}

/// Whole won. What is well-formed is returned whatever its size, so that whoever knows the range can judge it; beyond 64
/// bits the nearest.
///
/// # Errors
/// [`PriceError`] if it is no amount in won.
pub fn parse_price(text: &str) -> Result<i64, PriceError> {
    // NFKC turns full-width digits, commas and ￦ into the plain ones.
    let text: String = text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let text = ["₩", "krw"].iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(text);
    let text = ["원", "won", "krw"].iter().find_map(|sign| text.strip_suffix(sign)).unwrap_or(text);
    if text.is_empty() {
        return Err(PriceError::Empty);
    }
    let won = amount(text)?;
    let won = i64::try_from(won).unwrap_or(i64::MAX);
    Ok(if negative { -won } else { won })
}

/// Digits, in groups of three or not, with a unit or several: `3만5천`, `1.5만`, `50k`.
fn amount(text: &str) -> Result<u128, PriceError> {
    let mut rest = text;
    // 만 and 억 close a section of up to four figures: 3천5백만 is 3500 times 만.
    // Units fall, in a section as well as from section to section: 3천4천 is a slip.
    let (mut total, mut section) = (Decimal::ZERO, Decimal::ZERO);
    let (mut lowest, mut lowest_in_section) = (u128::MAX, u128::MAX);
    while !rest.is_empty() {
        let (number, behind) = number(rest)?;
        let mut chars = behind.chars();
        let (Some(unit), small) = (match chars.next() {
            None => (Some(1), true),
            Some('십') => (Some(10), true),
            Some('백') => (Some(100), true),
            Some('천' | 'k') => (Some(1_000), true),
            Some('만') => (Some(10_000), false),
            Some('m') => (Some(1_000_000), false),
            Some('억') => (Some(100_000_000), false),
            Some(_) => (None, true),
        }) else {
            return Err(PriceError::NotAnAmount);
        };
        rest = chars.as_str();
        if small {
            if (number.is_none() && unit == 1) || unit >= lowest_in_section {
                return Err(PriceError::NotAnAmount);
            }
            lowest_in_section = unit;
            section = section.plus(number.unwrap_or(Decimal::ONE).times(unit));
        } else {
            if unit >= lowest {
                return Err(PriceError::NotAnAmount);
            }
            lowest = unit;
            let counted = match number {
                Some(number) => section.plus(number),
                None if section == Decimal::ZERO => Decimal::ONE,
                None => section,
            };
            total = total.plus(counted.times(unit));
            section = Decimal::ZERO;
            lowest_in_section = u128::MAX;
        }
    }
    total.plus(section).whole(text.contains('.') && !text.contains(is_unit))
}

fn is_unit(c: char) -> bool {
    matches!(c, '십' | '백' | '천' | '만' | '억' | 'k' | 'm')
}

/// The number that the text begins with, if it does, and what stands behind it.
fn number(text: &str) -> Result<(Option<Decimal>, &str), PriceError> {
    if let Some(digit) = text.chars().next().and_then(|c| "일이삼사오육칠팔구".chars().position(|d| d == c))
    {
        let value = Decimal { mantissa: digit as u128 + 1, decimals: 0 };
        return Ok((Some(value), &text["일".len()..]));
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(text.len());
    let (number, behind) = text.split_at(end);
    if number.is_empty() {
        return Ok((None, behind));
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    let plain = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
    let ends_in_point = number.ends_with('.');
    if whole.is_empty() || !grouped || ends_in_point || !plain(fraction) || fraction.len() > 8 {
        return Err(PriceError::NotAnAmount);
    }
    let digits: String = groups.concat() + fraction;
    // More than 30 digits: beyond any range, and still far from the end of 128 bits.
    let mantissa = if digits.len() > 30 { 10u128.pow(30) } else { digits.parse().unwrap_or(0) };
    Ok((Some(Decimal { mantissa, decimals: fraction.len() as u32 }), behind))
}

/// An exact amount: `mantissa` divided by ten to the power of `decimals`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Decimal {
    mantissa: u128,
    decimals: u32,
}

impl Decimal {
    const ZERO: Decimal = Decimal { mantissa: 0, decimals: 0 };
    const ONE: Decimal = Decimal { mantissa: 1, decimals: 0 };

    fn times(self, factor: u128) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_mul(factor), ..self }.reduced()
    }

    fn plus(self, other: Decimal) -> Decimal {
        let decimals = self.decimals.max(other.decimals);
        let scaled = |d: Decimal| {
            d.mantissa.saturating_mul(10u128.saturating_pow(decimals.saturating_sub(d.decimals)))
        };
        Decimal { mantissa: scaled(self).saturating_add(scaled(other)), decimals }.reduced()
    }

    fn reduced(mut self) -> Decimal {
        while self.decimals > 0 && self.mantissa.is_multiple_of(10) {
            self.mantissa /= 10;
            self.decimals -= 1;
        }
        self
    }

    /// `50.000` is fifty thousand to some and fifty to others: a point counts only before a unit.
    fn whole(self, bare_point: bool) -> Result<u128, PriceError> {
        if bare_point {
            Err(PriceError::NotAnAmount)
        } else if self.decimals > 0 {
            Err(PriceError::NotWhole)
        } else {
            Ok(self.mantissa)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_as_people_write_them() {
        for (text, won) in [
            ("50000", 50_000),
            ("50,000", 50_000),
            ("1,234,567", 1_234_567),
            ("5만", 50_000),
            ("5만원", 50_000),
            ("5 만 원", 50_000),
            ("3만5천", 35_000),
            ("3만 5천원", 35_000),
            ("3만5000", 35_000),
            ("1.5만", 15_000),
            ("12만 3,400원", 123_400),
            ("오만원", 50_000),
            ("만원", 10_000),
            ("삼만오천원", 35_000),
            ("천원", 1_000),
            ("백만원", 1_000_000),
            ("십만", 100_000),
            ("3천5백만", 35_000_000),
            ("1억 2천만원", 120_000_000),
            ("50k", 50_000),
            ("50K", 50_000),
            ("1.2m", 1_200_000),
            ("₩50,000", 50_000),
            ("₩ 50,000 ", 50_000),
            ("￦５０，０００", 50_000),
            ("５만원", 50_000),
            ("50000 won", 50_000),
            ("KRW 50000", 50_000),
            ("0", 0),
            ("-5", -5),
        ] {
            assert_eq!(parse_price(text), Ok(won), "{text:?}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_still_a_price() {
        assert_eq!(parse_price("999999999999999999999999"), Ok(i64::MAX));
        assert_eq!(parse_price(&"9".repeat(400)), Ok(i64::MAX));
        assert_eq!(parse_price(&format!("{}억", "9".repeat(60))), Ok(i64::MAX));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "50.000", "5,0000", "50,00", ",500", "500,", "1.2.3만", "5.만", "5만1억", "5만6만", "3천4천",
            "5백5천",
        ] {
            assert_eq!(parse_price(text), Err(PriceError::NotAnAmount), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_price_says_what_is_taken() {
        assert_eq!(parse_price(""), Err(PriceError::Empty));
        assert_eq!(parse_price(" 원"), Err(PriceError::Empty));
        for text in ["abc", "5x", "$5", "5e3", "--5", "\u{1b}[2J", "5만어치"] {
            assert_eq!(parse_price(text), Err(PriceError::NotAnAmount), "{text:?}");
        }
        assert_eq!(parse_price("1.23456만"), Err(PriceError::NotWhole));
        assert_eq!(parse_price("1.0005k"), Err(PriceError::NotWhole));
    }
}
