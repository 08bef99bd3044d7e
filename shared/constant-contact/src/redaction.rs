//! Keeps addresses, ids and other people's data out of whatever is shown or logged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The service's own name of an error, such as `contacts.api.validation.error`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorKey(String);

impl ErrorKey {
    /// Accepts a text only if it cannot hold anything but a key: letters, dots and underscores. Digits are
    /// refused, because an id consists of them.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let looks_like_a_key = !text.is_empty()
            && text.len() <= 80
            && text
                .chars()
                .all(|character| character.is_ascii_alphabetic() || matches!(character, '.' | '_'));
        looks_like_a_key.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ErrorKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ErrorKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The longest text that [`redacted`] returns, in characters.
const LONGEST: usize = 120;

/// `text` without anything that looks like an address, a quoted value, an id or a telephone number, in one line
/// of at most 120 characters. For texts of the service that a person may see; for logs even this is too much.
#[must_use]
pub fn redacted(text: &str) -> String {
    let unquoted = without_quoted(text);
    let mut shown = String::new();
    for word in unquoted.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(if names_somebody(word) { "[removed]" } else { word });
    }
    shown.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

fn names_somebody(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let percent_encoded_at = word.to_ascii_lowercase().contains("%40");
    // The full-width and small forms of '@' are accepted by some mail programs.
    word.contains(['@', '\u{ff20}', '\u{fe6b}']) || percent_encoded_at || digits >= 5
}

/// Replaces what stands between quotation marks: it is the refused value itself. An apostrophe within a word is
/// none.
fn without_quoted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    let mut previous = ' ';
    for character in text.chars() {
        match quote {
            Some(open) if closes(open, character) => {
                quote = None;
                kept.push_str("[removed]");
            }
            Some(_) => {}
            None if matches!(character, '"' | '`' | '\u{201c}' | '\u{2018}')
                || (character == '\'' && !previous.is_alphanumeric()) =>
            {
                quote = Some(character);
            }
            None => kept.push(character),
        }
        previous = character;
    }
    if quote.is_some() {
        kept.push_str("[removed]");
    }
    kept
}

const fn closes(open: char, character: char) -> bool {
    match open {
        '\u{201c}' => character == '\u{201d}',
        '\u{2018}' => character == '\u{2019}',
        _ => character == open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_names_a_person_or_an_id_remains() {
        let cases = [
            ("Invalid email address: ann.lee@example.com", "Invalid email address: [removed]"),
            ("<ann@example.com> is invalid", "[removed] is invalid"),
            ("'Ann Lee' is too long", "[removed] is too long"),
            ("value \"12 High Street\" cut, it's long", "value [removed] cut, it's long"),
            (
                "Email already exists for contact 5cf018e4-302e-11f1-84b4-0242841d1f0f.",
                "Email already exists for contact [removed]",
            ),
            ("phone 555-123-4567 refused", "phone [removed] refused"),
            ("ann%40example.com refused", "[removed] refused"),
            ("an open \"quotation Ann", "an open [removed]"),
            ("two\n lines", "two lines"),
        ];
        for (text, expected) in cases {
            assert_eq!(redacted(text), expected);
        }
        assert_eq!(redacted(&"word ".repeat(100)).chars().count(), LONGEST);
    }

    #[test]
    fn a_key_is_kept_only_if_it_looks_like_one() {
        assert!(ErrorKey::new("contacts.api.validation.error").is_some());
        assert!(ErrorKey::new("quota_exceeded").is_some());
        let no_keys =
            ["", "ann@example.com", "5cf018e4-302e-11f1-84b4-0242841d1f0f", "not a key", "k\u{e4}se"];
        for text in no_keys {
            assert!(ErrorKey::new(text).is_none(), "{text}");
        }
    }
}
