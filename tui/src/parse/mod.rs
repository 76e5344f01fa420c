//! Prices and meeting times as people write them. Pure: what time it is comes in.

mod describe;
mod meeting_day;
mod meeting_time;
mod meeting_words;
mod price;

pub use describe::describe_time;
pub use meeting_time::{MeetingTimeError, parse_meeting_time};
pub use price::{PriceError, parse_price};
