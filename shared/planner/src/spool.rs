//! Members on their way from the order of the files into the order of the ledger.
//!
//! They are spread over partitions by the first bits of their address hash; each partition fits in memory and is
//! sorted alone. Small snapshots never reach the disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use ledger::AddressHash;

const PARTITION_BITS: u32 = 6;
const PARTITIONS: usize = 1 << PARTITION_BITS;

/// What a partition gathers before it writes to its file.
const BUFFER: usize = 64 * 1024;

/// One member, as it lies in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    pub(crate) hash: AddressHash,
    pub(crate) part: u32,
    pub(crate) row: u32,
    /// Empty where the snapshot has no identity column and the address is the identity.
    pub(crate) identity: &'a [u8],
    /// The finished row of the import's body.
    pub(crate) import_row: &'a [u8],
    pub(crate) address_length: u8,
}

/// What stands before the address in every import row.
pub(crate) const BEFORE_ADDRESS: &[u8] = b"{\"email\":\"";

impl<'a> Member<'a> {
    /// The address as it is sent.
    pub(crate) fn address(&self) -> &'a [u8] {
        let start = BEFORE_ADDRESS.len();
        self.import_row.get(start..start + usize::from(self.address_length)).unwrap_or_default()
    }
}

/// Collects members.
pub(crate) struct Spool {
    partitions: Vec<Partition>,
    directory: Option<PathBuf>,
}

#[derive(Default)]
struct Partition {
    buffer: Vec<u8>,
    file: Option<File>,
}

impl Spool {
    /// A spool whose files lie in `directory`, or where the system puts temporary files.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        let mut partitions = Vec::new();
        partitions.resize_with(PARTITIONS, Partition::default);
        Self { partitions, directory }
    }

    /// Adds a member.
    pub(crate) fn push(&mut self, member: &Member<'_>) -> io::Result<()> {
        let number = usize::try_from(member.hash.0 >> (u128::BITS - PARTITION_BITS)).unwrap_or(0);
        let Some(partition) = self.partitions.get_mut(number) else {
            return Err(io::Error::other("a partition is missing"));
        };
        member.encode(&mut partition.buffer)?;
        if partition.buffer.len() >= BUFFER {
            partition.write_out(self.directory.as_ref())?;
        }
        Ok(())
    }

    /// The partitions in the order of their hashes; each gives up its file when dropped.
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
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// A complete partition.
pub(crate) struct StoredPartition(Partition);

impl StoredPartition {
    /// Reads the partition into `loaded`, sorted by hash.
    pub(crate) fn load(mut self, loaded: &mut LoadedPartition) -> io::Result<()> {
        loaded.bytes.clear();
        if let Some(file) = &mut self.0.file {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(&mut loaded.bytes)?;
        }
        loaded.bytes.extend_from_slice(&self.0.buffer);
        loaded.index()
    }
}

/// The members of one partition in memory; the buffers are reused for the next one.
#[derive(Default)]
pub(crate) struct LoadedPartition {
    bytes: Vec<u8>,
    order: Vec<Place>,
}

/// Sixteen bytes a member: the first half of the hash, and where the rest lies.
#[derive(Clone, Copy)]
struct Place {
    first_half: u64,
    offset: u64,
}

impl LoadedPartition {
    fn index(&mut self) -> io::Result<()> {
        self.order.clear();
        let mut offset = 0;
        while let Some(rest) = self.bytes.get(offset..).filter(|rest| !rest.is_empty()) {
            let Some((member, length)) = Member::decode(rest) else {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the spool was changed by somebody else",
                ));
            };
            let first_half = u64::try_from(member.hash.0 >> 64).unwrap_or(u64::MAX);
            self.order.push(Place { first_half, offset: u64::try_from(offset).unwrap_or(u64::MAX) });
            offset += length;
        }
        let bytes = &self.bytes;
        let whole = |place: &Place| at(bytes, place.offset).map(|member| member.hash);
        // The other half of the hash is looked at only where the first ones agree, which is almost never.
        self.order.sort_unstable_by(|one, other| {
            one.first_half.cmp(&other.first_half).then_with(|| whole(one).cmp(&whole(other)))
        });
        Ok(())
    }

    /// The members in the order of their hashes.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.order.iter().filter_map(|place| at(&self.bytes, place.offset))
    }
}

fn at(bytes: &[u8], offset: u64) -> Option<Member<'_>> {
    let rest = bytes.get(usize::try_from(offset).ok()?..)?;
    Member::decode(rest).map(|(member, _)| member)
}

fn too_long(_: std::num::TryFromIntError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "a value is longer than a row can be")
}

impl<'a> Member<'a> {
    fn encode(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let identity_length = u32::try_from(self.identity.len()).map_err(too_long)?;
        let row_length = u32::try_from(self.import_row.len()).map_err(too_long)?;
        let mut head = [0_u8; HEAD];
        let fields: [&[u8]; 6] = [
            &self.hash.0.to_le_bytes(),
            &self.part.to_le_bytes(),
            &self.row.to_le_bytes(),
            &identity_length.to_le_bytes(),
            &row_length.to_le_bytes(),
            &[self.address_length],
        ];
        let mut rest = head.as_mut_slice();
        for field in fields {
            rest.write_all(field)?;
        }
        out.extend_from_slice(&head);
        out.extend_from_slice(self.identity);
        out.extend_from_slice(self.import_row);
        Ok(())
    }

    fn decode(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let (hash, rest) = bytes.split_first_chunk::<16>()?;
        let (part, rest) = rest.split_first_chunk::<4>()?;
        let (row, rest) = rest.split_first_chunk::<4>()?;
        let (identity_length, rest) = rest.split_first_chunk::<4>()?;
        let (row_length, rest) = rest.split_first_chunk::<4>()?;
        let (address_length, rest) = rest.split_first()?;
        let identity_length = usize::try_from(u32::from_le_bytes(*identity_length)).ok()?;
        let row_length = usize::try_from(u32::from_le_bytes(*row_length)).ok()?;
        let (identity, rest) = rest.split_at_checked(identity_length)?;
        let import_row = rest.get(..row_length)?;
        let member = Self {
            hash: AddressHash(u128::from_le_bytes(*hash)),
            part: u32::from_le_bytes(*part),
            row: u32::from_le_bytes(*row),
            identity,
            import_row,
            address_length: *address_length,
        };
        Some((member, HEAD + identity_length + row_length))
    }
}

const HEAD: usize = 16 + 4 + 4 + 4 + 4 + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_whole_and_in_the_order_of_their_hashes() {
        let mut spool = Spool::new(None);
        let mut expected = Vec::new();
        for number in 0..20_000_u32 {
            // Equal first halves now and then, so that the second half must decide.
            let first_half = u128::from(number.wrapping_mul(2_654_435_761) / 3) << 96;
            let hash = AddressHash(first_half | u128::from(number));
            let identity = format!("id-{number}");
            let row = format!("{{\"email\":\"p{number}@example.com\",\"first_name\":\"Ann\"}}");
            let address_length = u8::try_from(row.find("\",").unwrap() - BEFORE_ADDRESS.len()).unwrap();
            spool
                .push(&Member {
                    hash,
                    part: number % 3,
                    row: number,
                    identity: identity.as_bytes(),
                    import_row: row.as_bytes(),
                    address_length,
                })
                .unwrap();
            expected.push((hash, number, identity, row));
        }
        expected.sort_by_key(|(hash, ..)| *hash);
        let mut loaded = LoadedPartition::default();
        let mut expected = expected.into_iter();
        for partition in spool.into_partitions() {
            partition.load(&mut loaded).unwrap();
            for member in loaded.members() {
                let (hash, number, identity, row) = expected.next().unwrap();
                assert_eq!((member.hash, member.row, member.part), (hash, number, number % 3));
                assert_eq!(member.identity, identity.as_bytes());
                assert_eq!(member.import_row, row.as_bytes());
                assert_eq!(member.address(), format!("p{number}@example.com").as_bytes());
            }
        }
        assert!(expected.next().is_none());
    }
}
