//! The service's own counts of a run, to be shown beside ours.

use constant_contact::ActivityCounts;
use serde::{Deserialize, Serialize};

/// What Constant Contact counted itself, added up over the activities that it completed for a run. A chunk that was
/// sent twice is counted once, unless the service completed it twice. These are its own words and need not agree with
/// ours: it counts a row that could not be added as a person, for instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceCounts {
    /// Completed activities.
    pub activities: u64,
    /// Its `person_count`: contacts in the imports.
    pub people: u64,
    /// Its `error_count`: rows refused for good.
    pub errors: u64,
    /// Its `correctable_count`: rows that a person can correct in its own screens.
    pub correctable: u64,
    /// Its `cannot_add_to_list_count`: people who had unsubscribed.
    pub cannot_add: u64,
}

impl ServiceCounts {
    /// Adds a completed activity; a counter that it leaves out counts as none.
    pub(crate) fn add(&mut self, counts: &ActivityCounts) {
        self.activities += 1;
        self.people += counts.person_count.unwrap_or(0);
        self.errors += counts.error_count.unwrap_or(0);
        self.correctable += counts.correctable_count.unwrap_or(0);
        self.cannot_add += counts.cannot_add_to_list_count.unwrap_or(0);
    }
}
