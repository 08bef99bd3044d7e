//! Chunks: finished request bodies within both limits of the service.

use crate::members::{ChunkMember, ChunkMembers, DamagedMembers};
use crate::opt_outs::OptOuts;
use ledger::HashSeed;

/// The most rows of one import. The guide says 40,000; one less, because the service counts a header line.
pub const MAX_ROWS: u32 = 39_999;

/// The most bytes of one import's body. The service silently drops what lies beyond 4 MB, and whether that is
/// 4,000,000 or 4,194,304 is not documented.
pub const MAX_BYTES: usize = 3_900_000;

const BEFORE_ROWS: &[u8] = b"{\"import_data\":[";

/// The limits of one chunk. The defaults are those of the service; tests use smaller ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Rows.
    pub rows: u32,
    /// Bytes of the whole body.
    pub bytes: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self { rows: MAX_ROWS, bytes: MAX_BYTES }
    }
}

/// A chunk, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedChunk {
    /// From 1, in the order of the ledger.
    pub number: u32,
    /// Rows in it.
    pub rows: u32,
    /// How many of them the export did not hold before.
    pub additions: u32,
    /// The request's body.
    pub body: Vec<u8>,
    /// The members file: read it with [`crate::ChunkMembers`].
    pub members: Vec<u8>,
}

/// How much of a chunk's room for rows one row takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share(u32);

impl Share {
    /// As most rows do.
    pub(crate) const ONE: Self = Self(1);

    /// A row of which so many runs could not tell whether the service refused it: chunks with such rows become an eighth
    /// as large with each run (5,000 rows, 625, 78), and in the end each such row is alone, because all rows of a chunk
    /// without a refusal are beyond doubt. So a refusal that the service does not name costs its neighbours other tries,
    /// and not their place among the accepted.
    pub(crate) const fn in_doubt(runs: u8) -> Self {
        Self(match runs {
            0 => 1,
            1 => 8,
            2 => 64,
            3 => 512,
            _ => u32::MAX,
        })
    }
}

/// So many chunks of one plan may be closed before they are full for the sake of rows in doubt: a day has only 10,000
/// requests. Later ones take such rows as any other, and their turn comes in the next runs.
const SMALL_CHUNKS: u32 = 200;

/// Fills one chunk after the other.
#[derive(Debug)]
pub(crate) struct ChunkBuilder {
    limits: ChunkLimits,
    after_rows: Vec<u8>,
    number: u32,
    rows: u32,
    /// The shares of those rows together.
    taken: u32,
    /// How many more chunks may be closed before they are full.
    small_chunks: u32,
    additions: u32,
    body: Vec<u8>,
    members: Vec<u8>,
}

fn after_rows(list: &str) -> Vec<u8> {
    // A list id holds only characters that need no escape.
    format!("],\"list_ids\":[\"{list}\"]}}").into_bytes()
}

impl ChunkBuilder {
    pub(crate) fn new(limits: ChunkLimits, list: &str) -> Self {
        Self {
            limits,
            after_rows: after_rows(list),
            number: 0,
            rows: 0,
            taken: 0,
            small_chunks: SMALL_CHUNKS,
            additions: 0,
            body: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Whether chunks may still be closed for the sake of rows in doubt.
    pub(crate) const fn heeds_doubt(&self) -> bool {
        self.small_chunks > 0
    }

    /// Adds a row that takes `share` of the room; answers the chunk before it if the row did not fit any more.
    pub(crate) fn push(
        &mut self,
        import_row: &[u8],
        member: &ChunkMember<'_>,
        share: Share,
    ) -> Option<FinishedChunk> {
        let length = self.body.len() + 1 + import_row.len() + self.after_rows.len();
        let full = self.rows >= self.limits.rows || (self.rows > 0 && length > self.limits.bytes);
        let Share(share) = if self.heeds_doubt() { share } else { Share::ONE };
        let crowded = self.rows > 0 && self.taken.saturating_add(share) > self.limits.rows;
        if crowded && !full {
            self.small_chunks = self.small_chunks.saturating_sub(1);
        }
        let finished = if full || crowded { self.finish() } else { None };
        if self.rows == 0 {
            self.body.extend_from_slice(BEFORE_ROWS);
        } else {
            self.body.push(b',');
        }
        self.body.extend_from_slice(import_row);
        member.encode(&mut self.members);
        self.rows += 1;
        self.taken = self.taken.saturating_add(share);
        self.additions += u32::from(member.addition);
        finished
    }

    /// The last chunk, if it holds anything.
    pub(crate) fn finish(&mut self) -> Option<FinishedChunk> {
        if self.rows == 0 {
            return None;
        }
        self.number += 1;
        self.body.extend_from_slice(&self.after_rows);
        let room = (self.body.capacity(), self.members.capacity());
        let finished = FinishedChunk {
            number: self.number,
            rows: self.rows,
            additions: self.additions,
            body: std::mem::replace(&mut self.body, Vec::with_capacity(room.0)),
            members: std::mem::replace(&mut self.members, Vec::with_capacity(room.1)),
        };
        self.rows = 0;
        self.taken = 0;
        self.additions = 0;
        Some(finished)
    }
}

/// What is left of a chunk after people who opted out since it was planned were taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewrittenChunk {
    /// The chunk without them; `None` when nobody is left.
    pub chunk: Option<FinishedChunk>,
    /// The members file of those who were taken out.
    pub taken_out: Vec<u8>,
    /// How many those are.
    pub taken_out_rows: u32,
}

/// Takes people who opted out of a chunk that has not been sent. Answers `None` when nobody in it did.
///
/// # Errors
/// [`DamagedMembers`] when body and members do not belong together.
pub fn without_opt_outs(
    number: u32,
    body: &[u8],
    members: &[u8],
    list: &str,
    opt_outs: &OptOuts,
    seed: HashSeed,
) -> Result<Option<RewrittenChunk>, DamagedMembers> {
    let mut affected = false;
    for member in ChunkMembers::new(members) {
        affected |= opt_outs.contains(member?.hash(seed));
    }
    if !affected {
        return Ok(None);
    }
    let mut builder = ChunkBuilder::new(ChunkLimits { rows: u32::MAX, bytes: usize::MAX }, list);
    builder.number = number.saturating_sub(1);
    let mut taken_out = Vec::new();
    let mut taken_out_rows = 0;
    let mut start = BEFORE_ROWS.len();
    for member in ChunkMembers::new(members) {
        let member = member?;
        let end = start + usize::try_from(member.length).map_err(|_| DamagedMembers)?;
        let import_row = body.get(start..end).ok_or(DamagedMembers)?;
        // One for the comma.
        start = end + 1;
        if opt_outs.contains(member.hash(seed)) {
            member.encode(&mut taken_out);
            taken_out_rows += 1;
        } else {
            builder.push(import_row, &member, Share::ONE);
        }
    }
    Ok(Some(RewrittenChunk { chunk: builder.finish(), taken_out, taken_out_rows }))
}

/// The import row of a chunk's member as it was sent, for the report.
pub fn import_rows<'a>(
    body: &'a [u8],
    members: &'a [u8],
) -> impl Iterator<Item = Result<(ChunkMember<'a>, &'a [u8]), DamagedMembers>> {
    let mut start = BEFORE_ROWS.len();
    ChunkMembers::new(members).map(move |member| {
        let member = member?;
        let end = start + usize::try_from(member.length).map_err(|_| DamagedMembers)?;
        let import_row = body.get(start..end).ok_or(DamagedMembers)?;
        start = end + 1;
        Ok((member, import_row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many rows each chunk has when so many rows are pushed of which so many runs could not tell.
    fn sizes(rows: u32, runs: u8) -> Vec<u32> {
        let mut builder = ChunkBuilder::new(ChunkLimits::default(), "list-1");
        let member = ChunkMember {
            addition: false,
            attempts: runs,
            fingerprint: 1,
            part: 0,
            row: 1,
            length: 2,
            identity: b"",
            address: b"ann@example.com",
        };
        let mut chunks: Vec<FinishedChunk> =
            (0..rows).filter_map(|_| builder.push(b"{}", &member, Share::in_doubt(runs))).collect();
        chunks.extend(builder.finish());
        chunks.iter().map(|chunk| chunk.rows).collect()
    }

    #[test]
    fn rows_in_doubt_stand_among_fewer_with_each_run_and_alone_in_the_end() {
        assert_eq!(sizes(40_000, 0), [39_999, 1]);
        assert_eq!(sizes(10_000, 1), [4_999, 4_999, 2]);
        assert_eq!(sizes(1_300, 2), [624, 624, 52]);
        assert_eq!(sizes(100, 3), [78, 22]);
        assert_eq!(sizes(3, 4), [1, 1, 1]);
    }

    #[test]
    fn no_more_chunks_are_cut_short_than_a_day_has_requests_for() {
        let sizes = sizes(1_000, 4);
        assert_eq!(sizes.len(), 202);
        assert_eq!(sizes.last(), Some(&799));
    }
}
