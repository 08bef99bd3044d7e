//! How many requests a plan needs, before any of them is made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::run::Run;
use crate::session::Session;
use domain::in_one_line;

/// Besides its imports a run makes about so many requests: the pauses between two looks at the activities double up to
/// five minutes, which makes ten looks in a quarter of an hour, and the opt-outs are looked at again in the meantime.
const OTHERS: u64 = 12;

/// How many requests the rest of a run was expected to need when it had been planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// When.
    pub at: Timestamp,
    /// Imports.
    pub imports: u64,
    /// Other requests, about: how long the service takes is not known before.
    pub others: u64,
    /// Requests that were left for exports on that day (UTC); `None` where nobody counts them.
    pub left_today: Option<u64>,
}

impl Forecast {
    /// All requests.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.imports + self.others
    }

    /// Whether that day's requests were enough; when not, the run sends what it may and goes on after 00:00 UTC. `None`
    /// where nobody counts them.
    #[must_use]
    pub fn suffices(&self) -> Option<bool> {
        self.left_today.map(|left| left >= self.requests())
    }
}

impl Run {
    /// Whether the requests of the day were not enough when it had been planned.
    #[must_use]
    pub fn exceeds_the_day(&self) -> bool {
        self.forecast.as_ref().and_then(Forecast::suffices) == Some(false)
    }
}

impl Session<'_> {
    /// What a plan with so many imports needs.
    pub(crate) async fn forecast(&self, imports: usize) -> Forecast {
        let left_today = match self.engine.connector.requests_left_today().await {
            Ok(left) => left,
            Err(error) => {
                tracing::warn!(error = %in_one_line(&error), "how many requests are left today is not known");
                None
            }
        };
        let imports = imports as u64;
        Forecast { at: self.now(), imports, others: if imports > 0 { OTHERS } else { 0 }, left_today }
    }
}
