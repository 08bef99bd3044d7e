//! What must be read is read, and what is refused is refused in words.

use crate::support::{Collected, gzip, read, read_stepwise};
use rstest::rstest;
use snapshots::{BrokenFile, Problem, ReadError, SnapshotSettings, SnapshotTotals};

const HEADER: &str = "CustomerId,EMail,FirstName\n";

#[rstest]
#[case::line_feed("a,b\n1,2\n")]
#[case::carriage_return_and_line_feed("a,b\r\n1,2\r\n")]
#[case::carriage_return("a,b\r1,2\r")]
#[case::byte_order_mark("\u{FEFF}a,b\n1,2\n")]
#[case::byte_order_mark_before_a_quote("\u{FEFF}\"a\",b\n1,2\n")]
#[case::last_line_without_end("a,b\n1,2")]
#[case::every_field_quoted("\"a\",\"b\"\n\"1\",\"2\"\n")]
#[case::quoted_to_the_last_byte("\"a\",\"b\"\n\"1\",\"2\"")]
#[case::semicolon("a;b\n1;2\n")]
#[case::tab("a\tb\n1\t2\n")]
#[case::bar("a|b\n1|2\n")]
#[case::names_trimmed(" a , b\u{A0}\n1,2\n")]
#[case::blank_lines("\n\r\na,b\n\n\r\n1,2\n\n")]
#[case::lines_of_white_space("a,b\n  \n1,2\n \t \n")]
fn one_row_of_two_columns(#[case] text: &str) {
    let (collected, totals) = read(&[("s/people.csv", text.as_bytes())]).unwrap();
    assert_eq!(collected.columns, ["a", "b"]);
    assert_eq!(collected.texts(), [["1", "2"]]);
    assert_eq!((collected.rows[0].part, collected.rows[0].number), (0, 1));
    assert_eq!(totals, SnapshotTotals { rows: 1, bytes: text.len() as u64, unreadable: 0 });
}

#[rstest]
#[case("\"x, y\"", "x, y")]
#[case("\"x\ny\"", "x\ny")]
#[case("\"x\r\ny\"", "x\r\ny")]
#[case("\"say \"\"hi\"\"\"", "say \"hi\"")]
#[case("6\" tall", "6\" tall")]
#[case("  spaces stay  ", "  spaces stay  ")]
#[case("x;y|z", "x;y|z")]
#[case("Zoë", "Zoë")]
fn a_field_is_what_was_meant(#[case] written: &str, #[case] meant: &str) {
    let text = format!("a,b\n1,{written}\n2,next\n");
    let (collected, _) = read(&[("people.csv", text.as_bytes())]).unwrap();
    assert_eq!(collected.texts(), [["1", meant], ["2", "next"]]);
}

#[test]
fn an_empty_segment_has_columns_and_no_rows() {
    let (collected, totals) = read(&[("people.csv", HEADER.as_bytes())]).unwrap();
    assert_eq!(collected.columns.len(), 3);
    assert_eq!(totals.rows, 0);
}

#[test]
fn bytes_that_are_not_utf_8_are_given_out_as_they_are() {
    let (collected, _) = read(&[("people.csv", b"a,b\n1,\xFF\xFE\n")]).unwrap();
    assert_eq!(collected.rows[0].fields[1], b"\xFF\xFE");
}

#[test]
fn a_header_in_the_middle_is_a_row() {
    let (collected, _) = read(&[("people.csv", b"a,b\n1,2\na,b\n")]).unwrap();
    assert_eq!(collected.texts(), [["1", "2"], ["a", "b"]]);
}

#[test]
fn a_row_with_another_number_of_fields_is_marked_and_counted() {
    let (collected, totals) = read(&[("people.csv", b"a,b\n1\n\n1,2,3\n1,2\n\"x,\"\"y\"\"\"\n")]).unwrap();
    let seen: Vec<_> = collected.rows.iter().map(|row| (row.number, row.matches, row.fields.len())).collect();
    assert_eq!(seen, [(1, false, 1), (2, false, 3), (3, true, 2), (4, false, 1)]);
    assert_eq!(collected.rows[3].csv, b"\"x,\"\"y\"\"\"");
    assert_eq!((totals.rows, totals.unreadable), (4, 3));
}

#[test]
fn one_column_needs_no_delimiter_and_its_white_space_is_a_value() {
    let (collected, _) = read(&[("people.csv", b"EMail\nanna@example.com\n  \n\"\"\n")]).unwrap();
    assert_eq!(collected.texts(), [["anna@example.com"], ["  "], [""]]);
}

#[test]
fn parts_are_read_as_given_and_empty_ones_add_none() {
    let files: [(&str, &[u8]); 5] = [
        ("s/part-0.csv", b""),
        ("s/part-1.csv", b"a,b\n1,2\n3,4\n"),
        ("s/part-2.csv.gz", b""),
        ("s/part-3.csv", b"\xEF\xBB\xBFb;a\r\n6;5\r\n"),
        ("s/part-4.csv", b"\n"),
    ];
    let (collected, totals) = read(&files).unwrap();
    assert_eq!(collected.texts(), [["1", "2"], ["3", "4"], ["5", "6"]]);
    assert_eq!(collected.rows[2].csv, b"5,6", "the report shows the first part's order");
    assert_eq!((collected.rows[2].part, collected.rows[2].number), (3, 1));
    assert_eq!(collected.parts, [(0, 0), (1, 2), (2, 0), (3, 1), (4, 0)]);
    assert_eq!(totals.rows, 3);
}

#[rstest]
#[case::one_member(gzip(b"a,b\n1,2\n3,4\n"))]
#[case::several_members([gzip(b"a,b\n1"), gzip(b""), gzip(b",2\n3,4"), gzip(b"\n")].concat())]
#[case::zeros_after_it([gzip(b"a,b\n1,2\n3,4\n"), vec![0; 1000]].concat())]
fn gzip_is_read_to_its_last_member(#[case] content: Vec<u8>) {
    for step in [1, 7, usize::MAX] {
        let mut collected = Collected::default();
        let files = [("people.csv.gz", content.clone())];
        let totals = read_stepwise(&files, step, &SnapshotSettings::default(), &mut collected).unwrap();
        assert_eq!(collected.texts(), [["1", "2"], ["3", "4"]]);
        assert_eq!(totals.bytes, 12);
    }
}

fn broken(files: &[(&str, Vec<u8>)], wanted: &[&str], settings: &SnapshotSettings) -> BrokenFile {
    match read_stepwise(files, usize::MAX, settings, &mut Collected::wanting(wanted)) {
        Err(ReadError::Broken(broken)) => broken,
        other => panic!("expected a broken file, got {other:?}"),
    }
}

#[rstest]
#[case::other_columns(
    "p1.csv",
    b"a,c\n",
    None,
    r#"p1.csv: its columns are not those of the first part, p0.csv (it lacks "b" and has "c" instead)"#
)]
#[case::header_not_utf_8("p1.csv", b"a,\xFF\n", None, "p1.csv: the header row is not UTF-8")]
#[case::ambiguous("p1.csv", b"a,b;c\n", None, "p1.csv: the header row holds ',' and ';' equally often")]
#[case::open_quote(
    "p1.csv",
    b"a,b\n1,2\n3,\"4\n5,6\n",
    Some(2),
    "p1.csv, row 2: a quote that is opened here is still open"
)]
#[case::open_quote_in_header("p1.csv", b"a,\"b\n1,2\n", None, "p1.csv: a quote that is opened here")]
#[case::not_gzip("p1.csv.gz", b"a,b\n1,2\n", None, "p1.csv.gz: the file is not compressed with gzip")]
#[case::unknown_kind("p1.parquet", b"PAR1", None, "p1.parquet: files of this kind are not supported yet")]
fn a_broken_part_is_named(
    #[case] name: &str,
    #[case] content: &[u8],
    #[case] row: Option<u64>,
    #[case] message: &str,
) {
    let files = [("p0.csv", b"a,b\n0,0\n".to_vec()), (name, content.to_vec())];
    let broken = broken(&files, &[], &SnapshotSettings::default());
    assert_eq!(broken.row, row);
    assert!(broken.to_string().starts_with(message), "{broken}");
}

#[rstest]
#[case::missing("a,b\n", "EMail", r#"p.csv: there is no column "EMail"; the columns are "a", "b";"#)]
#[case::twice("EMail,EMail\n", "EMail", r#"p.csv: column "EMail" occurs more than once"#)]
#[case::twice_without_case("email,EMAIL\n", "EMail", r#"p.csv: column "EMail" occurs more than once"#)]
#[case::no_header("1001,anna@example.com\n", "EMail", "p.csv: the first row seems to hold data")]
#[case::only_empty_files("", "EMail", "p.csv: there is no header row, only empty files")]
#[case::only_blank_lines("\n\n", "EMail", "p.csv: there is no header row, only empty files")]
fn a_header_must_have_what_is_mapped(#[case] text: &str, #[case] wanted: &str, #[case] message: &str) {
    let broken = broken(&[("p.csv", text.into())], &[wanted], &SnapshotSettings::default());
    assert!(broken.to_string().starts_with(message), "{broken}");
}

#[rstest]
#[case::other_bytes([gzip(b"a\n1\n"), b"x".to_vec()].concat(), Problem::TrailingBytes)]
#[case::bytes_after_zeros([gzip(b"a\n1\n"), vec![0, 0, 1]].concat(), Problem::TrailingBytes)]
#[case::almost_a_member([gzip(b"a\n1\n"), b"\x1F\x8Cabcdefghijkl".to_vec()].concat(), Problem::TrailingBytes)]
#[case::wrong_checksum({ let mut bytes = gzip(b"a\n1\n"); let at = bytes.len() - 6; bytes[at] ^= 1; bytes }, Problem::DamagedGzip)]
#[case::half_a_second_member({ let mut bytes = [gzip(b"a\n1\n"), gzip(b"2\n")].concat(); bytes.truncate(bytes.len() - 3); bytes }, Problem::TruncatedGzip)]
fn gzip_must_be_whole_and_alone(#[case] content: Vec<u8>, #[case] problem: Problem) {
    let broken = broken(&[("p.csv.gz", content)], &[], &SnapshotSettings::default());
    assert_eq!(broken.problem, problem);
}

#[test]
fn gzip_cut_anywhere_is_an_error() {
    let text: String = (0..200).map(|row| format!("{row},person{row}@example.com\n")).collect();
    let whole = gzip(format!("a,b\n{text}").as_bytes());
    for length in 1..whole.len() {
        let broken = broken(&[("p.csv.gz", whole[..length].to_vec())], &[], &SnapshotSettings::default());
        assert_eq!(broken.problem, Problem::TruncatedGzip, "cut after {length} bytes");
    }
}

#[rstest]
#[case(999, true)]
#[case(1000, false)]
fn a_bomb_is_stopped_at_the_limit(#[case] limit: u64, #[case] stopped: bool) {
    let settings = SnapshotSettings { max_decompressed_bytes: limit, ..SnapshotSettings::default() };
    let content = [gzip(b"a\n"), gzip(&[b'1'; 998])].concat();
    let result = read_stepwise(&[("p.csv.gz", content)], usize::MAX, &settings, &mut Collected::default());
    match result {
        Err(ReadError::Broken(broken)) => {
            assert_eq!((broken.problem, stopped), (Problem::TooLarge { limit }, true))
        }
        other => assert_eq!((other.unwrap().rows, stopped), (1, false)),
    }
}

#[rstest]
#[case::plain("x", "")]
#[case::quoted("\"", "\"")]
fn a_field_may_have_one_mebibyte_and_no_more(#[case] before: &str, #[case] after: &str) {
    let file = |length: usize| format!("a,b\n1,2\n3,{before}{}{after}\n", "x".repeat(length)).into_bytes();
    let extra = before.trim_matches('"').len();
    let limit = 1024 * 1024;
    let mut collected = Collected::default();
    let fits = [("p.csv", file(limit - extra))];
    read_stepwise(&fits, 100_000, &SnapshotSettings::default(), &mut collected).unwrap();
    assert_eq!(collected.rows[1].fields[1].len(), limit);

    let broken = broken(&[("p.csv", file(limit - extra + 1))], &[], &SnapshotSettings::default());
    assert_eq!((broken.row, broken.problem), (Some(2), Problem::FieldTooLong { limit }));
}

#[rstest]
#[case::field_without_end("x".repeat(9_000_000), true)]
#[case::quote_never_closed(format!("\"{}", "x\n".repeat(4_500_000)), true)]
#[case::delimiters_without_end(",".repeat(9_000_000), false)]
fn a_row_without_end_does_not_fill_the_memory(#[case] row: String, #[case] field: bool) {
    let broken = broken(&[("p.csv", format!("a,b\n{row}").into_bytes())], &[], &SnapshotSettings::default());
    assert_eq!(broken.row, Some(1));
    assert_eq!(matches!(broken.problem, Problem::FieldTooLong { .. }), field, "{broken}");
    assert_eq!(matches!(broken.problem, Problem::RowTooLong { .. }), !field, "{broken}");
}

#[test]
fn no_message_repeats_what_a_row_holds() {
    let files = [("p.csv", b"a,b\nAnna,\"anna@example.com".to_vec())];
    let error = broken(&files, &[], &SnapshotSettings::default());
    let said = format!("{error} {error:?}");
    assert!(!said.contains("Anna") && !said.contains("anna@"), "{said}");
}
