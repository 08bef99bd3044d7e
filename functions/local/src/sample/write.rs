//! Writes one generation of the sample as snapshots, in one pass over all rows.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::people::{Fate, Kind, People};
use super::state::SampleState;

const HEADER: &[u8] = b"CustomerId,EMail,FirstName,LastName\n";
const BUFFER: usize = 256 * 1024;
const PARTS: u64 = 4;

/// The segments, in the order in which they are exported: the first comes as a folder of parts, the others as files.
pub(super) const SEGMENTS: [&str; 3] = ["newsletter-readers", "loyalty-members", "web-shop-customers"];

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// Addresses of people who joined with this generation and have opted out at Constant Contact beforehand.
    pub(super) opted_out: Vec<String>,
}

/// Writes the newest generation of `state` into the segments' folders below `directory`. Each snapshot appears whole.
/// Snapshots older than the one before are removed.
pub(super) fn write_generation(directory: &Path, state: &SampleState) -> io::Result<Written> {
    let people = People::new(state.seed);
    let generation = state.changes.len();
    let mut outputs = Vec::with_capacity(SEGMENTS.len());
    for (index, segment) in SEGMENTS.iter().enumerate() {
        outputs.push(Output::create(&directory.join(segment), generation, index == 0)?);
    }
    let mut written = Written::default();
    let mut line = Vec::with_capacity(256);
    let total = state.rows_ever();
    for (joined, rows) in state.cohorts() {
        for row in rows {
            let Fate::Here(version) = people.fate(row, joined, &state.changes) else { continue };
            let kind = people.kind(row);
            // A repetition has the values that its person has now.
            let version = match kind {
                Kind::Repeated(target) | Kind::SharesAddress(target) => {
                    match people.fate(target, state.joined(target), &state.changes) {
                        Fate::Here(version) => version,
                        Fate::Left => 0,
                    }
                }
                _ => version,
            };
            if kind == Kind::OptedOut && joined == generation {
                written.opted_out.push(people.address(row));
            }
            line.clear();
            people.write_row(row, kind, version, &mut line);
            if let Some(output) = outputs.get_mut(people.segment(row)) {
                output.write(&line, row * PARTS / total.max(1))?;
            }
            written.rows += 1;
        }
    }
    for output in outputs {
        written.bytes += output.finish()?;
    }
    if let Some(old) = generation.checked_sub(2) {
        for segment in SEGMENTS {
            remove_old(&directory.join(segment), old);
        }
    }
    Ok(written)
}

fn snapshot_name(generation: usize) -> String {
    format!("snapshot-{:04}", generation + 1)
}

/// One segment's snapshot while it is written.
struct Output {
    file: BufWriter<File>,
    bytes: u64,
    target: Target,
}

enum Target {
    /// Written under a hidden name and renamed at the end.
    Single { temporary: PathBuf, whole: PathBuf },
    /// A folder, complete with its marker.
    Parts { folder: PathBuf, part: u64 },
}

impl Output {
    fn create(segment: &Path, generation: usize, in_parts: bool) -> io::Result<Self> {
        fs::create_dir_all(segment)?;
        let name = snapshot_name(generation);
        let (target, first) = if in_parts {
            let folder = segment.join(name);
            fs::create_dir_all(&folder)?;
            // Left by a process that was killed: no part may be taken for complete meanwhile.
            remove_if_there(&folder.join("_SUCCESS"))?;
            let first = part_path(&folder, 0);
            (Target::Parts { folder, part: 0 }, first)
        } else {
            let temporary = segment.join(format!(".{name}.csv.new"));
            let whole = segment.join(format!("{name}.csv"));
            (Target::Single { temporary: temporary.clone(), whole }, temporary)
        };
        let mut output = Self { file: open(&first)?, bytes: 0, target };
        output.put(HEADER)?;
        Ok(output)
    }

    fn put(&mut self, line: &[u8]) -> io::Result<()> {
        self.bytes += line.len() as u64;
        self.file.write_all(line)
    }

    fn write(&mut self, line: &[u8], wanted_part: u64) -> io::Result<()> {
        if let Target::Parts { folder, part } = &mut self.target
            && *part < wanted_part
        {
            *part = wanted_part;
            let next = part_path(folder, wanted_part);
            self.file.flush()?;
            self.file = open(&next)?;
            self.put(HEADER)?;
        }
        self.put(line)
    }

    fn finish(mut self) -> io::Result<u64> {
        self.file.flush()?;
        match self.target {
            Target::Single { temporary, whole } => fs::rename(temporary, whole)?,
            Target::Parts { folder, .. } => drop(File::create(folder.join("_SUCCESS"))?),
        }
        Ok(self.bytes)
    }
}

fn part_path(folder: &Path, part: u64) -> PathBuf {
    folder.join(format!("part-{part:05}.csv"))
}

fn open(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(BUFFER, File::create(path)?))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Best effort: an old snapshot that stays is only in the way.
fn remove_old(segment: &Path, generation: usize) {
    let name = snapshot_name(generation);
    let _ = fs::remove_file(segment.join(format!("{name}.csv")));
    // The marker first, so that half a folder is never taken for a snapshot.
    let _ = fs::remove_file(segment.join(&name).join("_SUCCESS"));
    let _ = fs::remove_dir_all(segment.join(&name));
}
