//! Reading a snapshot: one pass over its parts, row by row, on a blocking thread.

use std::io::Read;

use crate::columns::{ColumnError, Columns};
use crate::csv::records::{Record, Records};
use crate::error::{BrokenFile, ReadError};
use crate::gzip::Gunzip;
use crate::input::{Input, InputError, Source};
use crate::name::{Format, format, is_gzip};
use crate::problem::Problem;
use crate::row::Row;
use crate::{CsvLayout, PinnedPart, SnapshotSettings};

/// Receives the content of a snapshot in its fixed order: parts as given, rows as they stand.
pub trait RowHandler {
    /// What can go wrong on the handler's side; it ends the reading at once.
    type Error: std::error::Error + 'static;

    /// The header, once, before any row. Look up every column that is needed, with [`Columns::find`] and `?`.
    ///
    /// # Errors
    /// [`HeaderRefused`]: a column that cannot be told makes the file broken; anything else is the handler's own.
    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<Self::Error>>;

    /// One row, also one with another number of fields than the header has.
    ///
    /// # Errors
    /// The handler's own; reading ends.
    fn row(&mut self, row: &Row<'_>) -> Result<(), Self::Error>;

    /// All `rows` rows of the part with this index (counted from 0) were given out. Parts of 0 bytes are included.
    ///
    /// # Errors
    /// The handler's own; reading ends.
    fn part_done(&mut self, part: usize, rows: u64) -> Result<(), Self::Error> {
        let _ = (part, rows);
        Ok(())
    }
}

/// Why a handler does not accept a header.
#[derive(Debug)]
pub enum HeaderRefused<E> {
    /// A column that it needs cannot be told.
    Column(ColumnError),
    /// Its own reason.
    Handler(E),
}

impl<E> From<ColumnError> for HeaderRefused<E> {
    fn from(error: ColumnError) -> Self {
        Self::Column(error)
    }
}

/// What a snapshot held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotTotals {
    /// Rows below the headers, the unreadable ones included.
    pub rows: u64,
    /// Bytes, after decompression.
    pub bytes: u64,
    /// Rows with another number of fields than the header.
    pub unreadable: u64,
}

/// Reads the parts of one snapshot, in the order in which they are given, and hands each row to `handler`. Blocks:
/// call it on a thread that may. Memory does not depend on the size of the snapshot.
///
/// `parts` pairs each part with its stored bytes, of which exactly [`PinnedPart::size`] must come. Every file must
/// begin with a header row: for a snapshot that [`crate::newest_complete`] pinned use [`crate::read_pinned`], which knows
/// what a `model.json` says of it.
///
/// # Errors
/// [`ReadError::Broken`] for a file that must be uploaded again, [`ReadError::Changed`] when the snapshot must be
/// pinned anew, the store's failures, and those of `handler`.
pub fn read_snapshot<H: RowHandler>(
    parts: impl IntoIterator<Item = (PinnedPart, Box<dyn Read + Send>)>,
    settings: &SnapshotSettings,
    handler: &mut H,
) -> Result<SnapshotTotals, ReadError<H::Error>> {
    read_with_layout(&CsvLayout::default(), parts, settings, handler)
}

pub(crate) fn read_with_layout<H: RowHandler>(
    layout: &CsvLayout,
    parts: impl IntoIterator<Item = (PinnedPart, Box<dyn Read + Send>)>,
    settings: &SnapshotSettings,
    handler: &mut H,
) -> Result<SnapshotTotals, ReadError<H::Error>> {
    let mut reading = Reading { layout, settings, handler, first: None, totals: SnapshotTotals::default() };
    let mut last_file = None;
    for (index, (part, source)) in parts.into_iter().enumerate() {
        let rows = reading.part(index, &part, source)?;
        reading.handler.part_done(index, rows).map_err(ReadError::Handler)?;
        last_file = Some(part.key);
    }
    if reading.first.is_none() {
        let file = last_file.unwrap_or_default();
        return Err(BrokenFile { file, row: None, problem: Problem::NoHeader }.into());
    }
    Ok(reading.totals)
}

struct Reading<'a, H> {
    layout: &'a CsvLayout,
    settings: &'a SnapshotSettings,
    handler: &'a mut H,
    /// The first part that has a header: its key and columns.
    first: Option<(String, Columns)>,
    totals: SnapshotTotals,
}

impl<H: RowHandler> Reading<'_, H> {
    /// Reads one part and answers its number of rows.
    fn part(
        &mut self,
        index: usize,
        part: &PinnedPart,
        source: Box<dyn Read + Send>,
    ) -> Result<u64, ReadError<H::Error>> {
        let file = &part.key;
        let broken = |problem| BrokenFile { file: file.clone(), row: None, problem };
        let unreadable = |error| ReadError::from_input(error, file, None);
        let source = Source::new(source, part.size);
        let input = match format(file) {
            Some(Format::Csv) if is_gzip(file) => {
                Input::Gzip(Gunzip::new(source, self.settings.max_decompressed_bytes))
            }
            Some(Format::Csv) => Input::Plain(source),
            None => return Err(broken(Problem::Unsupported).into()),
        };
        let mut records =
            Records::open(input, self.settings.max_field_bytes, self.layout).map_err(unreadable)?;
        let header = match &self.layout.columns {
            Some(names) => Columns::from_names(names),
            None => match records.next().map_err(unreadable)? {
                Some(header) => Columns::from_header(header.bytes, header.fields).map_err(broken)?,
                None => {
                    self.totals.bytes += records.bytes();
                    return Ok(0);
                }
            },
        };
        let order = self.header(header, file)?;
        let rows = self.rows(index, file, order.as_deref(), &mut records)?;
        self.totals.rows += rows;
        self.totals.bytes += records.bytes();
        Ok(rows)
    }

    /// Accepts a part's header and answers where the part keeps the first part's columns.
    fn header(&mut self, header: Columns, file: &str) -> Result<Option<Vec<usize>>, ReadError<H::Error>> {
        let broken = |problem| BrokenFile { file: file.to_owned(), row: None, problem };
        let Some((first, columns)) = &self.first else {
            self.handler.columns(&header).map_err(|refused| match refused {
                HeaderRefused::Column(error) => broken(error.problem).into(),
                HeaderRefused::Handler(error) => ReadError::Handler(error),
            })?;
            self.first = Some((file.to_owned(), header));
            return Ok(None);
        };
        columns
            .order_in(&header)
            .map_err(|difference| broken(Problem::OtherColumns { first: first.clone(), difference }).into())
    }

    fn rows(
        &mut self,
        part: usize,
        file: &str,
        order: Option<&[usize]>,
        records: &mut Records,
    ) -> Result<u64, ReadError<H::Error>> {
        let columns = self.first.as_ref().map_or(0, |(_, columns)| columns.names().len());
        let mut number = 0;
        loop {
            let next = records
                .next()
                .map_err(|error: InputError| ReadError::from_input(error, file, Some(number + 1)));
            let Some(Record { bytes: record, fields, known_utf8 }) = next? else { return Ok(number) };
            if fields.len() != columns {
                if fields.len() == 1 && record.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
                    // A line of nothing but white space is as blank as an empty one.
                    continue;
                }
                self.totals.unreadable += 1;
            }
            number += 1;
            let row = Row { part, number, columns, order, record, fields, known_utf8 };
            self.handler.row(&row).map_err(ReadError::Handler)?;
        }
    }
}
