//! Moments that look random and are the same for the same seed.

use std::time::Duration;

/// A sequence of moments (SplitMix64).
#[derive(Debug, Clone)]
pub struct Moments {
    state: u64,
}

impl Moments {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A moment before `end`, in milliseconds.
    ///
    /// # Panics
    /// When `end` is 0.
    pub fn before(&mut self, end: u64) -> Duration {
        Duration::from_millis(self.number() % end)
    }

    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
