//! Which rows of an import the service refused, as far as it says so.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::activities::{Activity, ActivityCounts};
use crate::redaction::redacted;

/// Why a row was refused: a short, stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The address.
    InvalidEmail,
    /// Day or month of birth.
    InvalidBirthday,
    /// The anniversary.
    InvalidAnniversary,
    /// A telephone number.
    InvalidPhone,
    /// A custom field or its value.
    InvalidCustomField,
    /// Some value is too long.
    TooLong,
    /// Something indispensable is missing.
    Missing,
    /// The contact unsubscribed or may not be added.
    CannotBeAdded,
    /// Anything else.
    Other,
}

impl ReasonCode {
    /// The word, as in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidEmail => "invalid_email",
            Self::InvalidBirthday => "invalid_birthday",
            Self::InvalidAnniversary => "invalid_anniversary",
            Self::InvalidPhone => "invalid_phone",
            Self::InvalidCustomField => "invalid_custom_field",
            Self::TooLong => "too_long",
            Self::Missing => "missing",
            Self::CannotBeAdded => "cannot_be_added",
            Self::Other => "other",
        }
    }

    /// The service's texts are not published; these words are those of the known examples. The first that fits
    /// wins, so the order matters.
    fn of(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["unsubscribed", "cannot be added", "opted out"]) {
            Self::CannotBeAdded
        } else if says(&["too long", "length", "exceeds", "characters"]) {
            Self::TooLong
        } else if says(&["missing", "required", "blank"]) {
            Self::Missing
        } else if says(&["custom field", "custom_field", "cf:"]) {
            Self::InvalidCustomField
        } else if says(&["birthday"]) {
            Self::InvalidBirthday
        } else if says(&["anniversary"]) {
            Self::InvalidAnniversary
        } else if says(&["phone", "sms"]) {
            Self::InvalidPhone
        } else if says(&["email", "e-mail"]) {
            Self::InvalidEmail
        } else {
            Self::Other
        }
    }
}

/// Why a row was refused.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The stable word.
    pub code: ReasonCode,
    /// The service's text without anything that looks like an address, a quoted value or a number. For reports;
    /// `Debug` leaves it out.
    pub text: String,
}

impl fmt::Debug for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reason").field("code", &self.code).finish_non_exhaustive()
    }
}

/// What an activity says about refused rows. It need not name all that its counters count, and never names those
/// of `cannot_add_to_list_count`: believe the counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRows {
    /// Index into `import_data`, each at most once, in ascending order.
    pub named: Vec<(usize, Reason)>,
    /// The activity's counters.
    pub counts: ActivityCounts,
}

/// Reads the refused rows of an import of `rows` rows.
///
/// The service makes a table with a header line of what was sent, so that "Line n" is `import_data[n - 2]`
/// (documented for the previous version, relied on by public clients of this one). Texts without a line, or with
/// one that is out of range, are ignored.
#[must_use]
pub fn refused_rows(activity: &Activity, rows: usize) -> RefusedRows {
    let mut named = BTreeMap::new();
    for text in &activity.errors {
        if let Some((line, rest)) = line_number(text.expose())
            && let Some(index) = line.checked_sub(2)
            && index < rows
        {
            named
                .entry(index)
                .or_insert_with(|| Reason { code: ReasonCode::of(rest), text: redacted(rest.trim()) });
        }
    }
    RefusedRows { named: named.into_iter().collect(), counts: activity.counts }
}

/// The number after the word "Line", in any case, and what follows it.
fn line_number(text: &str) -> Option<(usize, &str)> {
    // ASCII only, so that positions in both texts agree.
    let lower = text.to_ascii_lowercase();
    for (position, word) in lower.match_indices("line") {
        let before = lower.get(..position)?.chars().next_back();
        let after = text.get(position + word.len()..)?;
        let number = after.trim_start();
        if before.is_some_and(char::is_alphanumeric) || number.len() == after.len() {
            continue;
        }
        let digits = number.chars().take_while(char::is_ascii_digit).count();
        if let (Some(Ok(line)), Some(rest)) = (number.get(..digits).map(str::parse), number.get(digits..)) {
            return Some((line, rest.trim_start_matches([':', ' ', '-', ','])));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activities::WireActivity;

    fn activity(errors: &str) -> Activity {
        let json = format!(
            r#"{{"activity_id":"a-1","state":"completed","activity_errors":{errors},
                "status":{{"items_total_count":4,"person_count":3,"error_count":1,"correctable_count":"1"}}}}"#
        );
        serde_json::from_str::<WireActivity>(&json).unwrap().into_activity().unwrap()
    }

    #[test]
    fn a_line_is_the_row_two_before_it() {
        let read = activity(
            r#"["Line 3: Invalid email address: ann@example.com", {"message":"LINE 2: Invalid birthday"}]"#,
        );
        let refused = refused_rows(&read, 3);
        let indexes: Vec<_> = refused.named.iter().map(|(index, reason)| (*index, reason.code)).collect();
        assert_eq!(indexes, [(0, ReasonCode::InvalidBirthday), (1, ReasonCode::InvalidEmail)]);
        assert_eq!(refused.named[1].1.text, "Invalid email address: [removed]");
        assert_eq!(refused.counts.correctable_count, Some(1));
    }

    #[test]
    fn what_names_no_row_of_this_import_is_ignored() {
        let errors = r#"["Line 0: x", "Line 1: header", "Line 5: beyond", "Line -2: x", "Line: x", "Outline 3: x",
            "Line3: x", "Line 99999999999999999999999: x", "no row", "", 7, null, {}, {"message":null}, [1]]"#;
        assert_eq!(refused_rows(&activity(errors), 3).named, []);
    }

    #[test]
    fn a_row_named_twice_counts_once() {
        let read = activity(r#"["Line 2: Invalid email address", "Line 2: too long"]"#);
        let refused = refused_rows(&read, 3);
        assert_eq!(refused.named.len(), 1);
        assert_eq!(refused.named[0].1.code, ReasonCode::InvalidEmail);
    }

    #[test]
    fn no_list_of_errors_is_no_error() {
        for errors in ["null", "[]"] {
            assert!(refused_rows(&activity(errors), 3).named.is_empty());
        }
    }
}
