//! A mapping made ready for one snapshot's columns: it writes the import row of a profile.

use domain::field::{Field, StandardField, ValueKind};
use domain::mapping::{Attribute, DEFAULT_IDENTITY_COLUMN, Mapping, Source};
use domain::outcome::{Notes, Reason};
use snapshots::{ColumnError, Columns, Row};

use crate::address::Address;
use crate::spool::BEFORE_ADDRESS;
use crate::value::{ValueWriter, Written};

/// Where the columns of a mapping lie in one snapshot.
#[derive(Debug)]
pub(crate) struct BoundMapping {
    email: usize,
    identity: Option<usize>,
    attributes: Vec<BoundAttribute>,
    month: Option<BoundAttribute>,
    day: Option<BoundAttribute>,
}

#[derive(Debug)]
struct BoundAttribute {
    /// `,"name":` and, for texts, the opening quote.
    before: Vec<u8>,
    value: BoundValue,
    kind: ValueKind,
    max_characters: usize,
}

#[derive(Debug)]
enum BoundValue {
    Column(usize),
    Constant(Vec<u8>),
}

impl BoundMapping {
    /// Finds the columns of `mapping` in `columns`.
    pub(crate) fn bind(mapping: &Mapping, columns: &Columns) -> Result<Self, ColumnError> {
        let email = columns.find(mapping.email_column())?;
        let identity = match mapping.identity_column() {
            Some(name) => Some(columns.find(name)?),
            None if columns.names().iter().any(|name| name.eq_ignore_ascii_case(DEFAULT_IDENTITY_COLUMN)) => {
                Some(columns.find(DEFAULT_IDENTITY_COLUMN)?)
            }
            None => None,
        };
        let mut bound = Self { email, identity, attributes: Vec::new(), month: None, day: None };
        for attribute in mapping.attributes() {
            let ready = BoundAttribute::bind(attribute, columns)?;
            match attribute.field {
                Field::Standard(StandardField::BirthdayMonth) => bound.month = Some(ready),
                Field::Standard(StandardField::BirthdayDay) => bound.day = Some(ready),
                _ => bound.attributes.push(ready),
            }
        }
        Ok(bound)
    }

    /// Whether every column that is used holds UTF-8.
    pub(crate) fn is_utf8(&self, row: &Row<'_>) -> bool {
        let fine = |column: usize| {
            let field = row.field(column);
            field.is_ascii() || std::str::from_utf8(field).is_ok()
        };
        let used =
            self.attributes.iter().chain(&self.month).chain(&self.day).filter_map(BoundAttribute::column);
        fine(self.email) && self.identity.is_none_or(fine) && used.into_iter().all(fine)
    }

    /// The identity of the row; `None` where the address is the identity.
    pub(crate) fn identity<'a>(&self, row: &'a Row<'_>) -> Result<Option<&'a [u8]>, Reason> {
        let Some(column) = self.identity else { return Ok(None) };
        let identity = row.field(column).trim_ascii();
        // White space of other scripts is blank, too.
        let blank =
            identity.is_empty() || std::str::from_utf8(identity).is_ok_and(|text| text.trim().is_empty());
        if blank { Err(Reason::IdentityMissing) } else { Ok(Some(identity)) }
    }

    /// The address field of the row.
    pub(crate) fn email<'a>(&self, row: &'a Row<'_>) -> &'a [u8] {
        row.field(self.email)
    }
}

impl BoundAttribute {
    fn bind(attribute: &Attribute, columns: &Columns) -> Result<Self, ColumnError> {
        let kind = attribute.field.kind();
        let mut before = b",\"".to_vec();
        ValueWriter::default().write(
            attribute.field.to_string().as_bytes(),
            ValueKind::Text,
            usize::MAX,
            &mut before,
        );
        before.extend_from_slice(b"\":");
        if is_quoted(kind) {
            before.push(b'"');
        }
        let value = match &attribute.source {
            Source::Column(name) => BoundValue::Column(columns.find(name)?),
            Source::Constant(text) => BoundValue::Constant(text.clone().into_bytes()),
        };
        Ok(Self { before, value, kind, max_characters: attribute.field.max_characters() })
    }

    const fn column(&self) -> Option<usize> {
        match self.value {
            BoundValue::Column(column) => Some(column),
            BoundValue::Constant(_) => None,
        }
    }
}

const fn is_quoted(kind: ValueKind) -> bool {
    !matches!(kind, ValueKind::NumberUpTo(_))
}

/// Writes import rows; its buffer is reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct ImportRowWriter {
    row: Vec<u8>,
    values: ValueWriter,
}

impl ImportRowWriter {
    /// The import row of `row`, whose address is `address`. Counts in `notes` what was cut or left out.
    pub(crate) fn write(
        &mut self,
        mapping: &BoundMapping,
        row: &Row<'_>,
        address: &Address,
        notes: &mut Notes,
    ) -> &[u8] {
        self.row.clear();
        self.row.extend_from_slice(BEFORE_ADDRESS);
        // The characters of a valid address need no escape.
        self.row.extend_from_slice(address.as_sent());
        self.row.push(b'"');
        for attribute in &mapping.attributes {
            self.attribute(attribute, row, notes);
        }
        if let (Some(month), Some(day)) = (&mapping.month, &mapping.day) {
            self.birthday(month, day, row, notes);
        }
        self.row.push(b'}');
        &self.row
    }

    fn attribute(&mut self, attribute: &BoundAttribute, row: &Row<'_>, notes: &mut Notes) -> Written {
        let value = match &attribute.value {
            BoundValue::Column(column) => row.field(*column),
            BoundValue::Constant(text) => text,
        };
        if value.is_empty() {
            return Written::Blank;
        }
        let start = self.row.len();
        self.row.extend_from_slice(&attribute.before);
        let written = self.values.write(value, attribute.kind, attribute.max_characters, &mut self.row);
        match written {
            Written::Whole | Written::Cut => {
                if is_quoted(attribute.kind) {
                    self.row.push(b'"');
                }
                notes.values_cut += u64::from(written == Written::Cut);
            }
            Written::Blank | Written::LeftOut => {
                self.row.truncate(start);
                notes.values_left_out += u64::from(written == Written::LeftOut);
            }
        }
        written
    }

    /// Month and day: both or neither, because each requires the other.
    fn birthday(&mut self, month: &BoundAttribute, day: &BoundAttribute, row: &Row<'_>, notes: &mut Notes) {
        let start = self.row.len();
        let month = self.attribute(month, row, notes);
        let day = self.attribute(day, row, notes);
        if month != day {
            self.row.truncate(start);
            // Counted when nothing has been counted for it yet: one half stands there, the other is blank.
            let counted = matches!(month, Written::LeftOut) || matches!(day, Written::LeftOut);
            notes.values_left_out += u64::from(!counted);
        }
    }
}
