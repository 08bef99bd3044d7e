//! Reading snapshots that tests write down as bytes.

use std::convert::Infallible;
use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use snapshots::{
    Columns, HeaderRefused, PinnedPart, ReadError, Row, RowHandler, SnapshotSettings, SnapshotTotals,
    read_snapshot,
};
use store::Tag;

/// Everything that a reader gave out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Collected {
    pub(crate) wanted: Vec<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<CollectedRow>,
    pub(crate) parts: Vec<(usize, u64)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CollectedRow {
    pub(crate) part: usize,
    pub(crate) number: u64,
    pub(crate) matches: bool,
    pub(crate) fields: Vec<Vec<u8>>,
    pub(crate) csv: Vec<u8>,
}

impl RowHandler for Collected {
    type Error = Infallible;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<Infallible>> {
        for wanted in &self.wanted {
            columns.find(wanted)?;
        }
        assert!(self.columns.is_empty(), "the header comes once");
        self.columns = columns.names().to_vec();
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Infallible> {
        let mut csv = Vec::new();
        row.write_csv(&mut csv);
        let count = if row.field_count_matches() { self.columns.len() } else { row.field_count() };
        let fields = (0..count).map(|column| row.field(column).to_vec()).collect();
        let matches = row.field_count_matches();
        self.rows.push(CollectedRow { part: row.part(), number: row.number(), matches, fields, csv });
        Ok(())
    }

    fn part_done(&mut self, part: usize, rows: u64) -> Result<(), Infallible> {
        self.parts.push((part, rows));
        Ok(())
    }
}

impl Collected {
    pub(crate) fn wanting(columns: &[&str]) -> Self {
        Self { wanted: columns.iter().map(|name| (*name).to_owned()).collect(), ..Self::default() }
    }

    /// The rows as texts.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        let text = |field: &Vec<u8>| String::from_utf8_lossy(field).into_owned();
        self.rows.iter().map(|row| row.fields.iter().map(text).collect()).collect()
    }
}

/// Gives out at most `step` bytes at once.
pub(crate) struct Dribble<R> {
    pub(crate) source: R,
    pub(crate) step: usize,
}

impl<R: Read> Read for Dribble<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.step);
        self.source.read(&mut buffer[..length])
    }
}

pub(crate) fn part(key: &str, size: usize) -> PinnedPart {
    PinnedPart { key: key.to_owned(), tag: Tag::new("\"1\""), size: size as u64 }
}

/// Reads files, given as (name, content), in steps of at most `step` bytes.
pub(crate) fn read_stepwise(
    files: &[(&str, Vec<u8>)],
    step: usize,
    settings: &SnapshotSettings,
    collected: &mut Collected,
) -> Result<SnapshotTotals, ReadError<Infallible>> {
    let parts = files.iter().map(|(name, content)| {
        let source: Box<dyn Read + Send> =
            Box::new(Dribble { source: io::Cursor::new(content.clone()), step });
        (part(name, content.len()), source)
    });
    read_snapshot(parts.collect::<Vec<_>>(), settings, collected)
}

/// Reads files as they are, with the default settings.
pub(crate) fn read(files: &[(&str, &[u8])]) -> Result<(Collected, SnapshotTotals), ReadError<Infallible>> {
    let files: Vec<_> = files.iter().map(|(name, content)| (*name, content.to_vec())).collect();
    let mut collected = Collected::default();
    let totals = read_stepwise(&files, usize::MAX, &SnapshotSettings::default(), &mut collected)?;
    Ok((collected, totals))
}

/// One gzip member.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
