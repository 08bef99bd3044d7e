//! What can go wrong in a step, and what the engine does about it.

use constant_contact::{AccessTokenError, ServiceError};
use domain::{Classified, FailureClass};
use store::{DocumentError, StoreError};

use crate::connector::ConnectorError;

/// Why an advance ended without an answer. The run is as it was last saved; advance it again.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// There is no such run.
    #[error("run {0} does not exist; it may have been removed with its export")]
    UnknownRun(String),
    /// The state could not be read or written.
    #[error("the state of the run could not be read or written")]
    State(#[from] DocumentError),
    /// Objects of the run could not be read or written for a reason that only a person can change.
    #[error("the files of the run could not be read or written")]
    Files(#[from] StoreError),
    /// The place for temporary files is full.
    #[error("temporary files cannot be written; make room on the disk, the run then goes on")]
    Spool(#[source] std::io::Error),
}

impl Classified for AdvanceError {
    fn class(&self) -> FailureClass {
        match self {
            Self::UnknownRun(_) => FailureClass::Permanent,
            Self::State(error) => error.class(),
            Self::Files(error) => error.class(),
            Self::Spool(_) => FailureClass::NeedsPerson,
        }
    }
}

/// Why one step did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error("Constant Contact did not do what was asked")]
    Service(#[from] ServiceError),
    #[error("the connection cannot be used")]
    Connector(#[from] ConnectorError),
    #[error("a document could not be read or written")]
    Document(#[from] DocumentError),
    #[error("an object could not be read or written")]
    Store(#[from] StoreError),
    /// Of the bucket with the segments, which is not ours.
    #[error("the segments could not be read")]
    Segments(#[source] StoreError),
    #[error("temporary files could not be written")]
    Spool(#[source] std::io::Error),
    /// Trying again cannot help. The text says what happened and what to do.
    #[error("{0}")]
    Permanent(String),
    /// The ledger that a plan was made with cannot be read any more.
    #[error("the ledger cannot be read any more")]
    UnreadableLedger,
    /// Only a person can change it. The text says what to do.
    #[error("{0}")]
    NeedsPerson(String),
    /// Passing, for instance a snapshot that was replaced while it was read.
    #[error("{0}")]
    Passing(String),
}

impl StepError {
    /// Whether the connection must be authorised again.
    pub(crate) const fn needs_reauthentication(&self) -> bool {
        matches!(
            self,
            Self::Service(
                ServiceError::Unauthorized | ServiceError::Token(AccessTokenError::NeedsReauthentication)
            ) | Self::Connector(ConnectorError::Token(AccessTokenError::NeedsReauthentication))
        )
    }
}

impl StepError {
    /// Whether the connection was removed: nothing may be sent with it any more.
    pub(crate) const fn is_connection_removed(&self) -> bool {
        matches!(self, Self::Service(ServiceError::Token(AccessTokenError::ConnectionRemoved)))
    }

    /// Whether the service or the quota asks for patience.
    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self.class(), FailureClass::ThrottledUntil(_))
    }
}

impl Classified for StepError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Service(error) => error.class(),
            Self::Connector(error) => error.class(),
            Self::Document(error) => error.class(),
            Self::Store(error) | Self::Segments(error) => error.class(),
            Self::Spool(_) | Self::NeedsPerson(_) => FailureClass::NeedsPerson,
            Self::Permanent(_) => FailureClass::Permanent,
            Self::Passing(_) | Self::UnreadableLedger => FailureClass::Retry,
        }
    }
}
