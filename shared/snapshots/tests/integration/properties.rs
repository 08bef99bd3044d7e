//! Whatever is written comes back, however it is written, split and delivered; and nothing makes the reader panic.

use crate::support::{Collected, gzip, read_stepwise};
use proptest::prelude::*;
use snapshots::{ReadError, SnapshotSettings};

/// How a file is written.
#[derive(Debug, Clone)]
struct Style {
    delimiter: u8,
    carriage_return: bool,
    quotes: csv::QuoteStyle,
    byte_order_mark: bool,
    last_line_end: bool,
    /// Where to cut the text into gzip members, in thousandths; `None` leaves it uncompressed.
    members: Option<Vec<usize>>,
    /// The order of the columns, as sort keys.
    shuffle: Vec<u32>,
}

fn style() -> impl Strategy<Value = Style> {
    (
        prop::sample::select(b",;\t|".to_vec()),
        any::<bool>(),
        prop::sample::select(vec![
            csv::QuoteStyle::Necessary,
            csv::QuoteStyle::Always,
            csv::QuoteStyle::NonNumeric,
        ]),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(prop::collection::vec(0..1000_usize, 0..4)),
        prop::collection::vec(any::<u32>(), 6),
    )
        .prop_map(
            |(delimiter, carriage_return, quotes, byte_order_mark, last_line_end, members, shuffle)| Style {
                delimiter,
                carriage_return,
                quotes,
                byte_order_mark,
                last_line_end,
                members,
                shuffle,
            },
        )
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "[ -~]{0,12}".prop_map(String::into_bytes),
        2 => "[a,;|\t\"\r\n ]{0,6}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ]
}

fn write(rows: &[Vec<Vec<u8>>], columns: usize, style: &Style) -> Vec<u8> {
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by_key(|column| style.shuffle[*column]);
    let terminator = if style.carriage_return { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    // A header of one column shows no delimiter: a comma is assumed.
    let delimiter = if columns == 1 { b',' } else { style.delimiter };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(terminator)
        .quote_style(style.quotes)
        .from_writer(Vec::new());
    writer.write_record(order.iter().map(|column| format!("column {column}"))).unwrap();
    for row in rows {
        writer.write_record(order.iter().map(|column| &row[*column])).unwrap();
    }
    let mut text = writer.into_inner().unwrap();
    // A last empty field would vanish with its line end only where it stands alone, which is quoted.
    if !style.last_line_end {
        text.truncate(text.len() - if style.carriage_return { 2 } else { 1 });
    }
    if style.byte_order_mark {
        text.splice(0..0, *b"\xEF\xBB\xBF");
    }
    match &style.members {
        None => text,
        Some(cuts) => {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| text.len() * cut / 1000).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            cuts.windows(2).flat_map(|cut| gzip(&text[cut[0]..cut[1]])).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_comes_back(
        (columns, parts) in (1..6_usize).prop_flat_map(|columns| {
            let row = prop::collection::vec(field(), columns);
            let part = (prop::collection::vec(row, 0..6), style(), 1..40_usize);
            (Just(columns), prop::collection::vec(part, 1..4))
        }),
    ) {
        let mut files = Vec::new();
        let mut expected = Vec::new();
        for (rows, style, _) in &parts {
            let name = if style.members.is_some() { "part.csv.gz" } else { "part.csv" };
            files.push((name, write(rows, columns, style)));
            expected.extend(rows.iter().cloned());
        }
        // The first part decides about the order of the columns.
        let mut order: Vec<usize> = (0..columns).collect();
        order.sort_by_key(|column| parts[0].1.shuffle[*column]);
        for row in &mut expected {
            *row = order.iter().map(|column| row[*column].clone()).collect();
        }
        let mut collected = Collected::default();
        let totals = read_stepwise(&files, parts[0].2, &SnapshotSettings::default(), &mut collected).unwrap();
        let rows: Vec<_> = collected.rows.iter().map(|row| row.fields.clone()).collect();
        prop_assert_eq!(rows, expected.clone());
        prop_assert_eq!(totals.rows, expected.len() as u64);

        // The rows of a report can be read again.
        let report: Vec<u8> = collected.rows.iter().flat_map(|row| [&row.csv[..], b"\n"].concat()).collect();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&report[..]);
        let again: Vec<Vec<Vec<u8>>> = reader
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect();
        prop_assert_eq!(again, expected);
    }

    #[test]
    fn arbitrary_text_is_taken_apart_as_the_reference_does(text in "[a\",\r\n ]{0,40}", step in 1..20_usize) {
        let file = format!("x,y\n{text}");
        let mut collected = Collected::default();
        let settings = SnapshotSettings::default();
        match read_stepwise(&[("p.csv", file.clone().into_bytes())], step, &settings, &mut collected) {
            Ok(_) => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.as_bytes());
                // Lines of white space alone are blank here, rows of one field there.
                let counts = |row: &Vec<Vec<u8>>| row.len() != 1 || row[0].is_empty() || row[0] != b" ".repeat(row[0].len());
                let expected: Vec<Vec<Vec<u8>>> = reader
                    .byte_records()
                    .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                    .filter(counts)
                    .collect();
                let rows: Vec<_> = collected.rows.iter().map(|row| row.fields.clone()).filter(counts).collect();
                prop_assert_eq!(rows, expected);
            }
            // The reference closes the quote silently at the end of the file.
            Err(error) => prop_assert!(error.to_string().contains("still open"), "{}", error),
        }
    }

    #[test]
    fn any_bytes_in_any_steps_give_the_same_and_never_panic(
        content in prop::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
        compress in any::<bool>(),
        named_gzip in any::<bool>(),
        step in 1..50_usize,
        max_field_bytes in 1..50_usize,
    ) {
        let content = if compress { gzip(&content) } else { content };
        let name = if named_gzip { "p.csv.gz" } else { "p.csv" };
        let settings = SnapshotSettings { max_field_bytes, ..SnapshotSettings::default() };
        let outcome = |step| {
            let mut collected = Collected::default();
            let result = read_stepwise(&[(name, content.clone())], step, &settings, &mut collected);
            (result.map_err(|error| error.to_string()), collected)
        };
        prop_assert_eq!(outcome(step), outcome(usize::MAX));
    }

    #[test]
    fn long_rows_survive_the_edge_of_the_buffer(
        lengths in prop::collection::vec((0..150_000_usize, any::<bool>()), 1..12),
        step in 1000..300_000_usize,
    ) {
        let values: Vec<String> = lengths
            .iter()
            .map(|(length, quotes)| if *quotes { "x\"\n".repeat(length / 3) } else { "y".repeat(*length) })
            .collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for value in &values {
            writer.write_record([value, "end"]).unwrap();
        }
        let files = [("p.csv", writer.into_inner().unwrap())];
        let mut collected = Collected::default();
        read_stepwise(&files, step, &SnapshotSettings::default(), &mut collected).unwrap();
        prop_assert!(collected.rows.len() == values.len());
        for (row, value) in collected.rows.iter().zip(&values) {
            prop_assert!(row.fields == [value.as_bytes(), b"end"]);
        }
    }

    #[test]
    fn a_file_that_ends_early_is_never_taken_as_whole(rows in 1..50_usize, missing in 1..20_usize) {
        let text = format!("a,b\n{}", "1,2\n".repeat(rows)).into_bytes();
        let received = text.len().saturating_sub(missing).max(1);
        let source: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(text[..received].to_vec()));
        let parts = vec![(crate::support::part("p.csv", text.len()), source)];
        let result = snapshots::read_snapshot(parts, &SnapshotSettings::default(), &mut Collected::default());
        prop_assert!(matches!(result, Err(ReadError::Interrupted { .. })), "{:?}", result);
    }
}
