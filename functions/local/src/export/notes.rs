//! What is worth knowing about a run beside its counts.

use domain::outcome::{Counts, Reason};
use engine::Warning;

use crate::text::grouped;

/// What is worth knowing about a run, each in a line.
pub(super) fn notes(counts: &Counts, warnings: &[Warning]) -> Vec<String> {
    let notes = &counts.notes;
    let remarks = [
        (notes.values_cut, "values were longer than their field and were cut"),
        (
            notes.values_left_out,
            "values were left out because Constant Contact would refuse the row for them",
        ),
        (notes.long_addresses, "addresses have more than 50 characters; Constant Contact may refuse them"),
        (
            notes.address_changed,
            "profiles have a new address; the old one stays on the list, they may get mail twice",
        ),
        (notes.possibly_repeated, "rows may have been sent twice after a lost answer; that harms nothing"),
    ];
    let mut lines: Vec<String> = remarks
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, remark)| format!("  {} {remark}", grouped(*count)))
        .collect();
    lines.extend(counts.reasons.iter().filter_map(|(reason, rows)| explained(*reason, *rows)));
    lines.extend(warnings.iter().map(|warning| format!("  {}", worded(warning))));
    lines
}

/// What a reason means and what can be done, where its name does not say it.
fn explained(reason: Reason, rows: u64) -> Option<String> {
    let meaning = match reason {
        Reason::EmailMissing | Reason::EmailInvalid => return None,
        Reason::FieldCount => "another number of fields than the header has",
        Reason::Encoding => "not in UTF-8; write the file in that encoding",
        Reason::IdentityMissing => "nothing in the column that tells who the row is about",
        Reason::EmailTooLong => "more than 80 characters, which Constant Contact does not take",
        Reason::Parked => {
            "refused by Constant Contact five times; sent again once the row changes, or with --retry-failed"
        }
        Reason::ServiceCorrectable => {
            "refused by Constant Contact as faulty; the next exports try again, five times in all"
        }
        Reason::ServiceError => "refused by Constant Contact; the next exports try again, five times in all",
        Reason::RejectedUnidentified => {
            "refused by Constant Contact, which did not say which rows of an import; they are tried again"
        }
    };
    Some(format!("  {} {}: {meaning}", grouped(rows), reason.as_str()))
}

fn worded(warning: &Warning) -> String {
    match warning {
        Warning::SnapshotOld { segment, last_modified } => {
            format!(
                "the newest snapshot of {segment:?} is from {}: is it still refreshed?",
                last_modified.strftime("%Y-%m-%d")
            )
        }
        Warning::UploadUnfinished { segment, snapshot } => format!(
            "the snapshot {snapshot:?} of {segment:?} never became complete; an older one was exported"
        ),
        Warning::LedgerUnreadable => {
            "the record of what was sent before could not be read, so that everybody was sent again"
                .to_owned()
        }
        Warning::OutcomesUnwritten { .. } => warning.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_explained_unless_its_name_says_it() {
        let mut counts = Counts::default();
        counts.reasons.insert(Reason::EmailMissing, 7);
        counts.reasons.insert(Reason::Parked, 1_200);
        counts.notes.values_cut = 3;
        let notes = notes(&counts, &[]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert_eq!(notes[0], "  3 values were longer than their field and were cut");
        assert!(notes[1].starts_with("  1,200 parked: refused by"), "{notes:?}");
        assert!(notes[1].contains("--retry-failed"), "{notes:?}");
    }
}
