//! Which profiles and addresses an earlier row has claimed.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// What a valid row turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The first row of its profile and of its address: a member.
    Member,
    /// Its profile is a member already.
    SameIdentity,
    /// Its address is a member's already.
    SameAddress,
}

/// Only a row that becomes a member claims its identity and its address.
///
/// Two tables of four-byte indexes into one flat vector of hashes: about 42 bytes a member.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    members: Vec<Hashes>,
    identities: HashTable<u32>,
    addresses: HashTable<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Hashes {
    identity: u128,
    address: u128,
}

/// The part of a hash that a table uses.
#[expect(clippy::cast_possible_truncation, reason = "any 64 bits of a good hash are a good hash")]
const fn short(hash: u128) -> u64 {
    hash as u64
}

/// More members than an index can name.
#[derive(Debug, thiserror::Error)]
#[error("one export can hold at most 4,294,967,295 profiles")]
pub struct TooManyMembers;

impl Claims {
    /// Room for about `members` without growing.
    pub(crate) fn with_capacity(members: usize) -> Self {
        Self {
            members: Vec::with_capacity(members),
            identities: HashTable::with_capacity(members),
            addresses: HashTable::with_capacity(members),
        }
    }

    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// Brings the places that [`Claims::claim`] will need closer to the processor; answers nothing of meaning.
    pub(crate) fn touch(&self, identity: u128, address: u128) -> bool {
        // `find` with a test that never fits looks at the same places and compares nothing.
        self.identities.find(short(identity), |_| false).is_some()
            || self.addresses.find(short(address), |_| false).is_some()
    }

    /// Claims `identity` and `address` for a row unless one of them is taken.
    pub(crate) fn claim(&mut self, identity: u128, address: u128) -> Result<Claim, TooManyMembers> {
        let index = u32::try_from(self.members.len()).map_err(|_| TooManyMembers)?;
        let members = &self.members;
        let of = |index: &u32| members.get(usize::try_from(*index).unwrap_or(usize::MAX));
        let by_identity = self.identities.entry(
            short(identity),
            |index| of(index).is_some_and(|member| member.identity == identity),
            |index| of(index).map_or(0, |member| short(member.identity)),
        );
        let Entry::Vacant(identity_place) = by_identity else {
            return Ok(Claim::SameIdentity);
        };
        let by_address = self.addresses.entry(
            short(address),
            |index| of(index).is_some_and(|member| member.address == address),
            |index| of(index).map_or(0, |member| short(member.address)),
        );
        let Entry::Vacant(address_place) = by_address else {
            return Ok(Claim::SameAddress);
        };
        identity_place.insert(index);
        address_place.insert(index);
        self.members.push(Hashes { identity, address });
        Ok(Claim::Member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_member_claims() {
        let mut claims = Claims::default();
        assert_eq!(claims.claim(1, 10).unwrap(), Claim::Member);
        // Refused for its address, so its identity 2 stays free ...
        assert_eq!(claims.claim(2, 10).unwrap(), Claim::SameAddress);
        // ... and refused for its identity, so its address 30 stays free.
        assert_eq!(claims.claim(1, 30).unwrap(), Claim::SameIdentity);
        assert_eq!(claims.claim(2, 30).unwrap(), Claim::Member);
        assert_eq!(claims.len(), 2);
    }
}
