//! The ledger in memory, as far as a plan needs it: what is held of whom, found by the hash of the address.

use std::io::Read;

use ledger::{AddressHash, HashSeed, LedgerError, LedgerReader};

use crate::decision::Known;
use crate::starts::Starts;
use crate::table::{Found, Table};

/// What a ledger holds, without the addresses: about 47 bytes a person. Read it before the snapshots and hand it to
/// [`crate::Collector::with_ledger`].
#[derive(Debug)]
pub struct KnownLedger {
    seed: HashSeed,
    entries: Vec<KnownEntry>,
    starts: Starts,
    /// Addresses together with the fingerprints that are held of them, where nothing is pending. What most rows need
    /// is one lookup in here. Marked are those that a member has.
    simple: Table,
    /// The other entries, by their places. They are few.
    special: Vec<Special>,
    held: u64,
}

#[derive(Debug, Clone, Copy)]
struct KnownEntry {
    hash: AddressHash,
    /// Of no meaning where nothing is held.
    held: u64,
    identity: u64,
}

#[derive(Debug, Clone, Copy)]
struct Special {
    place: usize,
    known: Known,
    claimed: bool,
}

/// How an address stands in the ledger for a row that wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is not in the ledger.
    Unknown,
    /// Another row has claimed it.
    Claimed,
    /// It is the row's now, and is held with the row's values; nothing is pending.
    Held,
    /// It is the row's now, and anything else may be known of it.
    Other,
}

/// Tells apart what is held of one address. Addresses are told apart by the half of the hash that says where to look,
/// too.
#[expect(clippy::cast_possible_truncation, reason = "the half of the hash that does not say where to look")]
const fn tag(hash: u128, fingerprint: u64) -> u64 {
    (hash as u64) ^ fingerprint
}

impl KnownLedger {
    /// Reads a ledger to its end, which also proves that it is whole.
    ///
    /// # Errors
    /// [`LedgerError`]: plan without the ledger then, a full run that removes nobody.
    pub fn read<R: Read>(mut reader: LedgerReader<R>) -> Result<Self, LedgerError> {
        let seed = reader.seed();
        let (mut entries, mut special) = (Vec::new(), Vec::new());
        let mut held = 0;
        while let Some(entry) = reader.next_entry()? {
            held += u64::from(entry.held.is_some());
            if entry.held.is_none() || entry.pending.is_some() {
                let known = Known { held: entry.held, pending: entry.pending };
                special.push(Special { place: entries.len(), known, claimed: false });
            }
            entries.push(KnownEntry {
                hash: entry.hash,
                held: entry.held.unwrap_or(0),
                identity: entry.identity,
            });
        }
        let starts = Starts::new(entries.iter().map(|entry| entry.hash));
        let mut known =
            Self { seed, simple: Table::new(entries.len() - special.len()), entries, starts, special, held };
        let mut special = known.special.iter().peekable();
        for (place, entry) in known.entries.iter().enumerate() {
            if special.next_if(|special| special.place == place).is_some() {
                continue;
            }
            let tag = tag(entry.hash.0, entry.held);
            if let Found::Vacant(slot) = known.simple.search(entry.hash.0, tag) {
                known.simple.fill(slot, tag);
            }
        }
        Ok(known)
    }

    /// The key of the ledger's hashes.
    pub(crate) const fn seed(&self) -> HashSeed {
        self.seed
    }

    /// How many people are held.
    pub(crate) const fn held(&self) -> u64 {
        self.held
    }

    /// Brings the place that [`KnownLedger::claim`] will most likely need closer to the processor; answers nothing of
    /// meaning.
    #[inline]
    pub(crate) fn touch(&self, hash: u128) -> u64 {
        self.simple.touch(hash)
    }

    /// Claims an address for a row whose values have `fingerprint`.
    #[inline]
    pub(crate) fn claim(&mut self, hash: u128, fingerprint: u64) -> Standing {
        match self.simple.search(hash, tag(hash, fingerprint)) {
            Found::Taken(slot) if self.simple.mark(slot) => Standing::Held,
            Found::Taken(_) => Standing::Claimed,
            Found::Vacant(_) => self.claim_other(hash),
        }
    }

    fn claim_other(&mut self, hash: u128) -> Standing {
        let Some((place, entry)) = self.entry(hash) else { return Standing::Unknown };
        let first = match self.special.binary_search_by_key(&place, |special| special.place) {
            Ok(special) => self
                .special
                .get_mut(special)
                .is_some_and(|special| !std::mem::replace(&mut special.claimed, true)),
            Err(_) => match self.simple.search(hash, tag(hash, entry.held)) {
                Found::Taken(slot) => self.simple.mark(slot),
                Found::Vacant(_) => false,
            },
        };
        if first { Standing::Other } else { Standing::Claimed }
    }

    fn entry(&self, hash: u128) -> Option<(usize, KnownEntry)> {
        let range = self.starts.range(AddressHash(hash));
        let near = self.entries.get(range.clone())?;
        near.iter().zip(range).find(|(entry, _)| entry.hash.0 == hash).map(|(entry, place)| (place, *entry))
    }

    /// What is known of an address.
    pub(crate) fn known(&self, hash: AddressHash) -> Option<Known> {
        let (place, entry) = self.entry(hash.0)?;
        match self.special.binary_search_by_key(&place, |special| special.place) {
            Ok(special) => self.special.get(special).map(|special| special.known),
            Err(_) => Some(Known { held: Some(entry.held), pending: None }),
        }
    }

    /// The identities of people who are held and whose address no member has.
    pub(crate) fn left(&self) -> impl Iterator<Item = u64> {
        let mut special = self.special.iter().peekable();
        self.entries.iter().enumerate().filter_map(move |(place, entry)| {
            let left = match special.next_if(|special| special.place == place) {
                Some(special) => special.known.held.is_some() && !special.claimed,
                None => match self.simple.search(entry.hash.0, tag(entry.hash.0, entry.held)) {
                    Found::Taken(slot) => !self.simple.is_marked(slot),
                    Found::Vacant(_) => true,
                },
            };
            left.then_some(entry.identity)
        })
    }
}

#[cfg(test)]
mod tests {
    use ledger::{Entry, LedgerWriter, Pending, PendingReason};

    use super::*;

    const SEED: HashSeed = HashSeed(9);

    fn ledger(entries: &[(u128, Option<u64>, Option<Pending>)]) -> KnownLedger {
        let mut writer = LedgerWriter::new(Vec::new(), SEED);
        for &(hash, held, pending) in entries {
            let identity = u64::try_from(hash).unwrap() + 100;
            let hash = AddressHash(hash);
            writer.write(&Entry { hash, address: b"a", identity, held, pending, contact_id: None }).unwrap();
        }
        let bytes = writer.finish().unwrap();
        KnownLedger::read(LedgerReader::new(bytes.as_slice()).unwrap()).unwrap()
    }

    #[test]
    fn it_knows_what_the_ledger_says() {
        let pending = Some(Pending { fingerprint: 7, attempts: 1, reason: PendingReason::Refused, day: 3 });
        let mut known = ledger(&[
            (10, Some(5), None),
            (20, None, pending),
            (30, Some(6), pending),
            (40, Some(0), None),
            (50, Some(8), None),
        ]);
        assert_eq!((known.seed(), known.held()), (SEED, 4));
        assert_eq!(known.known(AddressHash(10)), Some(Known { held: Some(5), pending: None }));
        assert_eq!(known.known(AddressHash(20)), Some(Known { held: None, pending }));
        assert_eq!(known.known(AddressHash(30)), Some(Known { held: Some(6), pending }));
        assert_eq!(known.known(AddressHash(40)), Some(Known { held: Some(0), pending: None }));
        assert_eq!(known.known(AddressHash(60)), None);
        // Each address is given away once, whatever the values of the row that comes first.
        assert_eq!(known.claim(10, 5), Standing::Held);
        assert_eq!(known.claim(10, 5), Standing::Claimed);
        assert_eq!(known.claim(10, 6), Standing::Claimed);
        assert_eq!(known.claim(30, 6), Standing::Other);
        assert_eq!(known.claim(30, 6), Standing::Claimed);
        assert_eq!(known.claim(40, 4), Standing::Other);
        assert_eq!(known.claim(40, 0), Standing::Claimed);
        assert_eq!(known.claim(60, 0), Standing::Unknown);
        assert_eq!(known.left().collect::<Vec<_>>(), [150]);
    }
}
