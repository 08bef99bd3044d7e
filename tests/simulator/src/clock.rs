//! Where the simulator's time comes from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The simulator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The machine's clock; activities end in the background.
    #[default]
    System,
    /// A clock that stands still until it is set or advanced. After a restart on the same data directory it goes on
    /// from where it stood, if that is later than the start given here.
    Settable(Timestamp),
}

impl Clock {
    /// Milliseconds since 1970, UTC.
    pub(crate) fn milliseconds(self) -> i64 {
        match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Settable(moment) => moment.as_millisecond(),
        }
    }

    pub(crate) fn is_settable(self) -> bool {
        matches!(self, Self::Settable(_))
    }
}
