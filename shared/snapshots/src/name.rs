//! What a file's name says: whether it counts, its format, its compression, and its place in the order of parts.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How the rows of a snapshot are written. One snapshot has one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// Delimited text with a header row.
    Csv,
}

/// What a file in a segment's folder is, by the last part of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Begins with `.` or `_`, or is the empty object that stands for a folder: counts for nothing.
    Hidden,
    /// Says that the snapshot in its folder is complete.
    Marker,
    /// Rows in a format that can be read.
    Data(Format),
    /// Data, or a description of data, that cannot be read yet: never passed over in silence.
    Unsupported,
    /// Not data at all, as far as the name tells.
    Unknown,
}

/// Endings of files that hold data which cannot be read (yet).
const UNSUPPORTED: [&str; 16] = [
    "jsonl", "ndjson", "json", "parquet", "avro", "orc", "xlsx", "xls", "tsv", "gz", "bz2", "zst", "zip",
    "xz", "snappy", "lz4",
];

impl FileKind {
    /// Judges the file whose key ends with `name` after the last slash.
    pub(crate) fn of(name: &str) -> Self {
        if name == "_SUCCESS" || name == "manifest.json" {
            return Self::Marker;
        }
        if is_hidden(name) {
            return Self::Hidden;
        }
        if let Some(format) = format(name) {
            return Self::Data(format);
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension {
            Some(extension) if UNSUPPORTED.contains(&extension.as_str()) => Self::Unsupported,
            _ => Self::Unknown,
        }
    }
}

/// Whether writers hide a file or folder of this name from readers.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.is_empty() || name.starts_with(['.', '_'])
}

/// The format that a key's ending names, if it is one that can be read.
pub(crate) fn format(key: &str) -> Option<Format> {
    let name = without_gzip(key).unwrap_or(key);
    ends_with(name, ".csv").then_some(Format::Csv)
}

/// Whether the file is compressed, by its name.
pub(crate) fn is_gzip(key: &str) -> bool {
    without_gzip(key).is_some()
}

fn without_gzip(key: &str) -> Option<&str> {
    ends_with(key, ".gz").then(|| key.get(..key.len().saturating_sub(3)).unwrap_or(key))
}

fn ends_with(name: &str, ending: &str) -> bool {
    name.len()
        .checked_sub(ending.len())
        .and_then(|start| name.as_bytes().get(start..))
        .is_some_and(|found| found.eq_ignore_ascii_case(ending.as_bytes()))
}

/// The order of parts: by name, but runs of digits by the number they stand for, so that `part-2` comes before
/// `part-10`. A total order: names that differ only in leading zeros are told apart by their bytes.
#[must_use]
pub fn compare_names(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left.as_bytes(), right.as_bytes());
    while let (Some(&left_byte), Some(&right_byte)) = (left_rest.first(), right_rest.first()) {
        let step = if left_byte.is_ascii_digit() && right_byte.is_ascii_digit() {
            take_number(&mut left_rest).cmp(&take_number(&mut right_rest))
        } else {
            left_rest = left_rest.get(1..).unwrap_or_default();
            right_rest = right_rest.get(1..).unwrap_or_default();
            left_byte.cmp(&right_byte)
        };
        if step != Ordering::Equal {
            return step;
        }
    }
    left_rest.len().cmp(&right_rest.len()).then_with(|| left.cmp(right))
}

/// Takes the leading digits off, as (number of significant digits, those digits), which compares like the number.
fn take_number<'a>(rest: &mut &'a [u8]) -> (usize, &'a [u8]) {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    *rest = after;
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    let significant = digits.get(zeros..).unwrap_or_default();
    (significant.len(), significant)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("people.csv", FileKind::Data(Format::Csv))]
    #[case("PEOPLE.CSV", FileKind::Data(Format::Csv))]
    #[case("people.csv.gz", FileKind::Data(Format::Csv))]
    #[case("people.Csv.GZ", FileKind::Data(Format::Csv))]
    #[case("part-00000-0c1f.c000.csv", FileKind::Data(Format::Csv))]
    #[case("_SUCCESS", FileKind::Marker)]
    #[case("manifest.json", FileKind::Marker)]
    #[case("_committed_123", FileKind::Hidden)]
    #[case(".part-0.csv.crc", FileKind::Hidden)]
    #[case("_people.csv", FileKind::Hidden)]
    #[case("", FileKind::Hidden)]
    #[case("people.jsonl", FileKind::Unsupported)]
    #[case("people.jsonl.gz", FileKind::Unsupported)]
    #[case("people.parquet", FileKind::Unsupported)]
    #[case("model.json", FileKind::Unsupported)]
    #[case("people.csv.zip", FileKind::Unsupported)]
    #[case("notes.txt", FileKind::Unknown)]
    #[case("csv", FileKind::Unknown)]
    fn a_name_says_what_a_file_is(#[case] name: &str, #[case] kind: FileKind) {
        assert_eq!(FileKind::of(name), kind);
    }

    #[test]
    fn numbers_in_names_are_compared_as_numbers() {
        let expected =
            ["part-1.csv", "part-02.csv", "part-2.csv", "part-10.csv", "part-10a.csv", "part-x.csv"];
        let mut names = expected;
        names.reverse();
        names.sort_by(|left, right| compare_names(left, right));
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn the_order_of_names_is_total(names in prop::collection::vec("[a0-29.-]{0,6}", 3)) {
            let [first, second, third] = &names[..] else { return Ok(()) };
            prop_assert_eq!(compare_names(first, second), compare_names(second, first).reverse());
            prop_assert_eq!(compare_names(first, second) == Ordering::Equal, first == second);
            if compare_names(first, second).is_lt() && compare_names(second, third).is_lt() {
                prop_assert!(compare_names(first, third).is_lt());
            }
        }
    }
}
