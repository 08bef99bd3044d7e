//! Errors as the state machine tells them apart.

use std::error::Error;

use domain::in_one_line;
use std::fmt;

use domain::{Classified, FailureClass};
use lambda_runtime::Diagnostic;

/// What the state machine does about a failure. The names are part of the function's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorType {
    /// Tries again.
    Retryable,
    /// Gives up until a person has done something.
    NeedsPerson,
    /// Gives up.
    Permanent,
}

/// A failure with its causes in one line. Our errors hold no personal data, so that this may be kept in the history of
/// an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What is done about it.
    pub(crate) error_type: ErrorType,
    /// What happened and what to do.
    pub(crate) message: String,
}

impl Failure {
    /// A failure of the class that `error` has.
    pub(crate) fn of(error: &(impl Classified + Error)) -> Self {
        let error_type = match error.class() {
            FailureClass::Retry | FailureClass::ThrottledUntil(_) => ErrorType::Retryable,
            FailureClass::NeedsPerson => ErrorType::NeedsPerson,
            FailureClass::RejectedRows | FailureClass::Permanent => ErrorType::Permanent,
        };
        Self { error_type, message: in_one_line(error) }
    }

    /// A failure that only a person can mend.
    pub(crate) fn needs_person(error: &impl Error) -> Self {
        Self { error_type: ErrorType::NeedsPerson, message: in_one_line(error) }
    }

    /// A failure that no repetition mends.
    pub(crate) fn permanent(error: &impl Error) -> Self {
        Self { error_type: ErrorType::Permanent, message: in_one_line(error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl ErrorType {
    /// The name in `errorType`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Retryable => "Retryable",
            Self::NeedsPerson => "NeedsPerson",
            Self::Permanent => "Permanent",
        }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.error_type.name().to_owned(), error_message: failure.message }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use engine::AdvanceError;
    use store::{DocumentError, StoreError};

    use super::*;

    #[test]
    fn the_class_of_an_error_decides_its_type() {
        let unavailable = AdvanceError::State(DocumentError::from(StoreError::unavailable("no answer")));
        let denied = StoreError::AccessDenied { bucket: "state".to_owned() };
        for (error, expected) in [
            (unavailable, ErrorType::Retryable),
            (AdvanceError::Files(denied), ErrorType::NeedsPerson),
            (AdvanceError::Spool(io::Error::from(io::ErrorKind::StorageFull)), ErrorType::NeedsPerson),
            (AdvanceError::UnknownRun("run-1".to_owned()), ErrorType::Permanent),
        ] {
            assert_eq!(Failure::of(&error).error_type, expected, "{error}");
        }
    }

    #[test]
    fn the_message_names_the_causes_once() {
        let error = AdvanceError::State(DocumentError::from(StoreError::unavailable("no answer")));
        let Diagnostic { error_type, error_message } = Failure::of(&error).into();
        assert_eq!(error_type, "Retryable");
        assert!(error_message.starts_with("the state of the run could not be read or written: "));
        assert!(error_message.ends_with(": no answer"));
        assert_eq!(error_message.matches("no answer").count(), 1);
    }
}
