//! A mapping made ready for one snapshot's columns: it takes the content of a profile out of a row, and writes the
//! import row of a content.
//!
//! A content is what will be sent, without the names of the fields: the address, then the value of every attribute
//! of the mapping, each behind its length. It is less than half as long as the import row, and it is all that has to
//! be kept of a member and compared.

use domain::field::{Field, StandardField, ValueKind};
use domain::mapping::{DEFAULT_IDENTITY_COLUMN, Mapping, Source};
use domain::outcome::{Notes, Reason};
use jiff::Timestamp;
use snapshots::{ColumnError, Columns, Row};
use xxhash_rust::xxh3::Xxh3;

use crate::address::Address;
use crate::calendar::{is_birthday, latest_date};
use crate::value::{ValueWriter, Written};

/// Where the columns of a mapping lie in one snapshot.
#[derive(Debug)]
pub(crate) struct BoundMapping {
    email: usize,
    identity: Option<usize>,
    attributes: Vec<BoundAttribute>,
    /// Where among the attributes month and day of birth are: both or neither is sent.
    birthday: Option<(usize, usize)>,
}

#[derive(Debug)]
struct BoundAttribute {
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
        let mut attributes = Vec::new();
        for attribute in mapping.attributes() {
            let value = match &attribute.source {
                Source::Column(name) => BoundValue::Column(columns.find(name)?),
                Source::Constant(text) => BoundValue::Constant(text.clone().into_bytes()),
            };
            let kind = attribute.field.kind();
            attributes.push(BoundAttribute { value, kind, max_characters: attribute.field.max_characters() });
        }
        let place = |field| {
            mapping.attributes().iter().position(|attribute| attribute.field == Field::Standard(field))
        };
        let birthday = place(StandardField::BirthdayMonth).zip(place(StandardField::BirthdayDay));
        Ok(Self { email, identity, attributes, birthday })
    }

    /// Whether every column that is used holds UTF-8.
    pub(crate) fn is_utf8(&self, row: &Row<'_>) -> bool {
        if row.is_utf8() {
            return true;
        }
        let fine = |column: usize| {
            let field = row.field(column);
            field.is_ascii() || std::str::from_utf8(field).is_ok()
        };
        let used = self.attributes.iter().filter_map(|attribute| match attribute.value {
            BoundValue::Column(column) => Some(column),
            BoundValue::Constant(_) => None,
        });
        fine(self.email) && self.identity.is_none_or(fine) && used.into_iter().all(fine)
    }

    /// The identity of the row; `None` where the address is the identity.
    pub(crate) fn identity<'a>(&self, row: &'a Row<'_>) -> Result<Option<&'a [u8]>, Reason> {
        let Some(column) = self.identity else { return Ok(None) };
        let identity = row.field(column).trim_ascii();
        // White space of other scripts is blank, too.
        let blank = identity.is_empty()
            || (!identity.is_ascii()
                && std::str::from_utf8(identity).is_ok_and(|text| text.trim().is_empty()));
        if blank { Err(Reason::IdentityMissing) } else { Ok(Some(identity)) }
    }

    /// The address field of the row.
    pub(crate) fn email<'a>(&self, row: &'a Row<'_>) -> &'a [u8] {
        row.field(self.email)
    }
}

/// Takes contents out of rows; its buffer is reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct ContentWriter {
    content: Vec<u8>,
    values: ValueWriter,
}

impl ContentWriter {
    /// From here on rows are of a snapshot written then.
    pub(crate) fn begin_snapshot(&mut self, written: Timestamp) {
        self.values.latest_date = latest_date(written);
    }

    /// The content of `row`, whose address is `address`. Counts in `notes` what was cut or left out.
    pub(crate) fn write(
        &mut self,
        mapping: &BoundMapping,
        row: &Row<'_>,
        address: &Address,
        notes: &mut Notes,
    ) -> &[u8] {
        self.content.clear();
        self.content.push(u8::try_from(address.as_sent().len()).unwrap_or(u8::MAX));
        self.content.extend_from_slice(address.as_sent());
        let (mut month_at, mut day_at) = (None, None);
        for (index, attribute) in mapping.attributes.iter().enumerate() {
            let start = self.content.len();
            let written = self.attribute(attribute, row);
            match written {
                Written::Cut => notes.values_cut += 1,
                Written::LeftOut => notes.values_left_out += 1,
                Written::Whole | Written::Blank => {}
            }
            if let Some((month, day)) = mapping.birthday {
                if index == month {
                    month_at = Some((start, written));
                } else if index == day {
                    day_at = Some((start, written));
                }
            }
        }
        if let (Some(month), Some(day)) = (month_at, day_at) {
            self.both_or_neither(month, day, notes);
        }
        &self.content
    }

    fn attribute(&mut self, attribute: &BoundAttribute, row: &Row<'_>) -> Written {
        let value = match &attribute.value {
            BoundValue::Column(column) => row.field(*column),
            BoundValue::Constant(text) => text,
        };
        let start = self.content.len();
        self.content.extend_from_slice(&[0, 0]);
        if value.is_empty() {
            return Written::Blank;
        }
        let written = self.values.write(value, attribute.kind, attribute.max_characters, &mut self.content);
        let length = self.content.len() - start - 2;
        // A value has at most 255 characters, which no escape makes longer than 65,535 bytes.
        let length = u16::try_from(length).unwrap_or(0).to_le_bytes();
        if let Some(place) = self.content.get_mut(start..start + 2) {
            place.copy_from_slice(&length);
        }
        written
    }

    /// Month and day each require the other, and must be a day that there is: else neither is sent.
    fn both_or_neither(&mut self, month: (usize, Written), day: (usize, Written), notes: &mut Notes) {
        let there = |written| matches!(written, Written::Whole | Written::Cut);
        match (there(month.1), there(day.1)) {
            (false, false) => return,
            (true, true) if is_birthday(self.value_at(month.0), self.value_at(day.0)) => return,
            _ => {}
        }
        // The later one first, so that the other stays where it is.
        self.clear(month.0.max(day.0));
        self.clear(month.0.min(day.0));
        // A half that could not be sent has been counted for itself.
        notes.values_left_out += u64::from(month.1 != Written::LeftOut && day.1 != Written::LeftOut);
    }

    fn value_at(&self, start: usize) -> &[u8] {
        let length = length_at(&self.content, start).unwrap_or(0);
        self.content.get(start + 2..start + 2 + length).unwrap_or_default()
    }

    fn clear(&mut self, start: usize) {
        let length = self.value_at(start).len();
        self.content.drain(start + 2..start + 2 + length);
        if let Some(place) = self.content.get_mut(start..start + 2) {
            place.copy_from_slice(&[0, 0]);
        }
    }
}

fn length_at(content: &[u8], start: usize) -> Option<usize> {
    let length = content.get(start..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_le_bytes(*length)))
}

/// Turns contents into import rows.
#[derive(Debug)]
pub(crate) struct RowTemplate {
    /// For each attribute what stands before its value, and whether a quote stands behind it.
    attributes: Vec<(Vec<u8>, bool)>,
}

impl RowTemplate {
    /// The template of a mapping.
    pub(crate) fn new(mapping: &Mapping) -> Self {
        let attributes = mapping.attributes().iter().map(|attribute| {
            let mut before = b",\"".to_vec();
            let name = attribute.field.to_string();
            ValueWriter::default().write(name.as_bytes(), ValueKind::Text, usize::MAX, &mut before);
            before.extend_from_slice(b"\":");
            let quoted = !matches!(attribute.field.kind(), ValueKind::NumberUpTo(_));
            if quoted {
                before.push(b'"');
            }
            (before, quoted)
        });
        Self { attributes: attributes.collect() }
    }

    /// Appends the import row of a content.
    pub(crate) fn render(&self, content: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"email\":\"");
        // The characters of a valid address need no escape.
        out.extend_from_slice(address_of(content));
        out.push(b'"');
        let mut rest = content.get(1 + address_of(content).len()..).unwrap_or_default();
        for (before, quoted) in &self.attributes {
            let Some((length, values)) = rest.split_first_chunk::<2>() else { break };
            let length = usize::from(u16::from_le_bytes(*length));
            let (value, after) = values.split_at_checked(length).unwrap_or((values, &[]));
            rest = after;
            if value.is_empty() {
                continue;
            }
            out.extend_from_slice(before);
            out.extend_from_slice(value);
            if *quoted {
                out.push(b'"');
            }
        }
        out.push(b'}');
    }

    /// The key of fingerprints: the list and the names of the fields, so that another list or mapping gives other
    /// fingerprints without any special rule.
    pub(crate) fn fingerprint_key(&self, list: &str) -> u64 {
        let mut hasher = Xxh3::new();
        hasher.update(list.as_bytes());
        for (before, _) in &self.attributes {
            hasher.update(&[0]);
            hasher.update(before);
        }
        hasher.digest()
    }
}

/// What a person knows a profile by in the files: its identity, or its lower-cased address (written into `lower`) where
/// that is the identity.
pub(crate) fn customer_id<'a>(identity: &'a [u8], content: &[u8], lower: &'a mut Vec<u8>) -> &'a [u8] {
    if !identity.is_empty() {
        return identity;
    }
    lower_address(content, lower);
    lower
}

/// Writes the address of a content into `lower`, lower-cased.
pub(crate) fn lower_address(content: &[u8], lower: &mut Vec<u8>) {
    lower.clear();
    lower.extend_from_slice(address_of(content));
    lower.make_ascii_lowercase();
}

/// The address of a content, as it is sent.
pub(crate) fn address_of(content: &[u8]) -> &[u8] {
    match content.split_first() {
        Some((length, rest)) => rest.get(..usize::from(*length)).unwrap_or_default(),
        None => &[],
    }
}
