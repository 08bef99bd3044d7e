//! What reading a snapshot can end with.

use std::io;

use domain::{Classified, FailureClass};
use store::StoreError;

use crate::input::InputError;
use crate::problem::Problem;

/// A file that must be put right by whoever writes the snapshots; the run's code is `broken_file`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {problem}", place(*row))]
pub struct BrokenFile {
    /// The object's key.
    pub file: String,
    /// The row of the file, counted from 1 below the header; `None` when it is the header or the file as a whole.
    pub row: Option<u64>,
    /// What is wrong and what to do.
    pub problem: Problem,
}

fn place(row: Option<u64>) -> String {
    row.map(|row| format!(", row {row}")).unwrap_or_default()
}

/// The machine code of a run that ended because of a [`BrokenFile`].
pub const BROKEN_FILE: &str = "broken_file";

/// Why a snapshot was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E: std::error::Error + 'static> {
    /// A file is broken; nothing may be sent.
    #[error(transparent)]
    Broken(#[from] BrokenFile),
    /// The pinned version of a file is not there any more: choose and pin the newest snapshot again.
    #[error("{file} was replaced or removed after it was chosen; the newest snapshot must be chosen again")]
    Changed {
        /// The object's key.
        file: String,
    },
    /// The store failed.
    #[error("{file} could not be read")]
    Store {
        /// The object's key.
        file: String,
        /// The store's own words.
        #[source]
        source: StoreError,
    },
    /// The bytes ended early, or came from something other than a store and failed there.
    #[error("{file} could not be read to its end")]
    Interrupted {
        /// The object's key.
        file: String,
        /// What happened.
        #[source]
        source: io::Error,
    },
    /// The handler ended the reading.
    #[error("the rows could not be processed")]
    Handler(#[source] E),
}

impl<E: std::error::Error + 'static> ReadError<E> {
    /// `row` is the row that was being read, `None` before the first. A broken file is reported at that row; for the
    /// other failures it does not matter.
    pub(crate) fn from_input(error: InputError, file: &str, row: Option<u64>) -> Self {
        let file = file.to_owned();
        let source = match error {
            InputError::Broken(problem) => return BrokenFile { file, row, problem }.into(),
            InputError::Source(source) => source,
        };
        match source.downcast::<StoreError>() {
            Ok(StoreError::Changed { .. } | StoreError::NotFound { .. } | StoreError::Gone { .. }) => {
                Self::Changed { file }
            }
            Ok(source) => Self::Store { file, source },
            Err(source) => Self::Interrupted { file, source },
        }
    }

    /// Whether the run ends with [`BROKEN_FILE`].
    #[must_use]
    pub const fn is_broken_file(&self) -> bool {
        matches!(self, Self::Broken(_))
    }
}

impl<E: std::error::Error + Classified + 'static> Classified for ReadError<E> {
    fn class(&self) -> FailureClass {
        match self {
            Self::Broken(_) => FailureClass::Permanent,
            Self::Changed { .. } | Self::Interrupted { .. } => FailureClass::Retry,
            Self::Store { source, .. } => source.class(),
            Self::Handler(error) => error.class(),
        }
    }
}
