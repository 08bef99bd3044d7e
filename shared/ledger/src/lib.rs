#![doc = include_str!("../README.md")]

mod entry;
mod hash;
mod reader;
mod writer;

pub use entry::{Entry, Pending, PendingReason};
pub use hash::{AddressHash, HashSeed, fingerprint, identity_hash};
pub use reader::{LedgerError, LedgerReader};
pub use writer::LedgerWriter;

/// The version of the format that this release writes, and the newest that it reads.
pub const FORMAT_VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"SXLEDGER";
const END_MAGIC: &[u8; 8] = b"SXLEDEND";
const HEADER_LENGTH: usize = 24;
const TRAILER_LENGTH: usize = 24;
