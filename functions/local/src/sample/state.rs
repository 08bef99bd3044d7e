//! What the sample of a data directory is made of, so that it can be made again and changed further.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The recipe of a sample; the rows follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SampleState {
    pub(super) schema_version: u32,
    pub(super) seed: u64,
    /// Rows of the first snapshots.
    pub(super) profiles: u64,
    /// The share changed by each change so far.
    pub(super) changes: Vec<f64>,
    /// Whether the snapshots of the last change lie there whole.
    pub(super) written: bool,
    /// Whether an export has read them; until then no further change is made.
    pub(super) exported: bool,
}

impl SampleState {
    /// Rows of those who joined with each change (0: from the start), by number.
    pub(super) fn cohorts(&self) -> impl Iterator<Item = (usize, Range<u64>)> {
        let mut next = 0;
        let sizes =
            std::iter::once(self.profiles).chain(self.changes.iter().map(|share| self.joiners(*share)));
        let ranges: Vec<Range<u64>> = sizes
            .map(|size| {
                let rows = next..next + size;
                next = rows.end;
                rows
            })
            .collect();
        ranges.into_iter().enumerate()
    }

    /// With which change the person of `row` joined.
    pub(super) fn joined(&self, row: u64) -> usize {
        if row < self.profiles {
            return 0;
        }
        self.cohorts().find(|(_, rows)| rows.contains(&row)).map_or(0, |(joined, _)| joined)
    }

    /// How many people there have ever been.
    pub(super) fn rows_ever(&self) -> u64 {
        self.cohorts().map(|(_, rows)| rows.end).max().unwrap_or_default()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of at most 50 million rows, neither negative nor needed exactly"
    )]
    fn joiners(&self, share: f64) -> u64 {
        (self.profiles as f64 * share * super::JOINERS).round() as u64
    }
}
