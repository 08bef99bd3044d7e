//! The people of an account who opted out or were deleted there, as hashes of their addresses.

use ledger::AddressHash;

use crate::starts::Starts;

/// Whom nothing is sent to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptOuts {
    sorted: Vec<AddressHash>,
    starts: Starts,
    full_read_day: u32,
}

impl OptOuts {
    /// The given people; `full_read_day` is the day (days since 1970-01-01, UTC) on which all opt-outs of the
    /// account were last read from the start.
    #[must_use]
    pub fn new(mut hashes: Vec<AddressHash>, full_read_day: u32) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self::of_sorted(hashes, full_read_day)
    }

    fn of_sorted(sorted: Vec<AddressHash>, full_read_day: u32) -> Self {
        let starts = Starts::new(sorted.iter().copied());
        Self { sorted, starts, full_read_day }
    }

    /// Whether the person opted out.
    #[must_use]
    pub fn contains(&self, hash: AddressHash) -> bool {
        self.sorted.get(self.starts.range(hash)).is_some_and(|near| near.contains(&hash))
    }

    /// The day of the last full read. People who could not be added before that day, and are not among the
    /// opt-outs, are tried again.
    #[must_use]
    pub const fn full_read_day(&self) -> u32 {
        self.full_read_day
    }

    /// Those who are not among `others`.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        let sorted = self.sorted.iter().copied().filter(|hash| !others.contains(*hash)).collect();
        Self::of_sorted(sorted, self.full_read_day)
    }

    /// The hashes, sorted.
    #[must_use]
    pub fn hashes(&self) -> &[AddressHash] {
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_can_be_taken_out() {
        let people = |numbers: &[u128]| OptOuts::new(numbers.iter().copied().map(AddressHash).collect(), 7);
        assert_eq!(people(&[3, 1, 2, 3]).without(&people(&[2, 4])), people(&[1, 3]));
    }
}
