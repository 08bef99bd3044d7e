//! What was written is read back; whatever was damaged is an error, never a shorter ledger.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed assertion is the point of a test")]

use std::io::Read;

use ledger::{AddressHash, Entry, HashSeed, LedgerReader, LedgerWriter, Pending, PendingReason};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Sample {
    address: Vec<u8>,
    identity: u64,
    held: Option<u64>,
    pending: Option<(u64, u8, u8, u32)>,
    contact_id: Option<[u8; 16]>,
}

fn reason(code: u8) -> PendingReason {
    match code % 3 {
        0 => PendingReason::Refused,
        1 => PendingReason::CannotAdd,
        _ => PendingReason::Unconfirmed,
    }
}

fn entries(samples: &[Sample]) -> Vec<Entry<'_>> {
    let mut entries: Vec<_> = samples
        .iter()
        .map(|sample| Entry {
            hash: AddressHash::of(&sample.address, HashSeed(7)),
            address: &sample.address,
            identity: sample.identity,
            held: sample.held,
            pending: sample.pending.map(|(fingerprint, attempts, code, day)| Pending {
                fingerprint,
                attempts,
                reason: reason(code),
                day,
            }),
            contact_id: sample.contact_id,
        })
        .collect();
    entries.sort_by_key(|entry| entry.hash);
    entries.dedup_by_key(|entry| entry.hash);
    entries
}

fn written(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut writer = LedgerWriter::new(Vec::new(), HashSeed(7));
    for entry in entries {
        writer.write(entry).unwrap();
    }
    writer.finish().unwrap()
}

/// Reads a few bytes at a time, as a socket may.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(buffer.len()).min(self.0.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    (
        proptest::collection::vec(any::<u8>(), 1..90),
        any::<u64>(),
        any::<Option<u64>>(),
        any::<Option<(u64, u8, u8, u32)>>(),
        any::<Option<[u8; 16]>>(),
    )
        .prop_map(|(address, identity, held, pending, contact_id)| Sample {
            address,
            identity,
            held,
            pending,
            contact_id,
        })
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(
        samples in proptest::collection::vec(sample(), 0..60),
        step in 1_usize..5000,
    ) {
        let entries = entries(&samples);
        let bytes = written(&entries);
        let mut reader = LedgerReader::new(Trickle(&bytes, step)).unwrap();
        prop_assert_eq!(reader.seed(), HashSeed(7));
        for expected in &entries {
            prop_assert_eq!(reader.next_entry().unwrap().unwrap(), *expected);
        }
        prop_assert!(reader.next_entry().unwrap().is_none());
    }

    #[test]
    fn a_cut_or_changed_ledger_is_an_error(
        samples in proptest::collection::vec(sample(), 0..40),
        place in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = written(&entries(&samples));
        let place = place.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            // Bytes 10 to 15 are reserved; a later release may use them.
            prop_assume!(!(8..24).contains(&place));
            bytes[place] ^= 0x55;
        }
        let result = LedgerReader::new(bytes.as_slice()).and_then(|mut reader| {
            while reader.next_entry()?.is_some() {}
            Ok(())
        });
        prop_assert!(result.is_err());
    }
}

#[test]
fn entries_out_of_order_are_refused() {
    let sample = |address: &[u8]| Sample {
        address: address.to_vec(),
        identity: 0,
        held: Some(1),
        pending: None,
        contact_id: None,
    };
    let samples = [sample(b"a@example.com"), sample(b"b@example.com")];
    let entries = entries(&samples);
    let mut writer = LedgerWriter::new(Vec::new(), HashSeed(7));
    writer.write(&entries[1]).unwrap();
    assert!(writer.write(&entries[0]).is_err());
    assert!(writer.write(&entries[1]).is_err());
}
