//! What can go wrong with an object store, by meaning.

use domain::{Classified, FailureClass};

/// The cause below an error of this crate.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No object has this key.
    #[error("no object {key:?} in the bucket; check that it was not removed by hand or by a lifecycle rule")]
    NotFound {
        /// The key that was asked for.
        key: String,
    },
    /// The object had to be absent and is there: somebody else was first.
    #[error("object {key:?} exists already; read it and go on from there")]
    AlreadyExists {
        /// The key that was to be created.
        key: String,
    },
    /// The object is not the version that the write or delete was meant for: somebody else changed it, or is
    /// changing it at this moment (S3's 409 `ConditionalRequestConflict`).
    #[error("object {key:?} was changed by somebody else; read it again and repeat the change")]
    Conflict {
        /// The key that was to be written or deleted.
        key: String,
    },
    /// The object whose version had to match is not there any more (S3's 404 on `If-Match`).
    #[error("object {key:?} was removed by somebody else; do not write it again")]
    Gone {
        /// The key that was to be written or deleted.
        key: String,
    },
    /// A pinned read found another version, or the object changed while it was read.
    #[error("object {key:?} was replaced while it was needed; start again from its newest version")]
    Changed {
        /// The key that was read.
        key: String,
    },
    /// The bucket does not let us.
    #[error("access to bucket {bucket:?} was denied; check its policy and the role's permissions")]
    AccessDenied {
        /// The bucket.
        bucket: String,
    },
    /// The store is full; what was there before is unharmed.
    #[error("no space left to write object {key:?}; free some space on the disk, then go on")]
    NoSpace {
        /// The key that was to be written.
        key: String,
    },
    /// The store did not answer, or answered that it cannot at the moment. A write may still have happened.
    #[error("the object store did not answer as it should; trying again later is safe")]
    Unavailable {
        /// What happened.
        #[source]
        source: BoxError,
    },
    /// Anything else: trying again cannot be expected to help.
    #[error("the object store refused the request; the cause below says why")]
    Other {
        /// What happened.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    /// A passing failure with this cause.
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::Unavailable { source: source.into() }
    }

    /// A failure of no other meaning, with this cause.
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::Other { source: source.into() }
    }
}

impl Classified for StoreError {
    fn class(&self) -> FailureClass {
        match self {
            // Losing a race is passing: the caller reads again and decides anew.
            Self::AlreadyExists { .. }
            | Self::Conflict { .. }
            | Self::Changed { .. }
            | Self::Unavailable { .. } => FailureClass::Retry,
            Self::AccessDenied { .. } | Self::NoSpace { .. } => FailureClass::NeedsPerson,
            Self::NotFound { .. } | Self::Gone { .. } | Self::Other { .. } => FailureClass::Permanent,
        }
    }
}
