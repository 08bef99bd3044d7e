//! One record within a window of bytes: where it ends and where its fields lie.
//!
//! The rules are those of RFC 4180 as the widely used readers apply them: a quote opens a field only at its first
//! byte, a doubled quote inside stands for one, what follows a closing quote is taken as it stands, and a record
//! ends at LF, CR or CRLF.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

pub(crate) const QUOTE: u8 = b'"';

/// How fields are set apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// Whether quotes enclose fields.
    pub(crate) quotes: bool,
}

/// What a window of bytes begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A whole record of this many bytes, its line end not included.
    Record(usize),
    /// Part of a record: look again with more bytes.
    NeedMore,
    /// Nothing, and nothing follows.
    End,
    /// A record whose quoted field is never closed.
    OpenQuote,
}

/// The fields of one record. Reused from record to record, so that reading allocates nothing per row.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    bounds: Vec<Bounds>,
    /// The content of fields that are not one run of bytes in the record (doubled quotes inside).
    joined: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Bounds {
    start: usize,
    end: usize,
    joined: bool,
}

impl Fields {
    pub(crate) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// The bytes of one field of `record`, the bytes that were scanned; empty when there is no such field.
    #[inline]
    pub(crate) fn get<'a>(&'a self, record: &'a [u8], index: usize) -> &'a [u8] {
        let Some(bounds) = self.bounds.get(index) else { return &[] };
        let bytes = if bounds.joined { &self.joined } else { record };
        bytes.get(bounds.start..bounds.end).unwrap_or_default()
    }

    /// The length of the longest field.
    pub(crate) fn longest(&self) -> usize {
        self.bounds.iter().map(|bounds| bounds.end.saturating_sub(bounds.start)).max().unwrap_or(0)
    }

    fn clear(&mut self) {
        self.bounds.clear();
        self.joined.clear();
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize) {
        self.bounds.push(Bounds { start, end, joined: false });
    }
}

/// Finds the record at the start of `window`, which begins with no line end. `at_end` says that no bytes follow the
/// window. `fields` holds the fields when the answer is [`Scan::Record`], and those found so far otherwise.
#[inline]
pub(crate) fn scan(window: &[u8], at_end: bool, dialect: Dialect, fields: &mut Fields) -> Scan {
    let Dialect { delimiter, quotes } = dialect;
    fields.clear();
    let found = if quotes { memchr3(b'\n', b'\r', QUOTE, window) } else { memchr2(b'\n', b'\r', window) };
    match found {
        Some(end) if window.get(end) == Some(&QUOTE) => scan_quoted(window, at_end, delimiter, fields),
        Some(end) => split(window, end, delimiter, fields),
        None if !at_end => Scan::NeedMore,
        None if window.is_empty() => Scan::End,
        None => split(window, window.len(), delimiter, fields),
    }
}

/// The usual case: no quote anywhere in the record.
#[inline]
fn split(window: &[u8], end: usize, delimiter: u8, fields: &mut Fields) -> Scan {
    let mut start = 0;
    for position in memchr_iter(delimiter, window.get(..end).unwrap_or_default()) {
        fields.push(start, position);
        start = position + 1;
    }
    fields.push(start, end);
    Scan::Record(end)
}

/// How a field ended, and where the scan stands: at the byte that ended it.
enum FieldEnd {
    Delimiter(usize),
    Record(usize),
    NeedMore,
    OpenQuote,
}

fn scan_quoted(window: &[u8], at_end: bool, delimiter: u8, fields: &mut Fields) -> Scan {
    let mut start = 0;
    loop {
        let end = if window.get(start) == Some(&QUOTE) {
            quoted_field(window, start + 1, at_end, delimiter, fields)
        } else {
            let end = field_end(window, start, at_end, delimiter);
            if let FieldEnd::Delimiter(position) | FieldEnd::Record(position) = end {
                fields.push(start, position);
            }
            end
        };
        match end {
            FieldEnd::Delimiter(position) => start = position + 1,
            FieldEnd::Record(position) => return Scan::Record(position),
            FieldEnd::NeedMore => return Scan::NeedMore,
            FieldEnd::OpenQuote => return Scan::OpenQuote,
        }
    }
}

/// The end of unquoted text that goes on at `from`.
fn field_end(window: &[u8], from: usize, at_end: bool, delimiter: u8) -> FieldEnd {
    match memchr3(delimiter, b'\n', b'\r', window.get(from..).unwrap_or_default()) {
        Some(offset) if window.get(from + offset) == Some(&delimiter) => FieldEnd::Delimiter(from + offset),
        Some(offset) => FieldEnd::Record(from + offset),
        None if at_end => FieldEnd::Record(window.len()),
        None => FieldEnd::NeedMore,
    }
}

/// A field whose opening quote stands just before `content`.
fn quoted_field(window: &[u8], content: usize, at_end: bool, delimiter: u8, fields: &mut Fields) -> FieldEnd {
    let joined_from = fields.joined.len();
    // Everything before `pending` is in `joined` already.
    let (mut pending, mut search) = (content, content);
    let quote = loop {
        let Some(offset) = memchr(QUOTE, window.get(search..).unwrap_or_default()) else {
            return if at_end { FieldEnd::OpenQuote } else { FieldEnd::NeedMore };
        };
        let quote = search + offset;
        match window.get(quote + 1) {
            Some(&QUOTE) => {
                fields.joined.extend_from_slice(window.get(pending..=quote).unwrap_or_default());
                pending = quote + 2;
                search = pending;
            }
            None if !at_end => return FieldEnd::NeedMore,
            _ => break quote,
        }
    };
    let end = field_end(window, quote + 1, at_end, delimiter);
    let (FieldEnd::Delimiter(position) | FieldEnd::Record(position)) = end else { return end };
    if pending == content && position == quote + 1 {
        fields.push(content, quote);
    } else {
        fields.joined.extend_from_slice(window.get(pending..quote).unwrap_or_default());
        fields.joined.extend_from_slice(window.get(quote + 1..position).unwrap_or_default());
        fields.bounds.push(Bounds { start: joined_from, end: fields.joined.len(), joined: true });
    }
    end
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const COMMAS: Dialect = Dialect { delimiter: b',', quotes: true };

    #[rstest]
    #[case("a,b\nc", &["a", "b"])]
    #[case("a,b\r\nc", &["a", "b"])]
    #[case("a,b", &["a", "b"])]
    #[case("a,", &["a", ""])]
    #[case(",,\n", &["", "", ""])]
    #[case("\"a,b\",c\n", &["a,b", "c"])]
    #[case("\"a\nb\",\"c\r\nd\"\n", &["a\nb", "c\r\nd"])]
    #[case("\"a\"\"b\",\"\"\"\"", &["a\"b", "\""])]
    #[case("\"\",\"\"\n", &["", ""])]
    #[case("a\"b,c\"\n", &["a\"b", "c\""])]
    #[case("\"ab\"cd,e\n", &["abcd", "e"])]
    #[case("\"ab\"c\"d\",e\n", &["abc\"d\"", "e"])]
    #[case("a, \"b\"\n", &["a", " \"b\""])]
    #[case("\"a\",\n", &["a", ""])]
    fn fields_are_found(#[case] text: &str, #[case] expected: &[&str]) {
        let mut fields = Fields::default();
        let window = text.as_bytes();
        assert!(matches!(scan(window, true, COMMAS, &mut fields), Scan::Record(_)));
        let found: Vec<&[u8]> = (0..fields.len()).map(|index| fields.get(window, index)).collect();
        assert_eq!(found, expected.iter().map(|field| field.as_bytes()).collect::<Vec<_>>());
    }

    #[rstest]
    #[case("", true, Scan::End)]
    #[case("", false, Scan::NeedMore)]
    #[case("a,b", false, Scan::NeedMore)]
    #[case("\"a\"", false, Scan::NeedMore)]
    #[case("\"a\",b", false, Scan::NeedMore)]
    #[case("\"a\nb", false, Scan::NeedMore)]
    #[case("\"a\nb", true, Scan::OpenQuote)]
    #[case("\"a\"\"", true, Scan::OpenQuote)]
    #[case("\"", true, Scan::OpenQuote)]
    #[case("\"a\"", true, Scan::Record(3))]
    fn an_unfinished_record_is_noticed(#[case] text: &str, #[case] at_end: bool, #[case] expected: Scan) {
        assert_eq!(scan(text.as_bytes(), at_end, COMMAS, &mut Fields::default()), expected);
    }
}
