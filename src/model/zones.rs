//! Time zones by their name, from the table inside the program, so that every machine knows the same.

use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;

/// The zone of a name such as `America/Chicago`; `None` if the table does not have it.
pub fn named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Every name there is.
pub fn names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}
