//! Valid rows that wait for the decision whether they are members.
//!
//! The tables of what has been claimed are larger than the processor's caches. Looking up one row after the other
//! would wait for memory every time; a batch first touches all the places that it will need, so that the waits
//! overlap.

use ledger::AddressHash;

/// Rows in a batch: enough to overlap the waits, few enough to stay in the first caches.
const ROWS: usize = 48;

/// What is known of a valid row besides its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowFacts {
    pub(crate) hash: AddressHash,
    pub(crate) identity_hash: u128,
    pub(crate) part: u32,
    pub(crate) row: u32,
    pub(crate) values_cut: u32,
    pub(crate) values_left_out: u32,
    pub(crate) is_long: bool,
}

/// A valid row: its facts, and where its bytes end.
#[derive(Debug)]
struct Waiting {
    facts: RowFacts,
    identity_end: usize,
    content_end: usize,
}

/// Valid rows in their order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    rows: Vec<Waiting>,
    bytes: Vec<u8>,
}

impl Batch {
    /// Adds a row; `identity` is empty where the address is the identity.
    pub(crate) fn push(&mut self, facts: RowFacts, identity: &[u8], content: &[u8]) {
        self.bytes.extend_from_slice(identity);
        let identity_end = self.bytes.len();
        self.bytes.extend_from_slice(content);
        let content_end = self.bytes.len();
        self.rows.push(Waiting { facts, identity_end, content_end });
    }

    /// Whether it is time to decide.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= ROWS
    }

    /// The rows with identity and content, in their order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&RowFacts, &[u8], &[u8])> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let identity = self.bytes.get(start..row.identity_end).unwrap_or_default();
            let content = self.bytes.get(row.identity_end..row.content_end).unwrap_or_default();
            start = row.content_end;
            (&row.facts, identity, content)
        })
    }

    /// Makes room for the next ones.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.bytes.clear();
    }
}
