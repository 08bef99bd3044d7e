//! Reads a ledger as a stream and checks that it is whole.

use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

use crate::entry::{Decoded, Entry, decode};
use crate::{AddressHash, END_MAGIC, FORMAT_VERSION, HEADER_LENGTH, HashSeed, MAGIC, TRAILER_LENGTH};

/// How much is read at once; also far more than the longest entry.
const BUFFER: usize = 256 * 1024;

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Its bytes could not be read.
    #[error("the ledger could not be read")]
    Read(#[source] io::Error),
    /// Written by a newer release; it is left as it is.
    #[error(
        "the ledger has format {found}, this release knows up to {FORMAT_VERSION}; update before running this export"
    )]
    Newer {
        /// The format found.
        found: u16,
    },
    /// Cut, damaged, or no ledger at all.
    #[error("the ledger is damaged ({0}); the next run sends everybody again and removes nobody")]
    Damaged(&'static str),
}

/// Hands out the entries of a ledger one after the other, without copying them.
pub struct LedgerReader<R: Read> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    input_ended: bool,
    checksum: Xxh3,
    seed: HashSeed,
    entries: u64,
    last: Option<AddressHash>,
    finished: bool,
}

impl<R: Read> LedgerReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`LedgerError`] when the input is no ledger that this release can read.
    pub fn new(input: R) -> Result<Self, LedgerError> {
        let mut reader = Self {
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            input_ended: false,
            checksum: Xxh3::new(),
            seed: HashSeed(0),
            entries: 0,
            last: None,
            finished: false,
        };
        while reader.available().len() < HEADER_LENGTH && !reader.input_ended {
            reader.fill()?;
        }
        let header: [u8; HEADER_LENGTH] = match reader.available().first_chunk() {
            Some(header) => *header,
            None => return Err(LedgerError::Damaged("it ends before its header does")),
        };
        let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, _, _, _, _, _, _, s0, s1, s2, s3, s4, s5, s6, s7] =
            header;
        if [m0, m1, m2, m3, m4, m5, m6, m7] != *MAGIC {
            return Err(LedgerError::Damaged("it does not start like a ledger"));
        }
        let found = u16::from_le_bytes([v0, v1]);
        if found > FORMAT_VERSION {
            return Err(LedgerError::Newer { found });
        }
        reader.seed = HashSeed(u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]));
        reader.consume(HEADER_LENGTH);
        Ok(reader)
    }

    /// The key of the ledger's hashes.
    #[must_use]
    pub const fn seed(&self) -> HashSeed {
        self.seed
    }

    /// The next entry; `None` after the last one, once count and checksum have been found right.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing that was handed out before may then be relied on to be complete.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, LedgerError> {
        if self.finished {
            return Ok(None);
        }
        // Decoded twice, first for the length: the borrow checker does not let a loop that refills the buffer
        // hand out a borrow of it.
        let length = loop {
            let available = self.available();
            if available.starts_with(END_MAGIC) && self.at_trailer()? {
                self.finished = true;
                return Ok(None);
            }
            match decode(self.available()) {
                Decoded::Entry(entry, length) => {
                    if self.last.is_some_and(|last| last >= entry.hash) {
                        return Err(LedgerError::Damaged("its entries are out of order"));
                    }
                    self.last = Some(entry.hash);
                    break length;
                }
                Decoded::Invalid => return Err(LedgerError::Damaged("an entry makes no sense")),
                Decoded::Incomplete if self.input_ended => {
                    return Err(LedgerError::Damaged("it ends in the middle of an entry"));
                }
                Decoded::Incomplete => self.fill()?,
            }
        };
        let start = self.start;
        self.entries += 1;
        self.consume(length);
        match self.buffer.get(start..).map(decode) {
            Some(Decoded::Entry(entry, _)) => Ok(Some(entry)),
            _ => Err(LedgerError::Damaged("an entry makes no sense")),
        }
    }

    /// Whether exactly the trailer is left. An entry whose hash happens to start like it is told apart by what
    /// follows.
    fn at_trailer(&mut self) -> Result<bool, LedgerError> {
        while self.available().len() <= TRAILER_LENGTH && !self.input_ended {
            self.fill()?;
        }
        let available = self.available();
        if available.len() != TRAILER_LENGTH {
            return Ok(false);
        }
        let Some([_, _, _, _, _, _, _, _, c0, c1, c2, c3, c4, c5, c6, c7, k0, k1, k2, k3, k4, k5, k6, k7]) =
            available.first_chunk::<TRAILER_LENGTH>().copied()
        else {
            return Ok(false);
        };
        if u64::from_le_bytes([c0, c1, c2, c3, c4, c5, c6, c7]) != self.entries {
            return Err(LedgerError::Damaged("entries are missing"));
        }
        if u64::from_le_bytes([k0, k1, k2, k3, k4, k5, k6, k7]) != self.checksum.digest() {
            return Err(LedgerError::Damaged("its checksum is wrong"));
        }
        Ok(true)
    }

    fn available(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        let taken = self.buffer.get(self.start..self.start + length).unwrap_or_default();
        self.checksum.update(taken);
        self.start += length;
    }

    /// Moves what is left to the front and reads more.
    fn fill(&mut self) -> Result<(), LedgerError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = loop {
            match self.input.read(free) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(LedgerError::Read)?,
            }
        };
        self.end += read;
        self.input_ended = read == 0;
        Ok(())
    }
}
