//! Why there is no slot.

use constant_contact::GateRefusal;
use domain::{Classified, FailureClass};
use store::{DocumentError, UpdateError};

/// The shared record could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the record of the application's requests could not be read or written; try again")]
pub struct QuotaError(#[source] pub DocumentError);

impl Classified for QuotaError {
    fn class(&self) -> FailureClass {
        self.0.class()
    }
}

/// No slot was reserved.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// There is none to be had now.
    #[error("no request can be granted now")]
    Refused(#[source] GateRefusal),
    /// The shared record could not be used.
    #[error("no request can be granted without the shared record")]
    Quota(#[from] QuotaError),
}

impl Classified for ReserveError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Refused(refusal) => FailureClass::ThrottledUntil(refusal.until),
            Self::Quota(error) => error.class(),
        }
    }
}

impl From<UpdateError<GateRefusal>> for ReserveError {
    fn from(error: UpdateError<GateRefusal>) -> Self {
        match error {
            UpdateError::Refused(refusal) => Self::Refused(refusal),
            UpdateError::Document(error) => Self::Quota(QuotaError(error)),
        }
    }
}
