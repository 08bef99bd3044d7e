//! Randomness, injected: the one place that asks the system for it.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// The source of identifiers, write ids and jitter. Pass it in; never ask the system for randomness elsewhere.
pub trait Random: Debug + Send + Sync {
    /// Sixteen bytes that nobody can foresee, as a number.
    fn next_u128(&self) -> u128;

    /// A random UUID (version 4).
    fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.next_u128().to_be_bytes()).into_uuid()
    }

    /// A number in `0.0..1.0`, for jitter.
    fn fraction(&self) -> f64 {
        let bits = u32::try_from(self.next_u128() >> 96).unwrap_or(u32::MAX);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next_u128(&self) -> u128 {
        let mut bytes = [0_u8; 16];
        // The system's generator fails only before it is seeded at boot; a version 7 UUID then still differs
        // by time.
        match getrandom::fill(&mut bytes) {
            Ok(()) => u128::from_be_bytes(bytes),
            Err(_) => Uuid::now_v7().as_u128(),
        }
    }
}

/// A reproducible sequence for tests: the same seed gives the same identifiers.
#[derive(Debug)]
pub struct ManualRandom {
    state: AtomicU64,
}

impl ManualRandom {
    /// A sequence that `seed` determines.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn next_u64(&self) -> u64 {
        // SplitMix64: a published, well-distributed step for seeding generators.
        let state = self.state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Random for ManualRandom {
    fn next_u128(&self) -> u128 {
        (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())
    }
}
