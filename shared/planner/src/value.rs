//! Values: cleaned, cut to their length and written as JSON, without an allocation for the usual ones.

use domain::field::ValueKind;
use jiff::civil::Date;

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It stands in the output.
    Whole,
    /// It stands in the output, cut to its length.
    Cut,
    /// It was blank: nothing was written, so that the service keeps what it has.
    Blank,
    /// The service would have refused the whole row for it: nothing was written.
    LeftOut,
}

/// Writes texts as the inside of a JSON string.
#[derive(Debug, Default)]
pub(crate) struct ValueWriter {
    scratch: String,
}

/// What a byte is to a text.
const PLAIN: u8 = 0;
const SPACE: u8 = 1;
const WRONG: u8 = 2;
const BEYOND_ASCII: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut table = [WRONG; 256];
    let mut byte = 0x20_usize;
    while byte < 0x100 {
        let class = match byte {
            0x20 => SPACE,
            0x22 | 0x5C | 0x7F => WRONG,
            0x80.. => BEYOND_ASCII,
            _ => PLAIN,
        };
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, which refuses an index out of bounds"
        )]
        {
            table[byte] = class;
        }
        byte += 1;
    }
    table
};

/// Whether a text can be copied: printable, nothing that JSON escapes, no white space that would have to go, at most
/// `max` characters. Without a branch for each byte, which the processor would often guess wrong. Doubt is `false`.
#[inline]
fn is_plain(value: &[u8], max: usize) -> bool {
    let mut seen = 0;
    let mut doubled = 0;
    let mut previous = SPACE;
    for byte in value {
        let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or(WRONG);
        seen |= class;
        doubled |= class & previous;
        previous = class;
    }
    if (seen & WRONG) | ((doubled | previous) & SPACE) != 0 {
        return false;
    }
    if seen & BEYOND_ASCII == 0 { value.len() <= max } else { is_plain_beyond_ascii(value, max) }
}

/// For UTF-8 of which [`is_plain`] knows all but the characters beyond ASCII: whether none of them is white space or
/// a control, judged by their first two bytes.
fn is_plain_beyond_ascii(value: &[u8], max: usize) -> bool {
    let mut characters = 0;
    let mut previous = 0;
    for byte in value {
        let doubtful =
            matches!((previous, *byte), (0xC2, _) | (0xE1, 0x9A) | (0xE2, 0x80 | 0x81) | (0xE3, 0x80));
        if doubtful {
            return false;
        }
        characters += usize::from(*byte & 0xC0 != 0x80);
        previous = *byte;
    }
    characters <= max
}

impl ValueWriter {
    /// Appends `value`, which must be UTF-8, as `kind` asks, without quotes.
    pub(crate) fn write(&mut self, value: &[u8], kind: ValueKind, max: usize, out: &mut Vec<u8>) -> Written {
        match kind {
            ValueKind::Text => self.write_text(value, max, out),
            ValueKind::NumberUpTo(greatest) => write_number(value, greatest, out),
            ValueKind::Date => write_date(value, out),
        }
    }

    fn write_text(&mut self, value: &[u8], max: usize, out: &mut Vec<u8>) -> Written {
        if value.is_empty() {
            return Written::Blank;
        }
        if is_plain(value, max) {
            out.extend_from_slice(value);
            return Written::Whole;
        }
        let Ok(text) = std::str::from_utf8(value) else {
            return Written::LeftOut;
        };
        let cut = self.clean(text, max);
        if self.scratch.is_empty() {
            return Written::Blank;
        }
        for character in self.scratch.bytes() {
            // Control characters were made spaces, so only these two need a backslash.
            if matches!(character, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(character);
        }
        if cut { Written::Cut } else { Written::Whole }
    }

    /// Leaves the cleaned text in the scratch buffer: control characters and runs of white space as one space,
    /// none at the ends, at most `max` characters. Says whether something was cut off.
    fn clean(&mut self, text: &str, max: usize) -> bool {
        self.scratch.clear();
        let mut characters = 0;
        for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
            if word.is_empty() {
                continue;
            }
            if !self.scratch.is_empty() {
                if characters + 1 >= max {
                    return true;
                }
                self.scratch.push(' ');
                characters += 1;
            }
            for character in word.chars() {
                if characters == max {
                    return true;
                }
                self.scratch.push(character);
                characters += 1;
            }
        }
        false
    }
}

fn write_number(value: &[u8], greatest: u8, out: &mut Vec<u8>) -> Written {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Written::Blank;
    }
    match std::str::from_utf8(value).ok().and_then(|text| text.parse::<u8>().ok()) {
        Some(number) if (1..=greatest).contains(&number) => {
            out.extend_from_slice(number.to_string().as_bytes());
            Written::Whole
        }
        _ => Written::LeftOut,
    }
}

fn write_date(value: &[u8], out: &mut Vec<u8>) -> Written {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Written::Blank;
    }
    let date = std::str::from_utf8(value).ok().and_then(parse_date);
    // The service takes years after 1900 (its earlier interface says so) and some years ahead.
    match date.filter(|date| (1901..=2100).contains(&date.year())) {
        Some(date) => {
            out.extend_from_slice(date.to_string().as_bytes());
            Written::Whole
        }
        None => Written::LeftOut,
    }
}

/// A date in one of the forms of the contract, or the date of a timestamp, as data stores write them.
fn parse_date(text: &str) -> Option<Date> {
    let date = text.split(['T', ' ']).next()?;
    let parts: Vec<&str> = date.split(['/', '-']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = if first.len() == 4 { (first, second, third) } else { (third, first, second) };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn write(value: &str, kind: ValueKind, max: usize) -> (String, Written) {
        let mut out = Vec::new();
        let written = ValueWriter::default().write(value.as_bytes(), kind, max, &mut out);
        (String::from_utf8(out).unwrap(), written)
    }

    #[rstest]
    #[case("Ann", "Ann", Written::Whole)]
    #[case(" Ann \t\r\n Lee ", "Ann Lee", Written::Whole)]
    #[case("An\u{0}n", "An n", Written::Whole)]
    #[case("O\"Neil\\", "O\\\"Neil\\\\", Written::Whole)]
    #[case("Zoë Müller", "Zoë Müller", Written::Whole)]
    #[case("abcdefghijk", "abcdefghij", Written::Cut)]
    #[case("äöüäöüäöüäöü", "äöüäöüäöüä", Written::Cut)]
    #[case("abcdefghi jk", "abcdefghi", Written::Cut)]
    #[case(" \u{a0} ", "", Written::Blank)]
    #[case("", "", Written::Blank)]
    fn texts(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        assert_eq!(write(value, ValueKind::Text, 10), (expected.to_owned(), written));
    }

    #[rstest]
    #[case("07", "7", Written::Whole)]
    #[case("12", "12", Written::Whole)]
    #[case("13", "", Written::LeftOut)]
    #[case("0", "", Written::LeftOut)]
    #[case("May", "", Written::LeftOut)]
    #[case(" ", "", Written::Blank)]
    fn months(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        assert_eq!(write(value, ValueKind::NumberUpTo(12), 2), (expected.to_owned(), written));
    }

    #[rstest]
    #[case("5/1/1980", "1980-05-01", Written::Whole)]
    #[case("05/31/1980", "1980-05-31", Written::Whole)]
    #[case("1980/5/1", "1980-05-01", Written::Whole)]
    #[case("5-31-1980", "1980-05-31", Written::Whole)]
    #[case("1980-05-01T00:00:00Z", "1980-05-01", Written::Whole)]
    #[case("31/05/1980", "", Written::LeftOut)]
    #[case("1980-02-30", "", Written::LeftOut)]
    #[case("1880-02-03", "", Written::LeftOut)]
    #[case("soon", "", Written::LeftOut)]
    fn dates(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        assert_eq!(write(value, ValueKind::Date, 10), (expected.to_owned(), written));
    }

    proptest! {
        #[test]
        fn the_short_cuts_change_nothing(value in "[ a-zA-Zäöüß\u{a0}\u{85}€東京Ωж\"\\\\]{0,12}", max in 1_usize..14) {
            let mut slow = ValueWriter::default();
            let cut = slow.clean(&value, max);
            let expected = slow.scratch.replace('\\', "\\\\").replace('"', "\\\"");
            let (text, written) = write(&value, ValueKind::Text, max);
            prop_assert_eq!(text, expected);
            prop_assert_eq!(written == Written::Cut, cut);
        }

        #[test]
        fn every_text_becomes_a_json_string_within_its_length(value in any::<String>(), max in 1_usize..60) {
            let (text, _) = write(&value, ValueKind::Text, max);
            let read: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            prop_assert!(read.chars().count() <= max);
            prop_assert_eq!(read.trim(), &read);
            prop_assert!(!read.chars().any(char::is_control));
        }
    }
}
