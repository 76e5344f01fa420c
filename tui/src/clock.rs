//! The only place that asks this machine what time it is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Now, in a zone.
#[allow(clippy::disallowed_methods, reason = "the adapter: everything else gets the time handed in")]
pub fn now(zone: TimeZone) -> ZonedDateTime {
    Timestamp::now().to_zoned_datetime(zone)
}
