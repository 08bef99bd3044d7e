//! The hashes that order a ledger and detect changes.

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// The key of all hashes of one account. Random per account: somebody who may choose addresses cannot choose two
/// that collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashSeed(pub u64);

/// The hash of a lower-cased address: the order of a ledger, and the identity of an address in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash(pub u128);

impl AddressHash {
    /// The hash of `address`, which must be lower-cased already.
    #[inline]
    #[must_use]
    pub fn of(address: &[u8], seed: HashSeed) -> Self {
        Self(xxh3_128_with_seed(address, seed.0))
    }
}

/// The hash of a `CustomerId`, by which a changed address is recognised.
#[inline]
#[must_use]
pub fn identity_hash(identity: &[u8], seed: HashSeed) -> u64 {
    xxh3_64_with_seed(identity, seed.0)
}

/// The fingerprint of what is sent for a person: field names and values as they stand in the import row, keyed by
/// `list_key`, so that another list or mapping gives another fingerprint without any special rule.
#[inline]
#[must_use]
pub fn fingerprint(import_row: &[u8], list_key: u64) -> u64 {
    xxh3_64_with_seed(import_row, list_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_gives_other_hashes() {
        let (one, other) = (HashSeed(1), HashSeed(2));
        assert_eq!(AddressHash::of(b"ann@example.com", one), AddressHash::of(b"ann@example.com", one));
        assert_ne!(AddressHash::of(b"ann@example.com", one), AddressHash::of(b"ann@example.com", other));
        assert_ne!(identity_hash(b"C1", one), identity_hash(b"C1", other));
    }
}
