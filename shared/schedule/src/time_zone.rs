//! A time zone by its name in the IANA time zone database.

use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::invalid::Problem;

/// Names in the database that mean no place: what an unset computer reports (IANA, `factory` and `backward`).
const NO_PLACE: [&str; 2] = ["Factory", "Etc/Unknown"];

/// The name of a time zone whose rules are known, such as `Europe/Berlin`; kept in the database's own spelling.
///
/// The rules come from the database that is compiled in, never from the machine: all processes agree about them. Older
/// names of a zone (`Asia/Calcutta`) stay what they are, so that a person finds again what was chosen.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName {
    name: String,
    zone: TimeZone,
}

impl TimeZoneName {
    /// Accepts a name of the database, in any case.
    ///
    /// # Errors
    /// [`Problem::NoTimeZone`] for an empty text, [`Problem::UnknownTimeZone`] for one that names no zone, which
    /// includes bare offsets such as `+02:00`: they know no daylight saving.
    pub fn new(name: &str) -> Result<Self, Problem> {
        if name.is_empty() {
            return Err(Problem::NoTimeZone);
        }
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_unknown| Problem::UnknownTimeZone)?;
        let name = zone.iana_name().ok_or(Problem::UnknownTimeZone)?.to_owned();
        if NO_PLACE.contains(&name.as_str()) {
            return Err(Problem::UnknownTimeZone);
        }
        Ok(Self { name, zone })
    }

    /// The name as the database spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The zone's rules.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }

    /// Every name that is accepted, in alphabetical order: for a list to choose from.
    #[must_use]
    pub fn available() -> Vec<String> {
        let mut names: Vec<String> = TimeZoneDatabase::bundled()
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| !NO_PLACE.contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }
}

impl PartialEq for TimeZoneName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for TimeZoneName {}

impl fmt::Debug for TimeZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TimeZoneName({})", self.name)
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = Problem;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<TimeZoneName> for String {
    fn from(name: TimeZoneName) -> Self {
        name.name
    }
}
