//! Which profiles and addresses an earlier row has claimed.

use crate::known::{KnownLedger, Standing};
use crate::table::{Found, Table};

/// What a valid row turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The first row of its profile and of its address: a member.
    Member {
        /// The ledger holds the address with exactly these values, and nothing is pending.
        held: bool,
    },
    /// Its profile is a member already.
    SameIdentity,
    /// Its address is a member's already.
    SameAddress,
}

/// What a row claims.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Hash of the identity.
    pub(crate) identity: u128,
    /// Hash of the address.
    pub(crate) address: u128,
    /// Fingerprint of its values; of no meaning without a ledger.
    pub(crate) fingerprint: u64,
}

/// Only a row that becomes a member claims its identity and its address.
///
/// About 11 bytes for a member's identity, and as many for its address unless the ledger knows it: there the claim is
/// a mark on the ledger's entry.
#[derive(Debug)]
pub(crate) struct Claims {
    identities: HashSet,
    addresses: HashSet,
    members: u64,
}

/// More rows or files than a member's place can name.
#[derive(Debug, thiserror::Error)]
#[error("one file can hold at most 4,294,967,295 rows, and one run as many files; split the segment")]
pub struct TooManyMembers;

impl Claims {
    /// Room for about `members`.
    pub(crate) fn with_capacity(members: usize) -> Self {
        Self {
            identities: HashSet::with_capacity(members),
            addresses: HashSet::with_capacity(members),
            members: 0,
        }
    }

    /// How many members there are.
    pub(crate) const fn len(&self) -> u64 {
        self.members
    }

    /// Brings the places that [`Claims::claim`] will need closer to the processor; answers nothing of meaning.
    pub(crate) fn touch(&self, identity: u128, address: u128, ledger: Option<&KnownLedger>) -> u64 {
        let address = match ledger {
            Some(ledger) => ledger.touch(address),
            None => self.addresses.touch(address),
        };
        self.identities.touch(identity) ^ address
    }

    /// Claims identity and address for a row unless one of them is taken.
    pub(crate) fn claim(&mut self, wanted: Wanted, ledger: Option<&mut KnownLedger>) -> Claim {
        let Some(identity) = self.identities.vacancy(wanted.identity) else { return Claim::SameIdentity };
        let standing = match ledger {
            Some(ledger) => ledger.claim(wanted.address, wanted.fingerprint),
            None => Standing::Unknown,
        };
        match standing {
            Standing::Claimed => return Claim::SameAddress,
            Standing::Unknown => {
                let Some(address) = self.addresses.vacancy(wanted.address) else { return Claim::SameAddress };
                self.addresses.fill(address, wanted.address);
            }
            Standing::Held | Standing::Other => {}
        }
        self.identities.fill(identity, wanted.identity);
        self.members += 1;
        Claim::Member { held: standing == Standing::Held }
    }
}

/// A set of hashes that grows.
#[derive(Debug)]
struct HashSet {
    /// Each twice as large as the one before; all but the last are full. Nothing is ever moved from one to the next,
    /// because a table does not keep what would say where to.
    tables: Vec<Table>,
}

const FEWEST: usize = 1024;

#[expect(clippy::cast_possible_truncation, reason = "the half of a hash that a table keeps")]
const fn tag(hash: u128) -> u64 {
    hash as u64
}

impl HashSet {
    fn with_capacity(room: usize) -> Self {
        Self { tables: vec![Table::new(room.max(FEWEST))] }
    }

    fn touch(&self, hash: u128) -> u64 {
        self.tables.iter().fold(0, |all, table| all ^ table.touch(hash))
    }

    /// Where `hash` can be put; `None` when it is there.
    fn vacancy(&mut self, hash: u128) -> Option<usize> {
        if let Some(last) = self.tables.last().filter(|last| last.room() == 0) {
            let larger = Table::new(last.twice());
            self.tables.push(larger);
        }
        let mut vacancy = 0;
        for table in &self.tables {
            match table.search(hash, tag(hash)) {
                Found::Taken(_) => return None,
                Found::Vacant(slot) => vacancy = slot,
            }
        }
        Some(vacancy)
    }

    /// Puts a hash into its place; nothing may have been put in since the place was found.
    fn fill(&mut self, vacancy: usize, hash: u128) {
        if let Some(table) = self.tables.last_mut() {
            table.fill(vacancy, tag(hash));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet as Reference;

    use ledger::AddressHash;
    use ledger::HashSeed;

    use super::*;

    const MEMBER: Claim = Claim::Member { held: false };

    fn claim(claims: &mut Claims, identity: u128, address: u128) -> Claim {
        claims.claim(Wanted { identity, address, fingerprint: 0 }, None)
    }

    #[test]
    fn only_a_member_claims() {
        let mut claims = Claims::with_capacity(0);
        assert_eq!(claim(&mut claims, 2, 20), MEMBER);
        // Refused for its address, so its identity 4 stays free ...
        assert_eq!(claim(&mut claims, 4, 20), Claim::SameAddress);
        // ... and refused for its identity, so its address 40 stays free.
        assert_eq!(claim(&mut claims, 2, 40), Claim::SameIdentity);
        assert_eq!(claim(&mut claims, 4, 40), MEMBER);
        assert_eq!(claims.len(), 2);
    }

    #[test]
    fn far_more_than_expected_are_told_apart() {
        let mut claims = Claims::with_capacity(0);
        let mut taken = Reference::new();
        for number in 0..60_000_u32 {
            let hash = AddressHash::of(&(number % 40_000).to_le_bytes(), HashSeed(3)).0;
            let expected = if taken.insert(hash) { MEMBER } else { Claim::SameIdentity };
            assert_eq!(claim(&mut claims, hash, hash), expected);
        }
        assert_eq!(claims.len(), 40_000);
    }
}
