//! The two files that people get back: the report of rejected rows and the outcome of every row.

use domain::outcome::{Outcome, Reason};

/// The header of the outcome file.
pub const OUTCOME_HEADER: &[u8] = b"CustomerId,outcome,reason,chunk\n";

/// The header of the report of rejected rows.
pub const REPORT_HEADER: &[u8] = b"file,row,reason,detail,content\n";

/// Appends a field, quoted where CSV asks for it.
fn push_field(out: &mut Vec<u8>, field: &[u8]) {
    let plain = !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if plain {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
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
    push_field(out, customer_id);
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
    push_field(out, file.as_bytes());
    out.push(b',');
    out.extend_from_slice(row.to_string().as_bytes());
    out.push(b',');
    out.extend_from_slice(reason.as_str().as_bytes());
    out.push(b',');
    push_field(out, detail.as_bytes());
    out.push(b',');
    push_field(out, content);
    out.push(b'\n');
}

/// Appends one line of the report for rows that the service refused without naming them.
pub fn push_unidentified(out: &mut Vec<u8>, chunk: u32, rows: u32) {
    let detail = format!("{rows} rows of chunk {chunk}; the service did not say which, they are tried again");
    out.extend_from_slice(b",,");
    out.extend_from_slice(Reason::RejectedUnidentified.as_str().as_bytes());
    out.push(b',');
    push_field(out, detail.as_bytes());
    out.extend_from_slice(b",\n");
}
