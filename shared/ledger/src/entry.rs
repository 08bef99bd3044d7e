//! One entry of a ledger and its bytes.

use crate::AddressHash;

/// Why a later attempt is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingReason {
    /// The service refused the row.
    Refused,
    /// The service counted the person as one who cannot be added: an opt-out. Not tried again until a full read
    /// of the opt-outs, newer than the refusal, no longer has the address.
    CannotAdd,
    /// Sent, and it is not known whether the row was accepted.
    Unconfirmed,
}

/// An attempt that did not certainly succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Fingerprint of the values that were sent.
    pub fingerprint: u64,
    /// How many runs have tried these values.
    pub attempts: u8,
    /// Why it is pending.
    pub reason: PendingReason,
    /// The day of the last attempt, in days since 1970-01-01 (UTC).
    pub day: u32,
}

/// What the ledger says of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Hash of `address`.
    pub hash: AddressHash,
    /// The address, lower-cased.
    pub address: &'a [u8],
    /// Hash of the `CustomerId` that it belonged to when last sent.
    pub identity: u64,
    /// Fingerprint of the values that the service accepted; `None` when this export never put the person on
    /// the list.
    pub held: Option<u64>,
    /// An attempt that did not certainly succeed.
    pub pending: Option<Pending>,
    /// The service's id of the contact, once learned.
    pub contact_id: Option<[u8; 16]>,
}

const HELD: u8 = 1;
const PENDING: u8 = 2;
const CONTACT_ID: u8 = 4;

/// The greatest length of an address in an entry.
pub(crate) const MAX_ADDRESS: usize = 255;

impl Entry<'_> {
    /// Appends the entry's bytes.
    #[inline]
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let address = self.address.get(..MAX_ADDRESS).unwrap_or(self.address);
        let mut flags = 0;
        if self.held.is_some() {
            flags |= HELD;
        }
        if self.pending.is_some() {
            flags |= PENDING;
        }
        if self.contact_id.is_some() {
            flags |= CONTACT_ID;
        }
        out.extend_from_slice(&self.hash.0.to_be_bytes());
        out.push(flags);
        out.push(u8::try_from(address.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.identity.to_le_bytes());
        if let Some(held) = self.held {
            out.extend_from_slice(&held.to_le_bytes());
        }
        if let Some(pending) = self.pending {
            out.extend_from_slice(&pending.fingerprint.to_le_bytes());
            out.push(pending.attempts);
            out.push(match pending.reason {
                PendingReason::Refused => 0,
                PendingReason::CannotAdd => 1,
                PendingReason::Unconfirmed => 2,
            });
            out.extend_from_slice(&pending.day.to_le_bytes());
        }
        if let Some(contact_id) = self.contact_id {
            out.extend_from_slice(&contact_id);
        }
        out.extend_from_slice(address);
    }
}

/// What the start of a buffer holds.
pub(crate) enum Decoded<'a> {
    /// An entry and its length in bytes.
    Entry(Entry<'a>, usize),
    /// The buffer ends before the entry does.
    Incomplete,
    /// No entry that this release can have written.
    Invalid,
}

/// Reads the entry at the start of `bytes`.
#[inline]
pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let mut rest = Cursor(bytes);
    match decode_fields(&mut rest) {
        Some(Some(entry)) => Decoded::Entry(entry, bytes.len() - rest.0.len()),
        Some(None) => Decoded::Invalid,
        None => Decoded::Incomplete,
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (array, rest) = self.0.split_first_chunk::<LENGTH>()?;
        self.0 = rest;
        Some(*array)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }
}

/// `None`: the bytes end too early; `Some(None)`: they are not an entry.
fn decode_fields<'a>(rest: &mut Cursor<'a>) -> Option<Option<Entry<'a>>> {
    let hash = AddressHash(u128::from_be_bytes(rest.array()?));
    let [flags, length] = rest.array()?;
    if flags & !(HELD | PENDING | CONTACT_ID) != 0 {
        return Some(None);
    }
    let identity = u64::from_le_bytes(rest.array()?);
    let held = if flags & HELD != 0 { Some(u64::from_le_bytes(rest.array()?)) } else { None };
    let pending = if flags & PENDING != 0 {
        let fingerprint = u64::from_le_bytes(rest.array()?);
        let [attempts, reason] = rest.array()?;
        let day = u32::from_le_bytes(rest.array()?);
        let reason = match reason {
            0 => PendingReason::Refused,
            1 => PendingReason::CannotAdd,
            2 => PendingReason::Unconfirmed,
            _ => return Some(None),
        };
        Some(Pending { fingerprint, attempts, reason, day })
    } else {
        None
    };
    let contact_id = if flags & CONTACT_ID != 0 { Some(rest.array()?) } else { None };
    let address = rest.slice(usize::from(length))?;
    Some(Some(Entry { hash, address, identity, held, pending, contact_id }))
}
