//! The two files that people get back: the report of rejected rows and the outcome of every row.

use domain::outcome::{Outcome, Reason};

/// The header of the outcome file. It is read by programs: a `CustomerId` stands in it to the letter, unless a spreadsheet
/// would take it for a formula; then it begins with an apostrophe, as in the report. A number with its sign does not.
pub const OUTCOME_HEADER: &[u8] = b"CustomerId,outcome,reason,chunk\n";

/// The header of the report of rejected rows. It is read by people with spreadsheets: a cell that one would take for a
/// formula (`=1+1`, and also `+49 30 1234`, `-` and `@`) begins with an apostrophe, which makes it a text (OWASP, "CSV
/// Injection").
pub const REPORT_HEADER: &[u8] = b"file,row,reason,detail,content\n";

/// Whether a spreadsheet takes this for a formula: by its first sign, by one that may be dropped before it looks for
/// another, or by the same signs at double width (OWASP, "CSV Injection").
const fn is_formula(field: &[u8]) -> bool {
    matches!(
        field,
        [b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n', ..] | [0xef, 0xbc, 0x9d | 0x8b | 0x8d | 0xa0, ..]
    )
}

/// A sign and digits, such as a negative number: the same in a spreadsheet, whether formula or not.
fn is_number(field: &[u8]) -> bool {
    matches!(field, [b'+' | b'-', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// Appends a text for people, which no spreadsheet takes for a formula.
fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    push_field(out, if is_formula(text) { b"'" } else { b"" }, text);
}

/// Appends a field, quoted where CSV asks for it, with `prefix` as a part of it.
fn push_field(out: &mut Vec<u8>, prefix: &[u8], field: &[u8]) {
    let plain = !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if plain {
        out.extend_from_slice(prefix);
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(prefix);
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// Appends a number in decimal digits, without an allocation.
fn push_number(out: &mut Vec<u8>, number: u32) {
    let start = out.len();
    let mut rest = number;
    loop {
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// Appends one line of the outcome file. `reason` is empty where the outcome says all.
pub(crate) fn push_outcome(
    out: &mut Vec<u8>,
    customer_id: &[u8],
    outcome: Outcome,
    reason: &str,
    chunk: Option<u32>,
) {
    let guarded = is_formula(customer_id) && !is_number(customer_id);
    push_field(out, if guarded { b"'" } else { b"" }, customer_id);
    out.push(b',');
    out.extend_from_slice(outcome.as_str().as_bytes());
    out.push(b',');
    out.extend_from_slice(reason.as_bytes());
    out.push(b',');
    if let Some(chunk) = chunk {
        push_number(out, chunk);
    }
    out.push(b'\n');
}

/// Appends one line of the report: where the row stands, why it was rejected, and the row itself.
pub fn push_rejected(out: &mut Vec<u8>, file: &str, row: u64, reason: Reason, content: &[u8]) {
    push_refused(out, file, row, reason, "", content);
}

/// Appends one line of the report for a row that the service refused; `detail` is in its own words, empty when it
/// gave none.
pub fn push_refused(out: &mut Vec<u8>, file: &str, row: u64, reason: Reason, detail: &str, content: &[u8]) {
    push_text(out, file.as_bytes());
    out.push(b',');
    out.extend_from_slice(row.to_string().as_bytes());
    out.push(b',');
    out.extend_from_slice(reason.as_str().as_bytes());
    out.push(b',');
    push_text(out, detail.as_bytes());
    out.push(b',');
    push_text(out, content);
    out.push(b'\n');
}

/// Appends one line of the report for rows that the service refused without naming them.
pub fn push_unidentified(out: &mut Vec<u8>, chunk: u32, rows: u32) {
    let detail = format!("{rows} rows of chunk {chunk}; the service did not say which, they are tried again");
    out.extend_from_slice(b",,");
    out.extend_from_slice(Reason::RejectedUnidentified.as_str().as_bytes());
    out.push(b',');
    push_text(out, detail.as_bytes());
    out.extend_from_slice(b",\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report_line(content: &str) -> String {
        let mut out = Vec::new();
        push_refused(&mut out, "=file.csv", 7, Reason::EmailInvalid, "@detail", content.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_cell_of_the_report_is_a_formula() {
        let cases = [
            ("ann@example.com", "ann@example.com"),
            ("'quoted", "'quoted"),
            ("=1+1", "'=1+1"),
            ("+49 30 1234", "'+49 30 1234"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1+1", "'\t=1+1"),
            ("\r=1+1", "\"'\r=1+1\""),
            ("\n=1+1", "\"'\n=1+1\""),
            ("\u{ff1d}1+1", "'\u{ff1d}1+1"),
            ("\u{ff0b}1", "'\u{ff0b}1"),
            ("\u{ff0d}1", "'\u{ff0d}1"),
            ("\u{ff20}a", "'\u{ff20}a"),
            ("\u{ff21}a", "\u{ff21}a"),
            ("=HYPERLINK(\"http://example.com\",1)", "\"'=HYPERLINK(\"\"http://example.com\"\",1)\""),
        ];
        for (content, cell) in cases {
            let line = format!("'=file.csv,7,{},'@detail,{cell}\n", Reason::EmailInvalid.as_str());
            assert_eq!(report_line(content), line, "{content}");
        }
    }

    #[test]
    fn an_identity_stays_as_it_is_unless_it_is_a_formula() {
        let line = |id: &str| {
            let mut out = Vec::new();
            push_outcome(&mut out, id.as_bytes(), Outcome::Added, "", Some(3));
            String::from_utf8(out).unwrap()
        };
        for id in ["7", "-8839104", "+7", "C=1"] {
            assert_eq!(line(id), format!("{id},added,,3\n"));
        }
        for id in ["=1+1", "-1+1", "+", "@a"] {
            assert_eq!(line(id), format!("'{id},added,,3\n"));
        }
        assert_eq!(line("=1,1"), "\"'=1,1\",added,,3\n");
    }
}
