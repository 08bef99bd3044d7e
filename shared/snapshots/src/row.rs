//! One row, as the bytes in the reader's buffer.

use crate::csv::record::Fields;

/// A row of a snapshot, borrowed until the next one is read. Columns are addressed as the first part orders them.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(crate) part: usize,
    pub(crate) number: u64,
    pub(crate) columns: usize,
    pub(crate) order: Option<&'a [usize]>,
    pub(crate) record: &'a [u8],
    pub(crate) fields: &'a Fields,
    pub(crate) known_utf8: bool,
}

impl std::fmt::Debug for Row<'_> {
    /// Never shows the content: it is a person's.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Row")
            .field("part", &self.part)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl<'a> Row<'a> {
    /// Which of the parts it stands in, counted from 0.
    #[must_use]
    pub const fn part(&self) -> usize {
        self.part
    }

    /// Which row of its part it is, counted from 1; header and blank lines are not counted.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The content of a column: any bytes, quotes taken off. Empty when the row has no such field. Of a row whose
    /// [`Row::field_count_matches`] is false the fields cannot be trusted to belong to their columns.
    #[inline]
    #[must_use]
    pub fn field(&self, column: usize) -> &'a [u8] {
        match self.order {
            None => self.fields.get(self.record, column),
            Some(order) => order.get(column).map_or(&[], |position| self.fields.get(self.record, *position)),
        }
    }

    /// Whether the whole row, in all columns, is UTF-8: then none of its fields need be looked at for it.
    #[inline]
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.known_utf8 || std::str::from_utf8(self.record).is_ok()
    }

    /// Whether the row has as many fields as the header; if not, it is rejected as `field_count`.
    #[inline]
    #[must_use]
    pub fn field_count_matches(&self) -> bool {
        self.fields.len() == self.columns
    }

    /// How many fields the row has.
    #[must_use]
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// Appends the row for a report: its fields in the order of the first part's columns (of a row with another
    /// number of fields, in their own order), separated by commas, quoted where needed, without a line end.
    pub fn write_csv(&self, output: &mut Vec<u8>) {
        let in_column_order = self.field_count_matches();
        for index in 0..self.field_count() {
            if index > 0 {
                output.push(b',');
            }
            let field = if in_column_order { self.field(index) } else { self.fields.get(self.record, index) };
            write_field(field, output);
        }
    }
}

/// Quotes what a reader would otherwise take apart or lose: an empty field alone in its row would be a blank line,
/// which two quotes prevent everywhere at little cost.
fn write_field(field: &[u8], output: &mut Vec<u8>) {
    let quoted = field.is_empty() || field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !quoted {
        output.extend_from_slice(field);
        return;
    }
    output.push(b'"');
    for &byte in field {
        if byte == b'"' {
            output.push(b'"');
        }
        output.push(byte);
    }
    output.push(b'"');
}
