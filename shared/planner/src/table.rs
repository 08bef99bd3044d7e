//! A hash table of eight bytes an entry, for hashes that are good already.

/// The lowest bit of an entry is not part of it: it can be set as a mark.
const MARK: u64 = 1;

/// One half of a hash says where to look, the other is the tag that is kept. Two different hashes are taken for one
/// only if their tags are equal and they also lead to places next to each other: among a million keyed hashes with a
/// probability of less than 10^-12.
#[derive(Debug)]
pub(crate) struct Table {
    /// 0 where nothing is.
    slots: Vec<u64>,
    /// How many more are taken.
    room: usize,
}

/// What a search comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The tag is in this slot.
    Taken(usize),
    /// It is nowhere, and belongs into this slot.
    Vacant(usize),
}

/// A tag of any 64 bits; its lowest bit does not count.
const fn tag_of(bits: u64) -> u64 {
    let tag = bits & !MARK;
    if tag == 0 { 2 } else { tag }
}

impl Table {
    /// Room for so many entries.
    pub(crate) fn new(room: usize) -> Self {
        // Three of four slots at most are taken, so that a search is short.
        Self { slots: vec![0; room + room / 3 + 1], room }
    }

    /// How many entries fit in besides those that are there.
    pub(crate) const fn room(&self) -> usize {
        self.room
    }

    /// How large a table to put behind this one when it is full.
    pub(crate) const fn twice(&self) -> usize {
        self.slots.len() * 3 / 2
    }

    /// The slot at which the search for a hash begins.
    #[inline]
    fn home(&self, hash: u128) -> usize {
        let place = ((hash >> 64) * self.slots.len() as u128) >> 64;
        usize::try_from(place).unwrap_or(0)
    }

    /// Brings the place that a search will need closer to the processor; answers nothing of meaning.
    #[inline]
    pub(crate) fn touch(&self, hash: u128) -> u64 {
        self.slots.get(self.home(hash)).copied().unwrap_or(0)
    }

    /// Looks for `tag` where `hash` leads to.
    #[inline]
    pub(crate) fn search(&self, hash: u128, tag: u64) -> Found {
        let tag = tag_of(tag);
        let home = self.home(hash);
        let here = |slot: &u64| *slot == 0 || *slot & !MARK == tag;
        let slot = match self.slots.get(home..).and_then(|slots| slots.iter().position(here)) {
            Some(offset) => home + offset,
            None => self.slots.iter().position(here).unwrap_or(0),
        };
        if self.slots.get(slot) == Some(&0) { Found::Vacant(slot) } else { Found::Taken(slot) }
    }

    /// Puts a tag into the slot that was found vacant for it.
    #[inline]
    pub(crate) fn fill(&mut self, slot: usize, tag: u64) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = tag_of(tag);
            self.room = self.room.saturating_sub(1);
        }
    }

    /// Marks the entry in a slot; answers whether it was not marked before.
    pub(crate) fn mark(&mut self, slot: usize) -> bool {
        let Some(slot) = self.slots.get_mut(slot) else { return false };
        let first = *slot & MARK == 0;
        *slot |= MARK;
        first
    }

    /// Whether the entry in a slot is marked.
    pub(crate) fn is_marked(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| slot & MARK != 0)
    }
}

#[cfg(test)]
mod tests {
    use ledger::{AddressHash, HashSeed};

    use super::*;

    #[test]
    fn a_full_table_finds_what_is_in_it_and_its_marks() {
        let mut table = Table::new(1000);
        let hash = |number: u32| AddressHash::of(&number.to_le_bytes(), HashSeed(1)).0;
        let tag = |number: u32| u64::from(number) << 1;
        for number in 0..1000 {
            let Found::Vacant(slot) = table.search(hash(number), tag(number)) else {
                panic!("{number} is there")
            };
            table.fill(slot, tag(number));
        }
        assert_eq!(table.room(), 0);
        for number in 0..2000 {
            match table.search(hash(number), tag(number)) {
                Found::Taken(slot) => {
                    assert!(number < 1000 && !table.is_marked(slot));
                    assert!(table.mark(slot) && !table.mark(slot) && table.is_marked(slot));
                    assert_eq!(table.search(hash(number), tag(number)), Found::Taken(slot));
                }
                Found::Vacant(_) => assert!(number >= 1000),
            }
        }
    }

    #[test]
    fn extreme_hashes_have_a_place() {
        let mut table = Table::new(8);
        for hash in [0, u128::MAX, u128::from(u64::MAX), u128::MAX << 64] {
            let Found::Vacant(slot) = table.search(hash, 5) else { continue };
            table.fill(slot, 5);
            assert_eq!(table.search(hash, 4), Found::Taken(slot));
        }
    }
}
