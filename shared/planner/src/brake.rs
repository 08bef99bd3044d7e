//! The safety brake: a run that would change far more than usual stops and waits for a person.

use domain::identifier::SegmentName;
use serde::{Deserialize, Serialize};

/// When the brake acts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrakeSettings {
    /// The greatest share of additions, of what the export holds on the list.
    pub additions: f64,
    /// The brake never acts for this many people or fewer.
    pub floor: u64,
}

impl Default for BrakeSettings {
    fn default() -> Self {
        Self { additions: 0.5, floor: 100 }
    }
}

/// Why the brake acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Brake {
    /// More people would be added than the share allows.
    ManyAdditions {
        /// How many would be added.
        additions: u64,
        /// How many the export holds.
        held: u64,
    },
    /// A segment that had members is empty.
    SegmentEmptied {
        /// Which one.
        segment: SegmentName,
        /// How many rows it had when it was last exported.
        before: u64,
    },
}

impl BrakeSettings {
    /// Whether a run that adds `additions` to the `held` must stop. Nothing is braked on a first run (`held` is
    /// `None`): there is nothing to compare with.
    #[must_use]
    pub fn additions(&self, additions: u64, held: Option<u64>) -> Option<Brake> {
        let held = held?;
        #[expect(clippy::cast_precision_loss, reason = "a share of people needs no more than 52 bits")]
        let over = additions as f64 > held as f64 * self.additions;
        (over && additions > self.floor).then_some(Brake::ManyAdditions { additions, held })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_brake_above_share_and_floor_and_never_at_first() {
        let settings = BrakeSettings::default();
        assert_eq!(settings.additions(1_000_000, None), None);
        assert_eq!(settings.additions(500, Some(1000)), None);
        assert!(settings.additions(501, Some(1000)).is_some());
        assert_eq!(settings.additions(100, Some(0)), None);
        assert!(settings.additions(101, Some(0)).is_some());
    }
}
