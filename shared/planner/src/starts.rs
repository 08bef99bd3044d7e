//! Finds a hash among many sorted ones at the cost of two memory accesses.

use std::ops::Range;

use ledger::AddressHash;

/// Where in a sorted sequence the hashes begin that share their first bits: two to four of them, as hashes are spread
/// evenly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Starts {
    bits: u32,
    starts: Vec<usize>,
}

impl Default for Starts {
    fn default() -> Self {
        Self::new(std::iter::empty())
    }
}

impl Starts {
    /// For `hashes`, sorted.
    pub(crate) fn new(hashes: impl ExactSizeIterator<Item = AddressHash>) -> Self {
        let count = hashes.len();
        let bits = count.max(1).ilog2().saturating_sub(1).max(1);
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (place, hash) in hashes.enumerate() {
            while starts.len() <= first_bits(hash, bits) {
                starts.push(place);
            }
        }
        starts.resize((1 << bits) + 1, count);
        Self { bits, starts }
    }

    /// Where `hash` lies if it is there.
    #[inline]
    pub(crate) fn range(&self, hash: AddressHash) -> Range<usize> {
        let bits = first_bits(hash, self.bits);
        match self.starts.get(bits..bits + 2) {
            Some(&[start, end]) => start..end,
            _ => 0..0,
        }
    }
}

#[inline]
fn first_bits(hash: AddressHash, bits: u32) -> usize {
    usize::try_from(hash.0 >> (u128::BITS - bits)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use ledger::HashSeed;

    use super::*;

    #[test]
    fn everything_is_found_and_nothing_else() {
        for count in [0_u32, 1, 2, 3, 7, 1000] {
            let hash = |number: u32| AddressHash::of(&number.to_le_bytes(), HashSeed(1));
            let mut hashes: Vec<_> = (0..count).map(hash).collect();
            hashes.sort_unstable();
            let starts = Starts::new(hashes.iter().copied());
            for number in 0..2 * count + 1 {
                let found = hashes[starts.range(hash(number))].contains(&hash(number));
                assert_eq!(found, number < count, "{number} of {count}");
            }
        }
    }
}
