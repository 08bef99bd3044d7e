//! Records one after another, from a file that is never in memory as a whole.

use std::ops::Range;

use super::delimiter::{Detected, detect};
use super::record::{Dialect, Fields, Scan, scan};
use crate::CsvLayout;
use crate::input::{Input, InputError};
use crate::problem::Problem;

/// Read at once; large enough that what is done per read does not count.
const BUFFER: usize = 256 * 1024;
/// The most bytes of one record, quotes and delimiters included. Bounds the memory that a file without line ends
/// can take; far above what the limit of a field leaves to an honest row.
const MAX_RECORD: usize = 8 * 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One record, until the next one is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) fields: &'a Fields,
    /// It is UTF-8; where this is not set, it may be nevertheless.
    pub(crate) known_utf8: bool,
}

/// The records of one file.
pub(crate) struct Records {
    input: Input,
    buffer: Vec<u8>,
    /// The bytes of the buffer that are read but not yet given out.
    unread: Range<usize>,
    input_ended: bool,
    dialect: Dialect,
    max_field: usize,
    fields: Fields,
    /// Up to here the buffer is known to hold whole characters of UTF-8, from the first unread byte after a refill.
    utf8_until: usize,
}

impl Records {
    /// Reads the beginning of the file: skips a byte order mark and, unless `layout` knows it, finds out
    /// the delimiter.
    pub(crate) fn open(input: Input, max_field: usize, layout: &CsvLayout) -> Result<Self, InputError> {
        let mut records = Self {
            input,
            buffer: vec![0; BUFFER],
            unread: 0..0,
            input_ended: false,
            dialect: Dialect { delimiter: b',', quotes: layout.quotes },
            max_field,
            fields: Fields::default(),
            utf8_until: 0,
        };
        records.refill()?;
        if records.window().starts_with(BYTE_ORDER_MARK) {
            records.unread.start += BYTE_ORDER_MARK.len();
        }
        records.dialect.delimiter = match layout.delimiter {
            Some(delimiter) => delimiter,
            None => records.detect_delimiter()?,
        };
        Ok(records)
    }

    fn detect_delimiter(&mut self) -> Result<u8, InputError> {
        loop {
            self.skip_line_ends();
            match detect(self.window(), self.input_ended) {
                Detected::Delimiter(delimiter) => return Ok(delimiter),
                Detected::Ambiguous(one, other) => {
                    let (one, other) = (char::from(one), char::from(other));
                    return Err(Problem::AmbiguousDelimiter { one, other }.into());
                }
                Detected::NeedMore => self.refill()?,
            }
        }
    }

    /// The place of the next record in the buffer; `None` after the last. Blank lines are no records.
    #[inline]
    fn next_range(&mut self) -> Result<Option<Range<usize>>, InputError> {
        loop {
            self.skip_line_ends();
            let Self { buffer, unread, input_ended, dialect, fields, .. } = &mut *self;
            let window = buffer.get(unread.clone()).unwrap_or_default();
            match scan(window, *input_ended, *dialect, fields) {
                Scan::Record(length) => {
                    let range = unread.start..unread.start + length;
                    unread.start = range.end;
                    if length > self.max_field && self.fields.longest() > self.max_field {
                        return Err(Problem::FieldTooLong { limit: self.max_field }.into());
                    }
                    return Ok(Some(range));
                }
                Scan::NeedMore => self.refill()?,
                Scan::End => return Ok(None),
                Scan::OpenQuote => return Err(Problem::OpenQuote.into()),
            }
        }
    }

    /// The next record, with its fields; `None` after the last.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, InputError> {
        let Some(range) = self.next_range()? else { return Ok(None) };
        let known_utf8 = range.end <= self.utf8_until;
        let bytes = self.buffer.get(range).unwrap_or_default();
        Ok(Some(Record { bytes, fields: &self.fields, known_utf8 }))
    }

    /// Bytes read so far, after decompression.
    pub(crate) fn bytes(&self) -> u64 {
        self.input.bytes()
    }

    fn window(&self) -> &[u8] {
        self.buffer.get(self.unread.clone()).unwrap_or_default()
    }

    /// Line ends before a record: of the record before it, or of blank lines.
    #[inline]
    fn skip_line_ends(&mut self) {
        while let Some(b'\n' | b'\r') = self.buffer.get(self.unread.start)
            && self.unread.start < self.unread.end
        {
            self.unread.start += 1;
        }
    }

    /// Fills the buffer to its end, so that an unfinished record is scanned again only after much was added.
    fn refill(&mut self) -> Result<(), InputError> {
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        if self.unread.end == self.buffer.len() {
            if self.buffer.len() >= MAX_RECORD {
                return Err(self.too_long().into());
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        while let Some(free) = self.buffer.get_mut(self.unread.end..)
            && !free.is_empty()
        {
            let count = self.input.read(free)?;
            if count == 0 {
                self.input_ended = true;
                break;
            }
            self.unread.end += count;
        }
        self.check_utf8();
        Ok(())
    }

    /// Checks all that was read at once, which is far cheaper than row by row.
    fn check_utf8(&mut self) {
        let valid = match simdutf8::compat::from_utf8(self.window()) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        self.utf8_until = self.unread.start + valid;
    }

    /// What to say of a record that does not fit: a field (perhaps one whose quote is never closed) is too long,
    /// or there are very many of them.
    fn too_long(&mut self) -> Problem {
        let Self { buffer, unread, dialect, fields, .. } = &mut *self;
        let window = buffer.get(unread.clone()).unwrap_or_default();
        let open = scan(window, true, *dialect, fields) == Scan::OpenQuote;
        if open || self.fields.longest() > self.max_field {
            Problem::FieldTooLong { limit: self.max_field }
        } else {
            Problem::RowTooLong { limit: MAX_RECORD }
        }
    }
}
