//! Writes a ledger as a stream.

use std::io::{self, Write};

use xxhash_rust::xxh3::Xxh3;

use crate::entry::Entry;
use crate::{AddressHash, END_MAGIC, FORMAT_VERSION, HashSeed, MAGIC};

/// How many bytes are gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// Writes entries in the order of their hashes.
pub struct LedgerWriter<W: Write> {
    output: W,
    buffer: Vec<u8>,
    checksum: Xxh3,
    last: Option<AddressHash>,
    entries: u64,
    held: u64,
}

impl<W: Write> LedgerWriter<W> {
    /// Starts a ledger whose hashes are keyed by `seed`.
    pub fn new(output: W, seed: HashSeed) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER + 512);
        buffer.extend_from_slice(MAGIC);
        buffer.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        buffer.extend_from_slice(&[0; 6]);
        buffer.extend_from_slice(&seed.0.to_le_bytes());
        Self { output, buffer, checksum: Xxh3::new(), last: None, entries: 0, held: 0 }
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// What the output says; `InvalidInput` when the entry does not come after the last one, because a ledger
    /// out of order would hide people from every later run.
    pub fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if self.last.is_some_and(|last| last >= entry.hash) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "ledger entries out of order"));
        }
        self.last = Some(entry.hash);
        self.entries += 1;
        self.held += u64::from(entry.held.is_some());
        entry.encode(&mut self.buffer);
        if self.buffer.len() >= BUFFER {
            self.flush_buffer()?;
        }
        Ok(())
    }

    /// How many people are held by the entries written so far.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Writes count and checksum, and hands the output back.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush_buffer()?;
        let mut trailer = Vec::with_capacity(24);
        trailer.extend_from_slice(END_MAGIC);
        trailer.extend_from_slice(&self.entries.to_le_bytes());
        trailer.extend_from_slice(&self.checksum.digest().to_le_bytes());
        self.output.write_all(&trailer)?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        self.checksum.update(&self.buffer);
        self.output.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
