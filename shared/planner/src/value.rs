//! Values: cleaned, cut to their length and written as JSON, without an allocation for the usual ones.

use std::io::Write as _;

use domain::field::{Field, ValueKind};
use jiff::civil::Date;

use crate::calendar::{LATEST_EVER_TAKEN, write_date};

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It stands in the output.
    Whole,
    /// It stands in the output, cut to its length.
    Cut,
    /// It was blank: nothing was written, so that the service keeps what it has.
    Blank,
    /// The service would have refused the whole row for it: nothing was written.
    LeftOut,
}

/// What would become of `value` in the field: for whoever has to be told before it is the same for everybody. A date is
/// judged as on the day on which the fewest are taken.
///
/// ```
/// # use planner::{Written, written};
/// let number = domain::field::Field::parse("sms_number").unwrap();
/// assert_eq!(written(&number, "+1 202 555 0123"), Written::Whole);
/// assert_eq!(written(&number, "ask Ann"), Written::LeftOut);
/// ```
#[must_use]
pub fn written(field: &Field, value: &str) -> Written {
    ValueWriter::default().write(value.as_bytes(), field.kind(), field.max_characters(), &mut Vec::new())
}

/// Writes texts as the inside of a JSON string.
#[derive(Debug)]
pub(crate) struct ValueWriter {
    scratch: String,
    /// No later date is written.
    pub(crate) latest_date: Date,
}

impl Default for ValueWriter {
    fn default() -> Self {
        Self { scratch: String::new(), latest_date: LATEST_EVER_TAKEN }
    }
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
/// `max` long. Without a branch for each byte, which the processor would often guess wrong. Doubt is `false`.
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
    let mut units = 0;
    let mut previous = 0;
    for byte in value {
        let doubtful =
            matches!((previous, *byte), (0xC2, _) | (0xE1, 0x9A) | (0xE2, 0x80 | 0x81) | (0xE3, 0x80));
        if doubtful {
            return false;
        }
        // The first byte of a character, which from U+10000 on is two units.
        units += usize::from(*byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0);
        previous = *byte;
    }
    units <= max
}

impl ValueWriter {
    /// Appends `value`, which must be UTF-8, as `kind` asks, without quotes. Lengths are counted in UTF-16 units: what
    /// the service counts is not documented, and characters are fewer.
    pub(crate) fn write(&mut self, value: &[u8], kind: ValueKind, max: usize, out: &mut Vec<u8>) -> Written {
        match kind {
            ValueKind::Text => self.write_text(value, max, out),
            ValueKind::NumberUpTo(greatest) => write_number(value, greatest, out),
            ValueKind::Date => write_date(value, self.latest_date, out),
            ValueKind::Phone => self.write_whole_text(value, max, out),
            ValueKind::TextMessageNumber => write_text_message_number(value, out),
        }
    }

    /// A text of which a part is worth nothing: a number that was cut is somebody else's.
    fn write_whole_text(&mut self, value: &[u8], max: usize, out: &mut Vec<u8>) -> Written {
        let start = out.len();
        let written = self.write_text(value, max, out);
        if written != Written::Cut {
            return written;
        }
        out.truncate(start);
        Written::LeftOut
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
            // Not even the first character fits: this was no blank.
            return if cut { Written::LeftOut } else { Written::Blank };
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
    /// none at the ends, at most `max` long. Says whether something was cut off.
    fn clean(&mut self, text: &str, max: usize) -> bool {
        self.scratch.clear();
        let mut units = 0;
        for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
            let Some(first) = word.chars().next() else { continue };
            if !self.scratch.is_empty() {
                if units + 1 + first.len_utf16() > max {
                    return true;
                }
                self.scratch.push(' ');
                units += 1;
            }
            for character in word.chars() {
                if units + character.len_utf16() > max {
                    return true;
                }
                self.scratch.push(character);
                units += character.len_utf16();
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
            // Writing to memory cannot fail.
            let _ = write!(out, "{number}");
            Written::Whole
        }
        _ => Written::LeftOut,
    }
}

/// The contract takes `1231231234` and `123-123-1234`: the digits of whatever stands around them, without the country's.
fn write_text_message_number(value: &[u8], out: &mut Vec<u8>) -> Written {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Written::Blank;
    }
    let punctuation = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b'-' | b'.' | b'(' | b')' | b'+');
    let start = out.len();
    out.extend(value.iter().filter(|byte| byte.is_ascii_digit()));
    let digits = out.get(start..).unwrap_or_default();
    if digits.len() == 11 && digits.first() == Some(&b'1') {
        out.remove(start);
    }
    if out.len() - start == 10 && value.iter().all(punctuation) {
        return Written::Whole;
    }
    out.truncate(start);
    Written::LeftOut
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
    #[case("😀😀😀😀😀", "😀😀😀😀😀", Written::Whole)]
    #[case("😀😀😀😀😀a", "😀😀😀😀😀", Written::Cut)]
    #[case("a😀😀😀😀😀", "a😀😀😀😀", Written::Cut)]
    #[case("abcdefgh 😀", "abcdefgh", Written::Cut)]
    #[case(" \u{a0} ", "", Written::Blank)]
    #[case("", "", Written::Blank)]
    fn texts(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        assert_eq!(write(value, ValueKind::Text, 10), (expected.to_owned(), written));
    }

    #[test]
    fn a_text_of_which_nothing_fits_is_left_out() {
        assert_eq!(write(" 😀😀", ValueKind::Text, 1), (String::new(), Written::LeftOut));
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
    #[case("+49 30 1234", "+49 30 1234", Written::Whole)]
    #[case(" +49  30\t1234 ", "+49 30 1234", Written::Whole)]
    #[case("+49 30 12345", "", Written::LeftOut)]
    #[case(" ", "", Written::Blank)]
    fn phones_are_sent_whole_or_not_at_all(
        #[case] value: &str,
        #[case] expected: &str,
        #[case] written: Written,
    ) {
        assert_eq!(write(value, ValueKind::Phone, 11), (expected.to_owned(), written));
    }

    #[rstest]
    #[case("2025550123", "2025550123", Written::Whole)]
    #[case(" +1 (202) 555-0123 ", "2025550123", Written::Whole)]
    #[case("202.555.0123", "2025550123", Written::Whole)]
    #[case("555-0123", "", Written::LeftOut)]
    #[case("+49 30 12345678", "", Written::LeftOut)]
    #[case("202-555-0123 x4", "", Written::LeftOut)]
    #[case("mobile 202-555-0123", "", Written::LeftOut)]
    #[case(" ", "", Written::Blank)]
    fn numbers_for_text_messages(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        assert_eq!(write(value, ValueKind::TextMessageNumber, 16), (expected.to_owned(), written));
    }

    proptest! {
        #[test]
        fn the_short_cuts_change_nothing(value in "[ a-zA-Zäöüß\u{a0}\u{85}€東京Ωж😀\"\\\\]{0,12}", max in 1_usize..14) {
            let mut slow = ValueWriter::default();
            let cut = slow.clean(&value, max);
            let expected = slow.scratch.replace('\\', "\\\\").replace('"', "\\\"");
            let outcome = match (cut, expected.is_empty()) {
                (true, true) => Written::LeftOut,
                (true, false) => Written::Cut,
                (false, true) => Written::Blank,
                (false, false) => Written::Whole,
            };
            prop_assert_eq!(write(&value, ValueKind::Text, max), (expected, outcome));
        }

        #[test]
        fn every_text_becomes_a_json_string_within_its_length(value in any::<String>(), max in 1_usize..60) {
            let (text, _) = write(&value, ValueKind::Text, max);
            let read: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            prop_assert!(read.encode_utf16().count() <= max);
            prop_assert_eq!(read.trim(), &read);
            prop_assert!(!read.chars().any(char::is_control));
        }
    }
}
