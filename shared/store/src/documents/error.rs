//! What can go wrong with a document, by meaning.

use domain::{Classified, FailureClass};

use super::{Document, MalformedContent};
use crate::StoreError;

/// Why a document could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The document had to be new, and somebody else created it first.
    #[error("{kind} {key:?} exists already; read it and go on from there")]
    AlreadyExists {
        /// The document's kind.
        kind: &'static str,
        /// Where it lies.
        key: String,
    },
    /// Somebody else wrote the document since it was read.
    #[error("{kind} {key:?} was changed by somebody else; read it again and repeat the change")]
    Conflict {
        /// The document's kind.
        kind: &'static str,
        /// Where it lies.
        key: String,
    },
    /// Somebody else deleted the document since it was read.
    #[error("{kind} {key:?} was deleted meanwhile; do not write it again")]
    Gone {
        /// The document's kind.
        kind: &'static str,
        /// Where it lay.
        key: String,
    },
    /// A newer release of this product wrote the document; it is left as it is.
    #[error(
        "{kind} {key:?} has schema version {found}, and this release knows {supported} at most; \
         install the newer release again"
    )]
    NewerSchema {
        /// The document's kind.
        kind: &'static str,
        /// Where it lies.
        key: String,
        /// Its schema version.
        found: u32,
        /// The newest schema version of this release.
        supported: u32,
    },
    /// Another kind of document lies there: two parts of the product use the same key.
    #[error(
        "{key:?} holds a document of kind {found:?} where {expected:?} belongs; restore it from a backup"
    )]
    OtherKind {
        /// Where it lies.
        key: String,
        /// What was expected.
        expected: &'static str,
        /// What it says it is.
        found: String,
    },
    /// What lies there is not such a document: damaged, or changed by hand.
    #[error("{kind} {key:?} cannot be read as such; restore it from a backup")]
    Malformed {
        /// The document's kind.
        kind: &'static str,
        /// Where it lies.
        key: String,
        /// Where in the text.
        #[source]
        source: MalformedContent,
    },
    /// Others kept changing the document for as long as we tried.
    #[error("{kind} {key:?} was changed by others {attempts} times in a row; try again later")]
    Contended {
        /// The document's kind.
        kind: &'static str,
        /// Where it lies.
        key: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The object store failed.
    #[error("a document could not be read or written")]
    Store {
        /// How.
        #[from]
        source: StoreError,
    },
}

impl DocumentError {
    /// Whether the document itself is what is wrong: damaged, or of a newer release. Trying it again does not help, and other
    /// documents are not concerned.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Malformed { .. } | Self::NewerSchema { .. } | Self::OtherKind { .. })
    }
}

impl DocumentError {
    pub(super) fn already_exists<T: Document>(key: &str) -> Self {
        Self::AlreadyExists { kind: T::KIND, key: key.to_owned() }
    }

    pub(super) fn conflict<T: Document>(key: &str) -> Self {
        Self::Conflict { kind: T::KIND, key: key.to_owned() }
    }

    pub(super) fn gone<T: Document>(key: &str) -> Self {
        Self::Gone { kind: T::KIND, key: key.to_owned() }
    }

    pub(super) fn malformed<T: Document>(key: &str, error: serde_json::Error) -> Self {
        Self::Malformed { kind: T::KIND, key: key.to_owned(), source: error.into() }
    }
}

impl Classified for DocumentError {
    fn class(&self) -> FailureClass {
        match self {
            Self::AlreadyExists { .. } | Self::Conflict { .. } | Self::Contended { .. } => {
                FailureClass::Retry
            }
            Self::NewerSchema { .. } | Self::OtherKind { .. } | Self::Malformed { .. } => {
                FailureClass::NeedsPerson
            }
            Self::Gone { .. } => FailureClass::Permanent,
            Self::Store { source } => source.class(),
        }
    }
}

/// Why a read-modify-write did not come to an end.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E: std::error::Error + 'static> {
    /// The caller's own decision about what it read.
    #[error("the change was refused")]
    Refused(#[source] E),
    /// Reading or writing the document failed.
    #[error("the change could not be made")]
    Document(#[from] DocumentError),
}

impl<E: Classified + std::error::Error + 'static> Classified for UpdateError<E> {
    fn class(&self) -> FailureClass {
        match self {
            Self::Refused(error) => error.class(),
            Self::Document(error) => error.class(),
        }
    }
}
