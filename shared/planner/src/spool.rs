//! Members on their way from the order of the files into the order of the ledger.
//!
//! They are spread over partitions by the first bits of their address hash; each partition is sorted alone. Up to a
//! limit they stay in memory; what is more goes to files that nobody else can see.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use ledger::{AddressHash, HashSeed};

use crate::import_row::lower_address;
use crate::members::{push_varint, take_varint};

const PARTITION_BITS: u32 = 6;
const PARTITIONS: usize = 1 << PARTITION_BITS;

/// Memory is taken in pieces of this size.
const BLOCK: usize = 64 * 1024;

/// What all partitions may hold in memory: a million members of usual length just fit.
const IN_MEMORY: usize = 64 * 1024 * 1024;

/// One member, as it lies in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    pub(crate) part: u32,
    pub(crate) row: u32,
    /// Empty where the snapshot has no identity column and the address is the identity.
    pub(crate) identity: &'a [u8],
    /// What is sent, see [`crate::import_row`].
    pub(crate) content: &'a [u8],
}

/// Collects members.
pub(crate) struct Spool {
    partitions: Vec<Partition>,
    directory: Option<PathBuf>,
    blocks: usize,
    blocks_in_memory: usize,
}

#[derive(Default)]
struct Partition {
    blocks: Vec<Vec<u8>>,
    file: Option<File>,
}

impl Spool {
    /// A spool whose files lie in `directory`, or where the system puts temporary files.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        Self::with_memory(directory, IN_MEMORY)
    }

    fn with_memory(directory: Option<PathBuf>, bytes: usize) -> Self {
        let mut partitions = Vec::new();
        partitions.resize_with(PARTITIONS, Partition::default);
        Self { partitions, directory, blocks: 0, blocks_in_memory: bytes / BLOCK }
    }

    /// Adds a member whose address has `hash`.
    pub(crate) fn push(&mut self, hash: AddressHash, member: &Member<'_>) -> io::Result<()> {
        let number = usize::try_from(hash.0 >> (u128::BITS - PARTITION_BITS)).unwrap_or(0);
        let Some(partition) = self.partitions.get_mut(number) else {
            return Err(io::Error::other("a partition is missing"));
        };
        let needed = member.identity.len() + member.content.len() + 4 * 10;
        let fits = partition.blocks.last().is_some_and(|block| block.capacity() - block.len() >= needed);
        if !fits {
            if self.blocks >= self.blocks_in_memory {
                self.blocks -= partition.blocks.len();
                partition.write_out(self.directory.as_ref())?;
            }
            partition.blocks.push(Vec::with_capacity(BLOCK.max(needed)));
            self.blocks += 1;
        }
        if let Some(block) = partition.blocks.last_mut() {
            member.encode(block);
        }
        Ok(())
    }

    /// The partitions in the order of their hashes; each gives up its memory and its file when dropped.
    pub(crate) fn into_partitions(self) -> impl Iterator<Item = StoredPartition> {
        self.partitions.into_iter().map(StoredPartition)
    }
}

impl Partition {
    fn write_out(&mut self, directory: Option<&PathBuf>) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(match directory {
                Some(directory) => tempfile::tempfile_in(directory)?,
                None => tempfile::tempfile()?,
            }),
        };
        for block in self.blocks.drain(..) {
            file.write_all(&block)?;
        }
        Ok(())
    }
}

/// A complete partition.
pub(crate) struct StoredPartition(Partition);

impl StoredPartition {
    /// Reads the partition into `loaded`, sorted by hash.
    pub(crate) fn load(mut self, loaded: &mut LoadedPartition, seed: HashSeed) -> io::Result<()> {
        loaded.bytes.clear();
        if let Some(file) = &mut self.0.file {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(&mut loaded.bytes)?;
        }
        for block in self.0.blocks.drain(..) {
            loaded.bytes.extend_from_slice(&block);
        }
        loaded.index(seed)
    }
}

/// The members of one partition in memory; the buffers are reused for the next one.
#[derive(Default)]
pub(crate) struct LoadedPartition {
    bytes: Vec<u8>,
    order: Vec<Place>,
    /// Where the next member of a group goes, counted down from the group's end.
    ends: Vec<usize>,
    sorted: Vec<Place>,
    address: Vec<u8>,
}

/// The hash of a member's address, and where the member lies.
#[derive(Clone, Copy)]
struct Place {
    hash: AddressHash,
    offset: usize,
}

impl LoadedPartition {
    fn index(&mut self, seed: HashSeed) -> io::Result<()> {
        self.order.clear();
        let mut offset = 0;
        while let Some(rest) = self.bytes.get(offset..).filter(|rest| !rest.is_empty()) {
            let Some((member, length)) = Member::decode(rest) else {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the spool was changed by somebody else",
                ));
            };
            lower_address(member.content, &mut self.address);
            self.order.push(Place { hash: AddressHash::of(&self.address, seed), offset });
            offset += length;
        }
        self.sort();
        Ok(())
    }

    /// Sorts by the bits of the hashes behind those that all have in common: as they are spread evenly, almost every
    /// member is then alone with its bits.
    fn sort(&mut self) {
        let bits = self.order.len().max(1).ilog2() + 1;
        let group = |place: &Place| {
            let group = (place.hash.0 << PARTITION_BITS) >> (u128::BITS - bits);
            usize::try_from(group).unwrap_or(usize::MAX)
        };
        self.ends.clear();
        self.ends.resize(1 << bits, 0);
        for place in &self.order {
            if let Some(count) = self.ends.get_mut(group(place)) {
                *count += 1;
            }
        }
        let mut end = 0;
        for count in &mut self.ends {
            end += *count;
            *count = end;
        }
        self.sorted.clear();
        self.sorted.resize(self.order.len(), Place { hash: AddressHash(0), offset: 0 });
        for place in &self.order {
            if let Some(end) = self.ends.get_mut(group(place)) {
                *end -= 1;
                if let Some(target) = self.sorted.get_mut(*end) {
                    *target = *place;
                }
            }
        }
        for group in self.sorted.chunk_by_mut(|one, other| group(one) == group(other)) {
            group.sort_unstable_by_key(|place| place.hash);
        }
        std::mem::swap(&mut self.order, &mut self.sorted);
    }

    /// The members in the order of their hashes.
    pub(crate) fn members(&self) -> impl Iterator<Item = (AddressHash, Member<'_>)> {
        self.order.iter().filter_map(|place| {
            let (member, _) = Member::decode(self.bytes.get(place.offset..)?)?;
            Some((place.hash, member))
        })
    }
}

impl<'a> Member<'a> {
    fn encode(&self, out: &mut Vec<u8>) {
        push_varint(out, u64::from(self.part));
        push_varint(out, u64::from(self.row));
        push_varint(out, self.identity.len() as u64);
        push_varint(out, self.content.len() as u64);
        out.extend_from_slice(self.identity);
        out.extend_from_slice(self.content);
    }

    fn decode(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut rest = bytes;
        let part = u32::try_from(take_varint(&mut rest)?).ok()?;
        let row = u32::try_from(take_varint(&mut rest)?).ok()?;
        let identity_length = usize::try_from(take_varint(&mut rest)?).ok()?;
        let content_length = usize::try_from(take_varint(&mut rest)?).ok()?;
        let (identity, rest) = rest.split_at_checked(identity_length)?;
        let (content, rest) = rest.split_at_checked(content_length)?;
        Some((Self { part, row, identity, content }, bytes.len() - rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn come_back(memory: usize) {
        let seed = HashSeed(5);
        let mut spool = Spool::with_memory(None, memory);
        let mut expected = Vec::new();
        for number in 0..20_000_u32 {
            let address = format!("P{number}@example.com");
            let hash = AddressHash::of(address.to_lowercase().as_bytes(), seed);
            let identity = format!("id-{number}");
            let mut content = vec![u8::try_from(address.len()).unwrap()];
            content.extend_from_slice(address.as_bytes());
            let member =
                Member { part: number % 3, row: number, identity: identity.as_bytes(), content: &content };
            spool.push(hash, &member).unwrap();
            expected.push((hash, number, identity, content));
        }
        expected.sort_by_key(|(hash, ..)| *hash);
        let mut loaded = LoadedPartition::default();
        let mut expected = expected.into_iter();
        for partition in spool.into_partitions() {
            partition.load(&mut loaded, seed).unwrap();
            for (found, member) in loaded.members() {
                let (hash, number, identity, content) = expected.next().unwrap();
                assert_eq!((found, member.row, member.part), (hash, number, number % 3));
                assert_eq!((member.identity, member.content), (identity.as_bytes(), content.as_slice()));
            }
        }
        assert!(expected.next().is_none());
    }

    #[test]
    fn members_come_back_whole_and_in_the_order_of_their_hashes() {
        come_back(IN_MEMORY);
    }

    #[test]
    fn they_do_so_too_when_the_memory_does_not_suffice() {
        come_back(0);
        come_back(10 * BLOCK);
    }
}
