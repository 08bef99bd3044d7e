//! Identifiers, each a type of its own, so that one cannot stand where another is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that cannot serve as the identifier it was offered as.
#[derive(Debug, thiserror::Error)]
#[error(
    "{kind} must be 1 to 200 letters, digits, '-', '_' or '.', and not start with '.'; got {length} characters that are not"
)]
pub struct InvalidIdentifier {
    kind: &'static str,
    length: usize,
}

fn checked(kind: &'static str, text: String) -> Result<String, InvalidIdentifier> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if text.is_empty() || text.len() > 200 || text.starts_with('.') || !text.chars().all(allowed) {
        return Err(InvalidIdentifier { kind, length: text.chars().count() });
    }
    Ok(text)
}

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident, $kind:literal) => {
        $(#[$documentation])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts a text that is safe as part of an object's key and of an address.
            ///
            /// # Errors
            /// [`InvalidIdentifier`] when it is empty, too long or holds other characters.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidIdentifier> {
                checked($kind, text.into()).map(Self)
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A connection: one authorised Constant Contact account.
    ConnectionId, "a connection id"
);
identifier!(
    /// An export: which segments go to which list, and how.
    ExportId, "an export id"
);
identifier!(
    /// One run of an export. Made from a version 7 UUID, so that runs sort by the time of their creation.
    RunId, "a run id"
);
identifier!(
    /// A Constant Contact list (a UUID in its contract; treated as opaque).
    ListId, "a list id"
);
identifier!(
    /// A Constant Contact account: its `encoded_account_id`, documented as stable.
    AccountId, "an account id"
);
identifier!(
    /// A Constant Contact bulk activity (a UUID in its contract; treated as opaque).
    ActivityId, "an activity id"
);
identifier!(
    /// One plan of a run: a plan that was started over has another id, and only one of them is used.
    PlanId, "a plan id"
);

/// A segment: the name of its folder in S3. Unlike the other identifiers it is chosen by people, so that it may
/// hold spaces and letters of any script.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SegmentName(String);

impl SegmentName {
    /// Accepts the name of one folder: 1 to 200 bytes, no slash, no control character, not starting with a dot.
    ///
    /// # Errors
    /// [`InvalidSegmentName`] when it could not be the name of one folder in S3.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidSegmentName> {
        let name = name.into();
        if name.is_empty()
            || name.len() > 200
            || name.starts_with('.')
            || name.chars().any(|character| character == '/' || character.is_control())
        {
            return Err(InvalidSegmentName);
        }
        Ok(Self(name))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be the name of a segment.
#[derive(Debug, thiserror::Error)]
#[error(
    "a segment is named like its folder: 1 to 200 bytes, without '/', control characters or a leading dot"
)]
pub struct InvalidSegmentName;

impl TryFrom<String> for SegmentName {
    type Error = InvalidSegmentName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<SegmentName> for String {
    fn from(name: SegmentName) -> Self {
        name.0
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SegmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
