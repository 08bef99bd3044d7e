//! The members of one chunk: a small file beside its body that says who stands in which row.
//!
//! Row n of the body is entry n here, so that a row that the service refuses by number can be named, a row can be
//! cut out of the body, and the ledger can be brought up to date, all without parsing the body.

use ledger::{AddressHash, HashSeed, identity_hash};

/// One row of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkMember<'a> {
    /// Not held by the export before.
    pub addition: bool,
    /// How many runs have tried these values before this one.
    pub attempts: u8,
    /// Fingerprint of the import row.
    pub fingerprint: u64,
    /// Which file of the run's snapshots the row came from.
    pub part: u32,
    /// The row's number in that file, from 1.
    pub row: u32,
    /// Length of the import row in the body, in bytes, without the comma.
    pub length: u32,
    /// The `CustomerId`; empty where the address is the identity.
    pub identity: &'a [u8],
    /// The address, lower-cased.
    pub address: &'a [u8],
}

impl ChunkMember<'_> {
    /// The hash of the address.
    #[must_use]
    pub fn hash(&self, seed: HashSeed) -> AddressHash {
        AddressHash::of(self.address, seed)
    }

    /// What a person knows the profile by.
    #[must_use]
    pub const fn customer_id(&self) -> &[u8] {
        if self.identity.is_empty() { self.address } else { self.identity }
    }

    /// The hash of the identity, as the ledger keeps it.
    #[must_use]
    pub fn identity_hash(&self, seed: HashSeed) -> u64 {
        identity_hash(self.customer_id(), seed)
    }

    /// Appends the member's bytes.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        // The lowest bit is the addition, the rest the attempts: at most 127 of them, far above the limit.
        out.push(u8::from(self.addition) | (self.attempts.min(127) << 1));
        out.extend_from_slice(&self.fingerprint.to_le_bytes());
        push_varint(out, u64::from(self.part));
        push_varint(out, u64::from(self.row));
        push_varint(out, u64::from(self.length));
        push_varint(out, self.identity.len() as u64);
        push_varint(out, self.address.len() as u64);
        out.extend_from_slice(self.identity);
        out.extend_from_slice(self.address);
    }
}

/// Appends a number, seven bits a byte, the lowest first.
pub(crate) fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        #[expect(clippy::cast_possible_truncation, reason = "the low seven bits are what is wanted")]
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than 128")]
    out.push(number as u8);
}

/// Takes a number off the front of `bytes`.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The file beside a chunk is damaged.
#[derive(Debug, thiserror::Error)]
#[error("a chunk's list of members is damaged; start a full run")]
pub struct DamagedMembers;

/// The members of a chunk, one after the other.
#[derive(Debug, Clone)]
pub struct ChunkMembers<'a> {
    rest: &'a [u8],
}

impl<'a> ChunkMembers<'a> {
    /// Reads the bytes that the planner wrote.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn varint(&mut self) -> Option<u64> {
        take_varint(&mut self.rest)
    }

    fn slice(&mut self, length: u64) -> Option<&'a [u8]> {
        let (slice, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(slice)
    }

    fn decode(&mut self) -> Option<ChunkMember<'a>> {
        let (flags, rest) = self.rest.split_first()?;
        let (fingerprint, rest) = rest.split_first_chunk()?;
        self.rest = rest;
        let part = u32::try_from(self.varint()?).ok()?;
        let row = u32::try_from(self.varint()?).ok()?;
        let length = u32::try_from(self.varint()?).ok()?;
        let identity_length = self.varint()?;
        let address_length = self.varint()?;
        Some(ChunkMember {
            addition: flags & 1 != 0,
            attempts: flags >> 1,
            fingerprint: u64::from_le_bytes(*fingerprint),
            part,
            row,
            length,
            identity: self.slice(identity_length)?,
            address: self.slice(address_length)?,
        })
    }
}

impl<'a> Iterator for ChunkMembers<'a> {
    type Item = Result<ChunkMember<'a>, DamagedMembers>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let decoded = self.decode().ok_or(DamagedMembers);
        if decoded.is_err() {
            self.rest = &[];
        }
        Some(decoded)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn members_are_read_back_and_damage_is_an_error(
            members in proptest::collection::vec(
                (any::<bool>(), 0_u8..100, any::<u64>(), any::<u32>(), any::<u32>(), any::<u32>(),
                 proptest::collection::vec(any::<u8>(), 0..200), proptest::collection::vec(any::<u8>(), 1..80)),
                1..30,
            ),
        ) {
            let members: Vec<_> = members.iter().map(|(addition, attempts, fingerprint, part, row, length, identity, address)| {
                ChunkMember {
                    addition: *addition, attempts: *attempts, fingerprint: *fingerprint, part: *part, row: *row,
                    length: *length, identity, address,
                }
            }).collect();
            let mut bytes = Vec::new();
            for member in &members {
                member.encode(&mut bytes);
            }
            let read: Result<Vec<_>, _> = ChunkMembers::new(&bytes).collect();
            prop_assert_eq!(read.unwrap(), members);
            bytes.pop();
            prop_assert!(ChunkMembers::new(&bytes).any(|member| member.is_err()));
        }
    }
}
