//! Errors by what whoever invoked the function does about them.

use std::error::Error;
use std::fmt;

use configuration::ConfigurationError;
use domain::{Classified, FailureClass, in_one_line};
use engine::StartError;
use lambda_runtime::Diagnostic;
use store::{DocumentError, StoreError};

/// What is done about a failure. The names are part of the functions' interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    /// The state machine tries again; Lambda delivers the event again.
    Retryable,
    /// A person has to do something first.
    NeedsPerson,
    /// No repetition helps.
    Permanent,
}

/// A failure with its causes in one line. Our errors hold no personal data, so that this may be kept in the history of
/// an execution and in a queue of dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is done about it.
    pub error_type: ErrorType,
    /// What happened and what to do.
    pub message: String,
}

impl Failure {
    /// A failure of the class that `error` has.
    #[must_use]
    pub fn of(error: &(impl Classified + Error)) -> Self {
        Self { error_type: of_class(&error.class()), message: in_one_line(error) }
    }

    /// A failure that another try may mend.
    #[must_use]
    pub const fn retryable(message: String) -> Self {
        Self { error_type: ErrorType::Retryable, message }
    }

    /// A failure that only a person can mend.
    #[must_use]
    pub fn needs_person(error: &impl Error) -> Self {
        Self { error_type: ErrorType::NeedsPerson, message: in_one_line(error) }
    }

    /// A failure that no repetition mends.
    #[must_use]
    pub fn permanent(error: &impl Error) -> Self {
        Self { error_type: ErrorType::Permanent, message: in_one_line(error) }
    }

    /// Writes it down: the one record of this failure.
    pub(crate) fn record(&self) {
        let error_type = self.error_type.name();
        if self.error_type == ErrorType::Retryable {
            tracing::warn!(error_type, error = %self, "the invocation failed; it is worth another try");
        } else {
            tracing::error!(error_type, error = %self, "the invocation failed");
        }
    }
}

impl From<ConfigurationError> for Failure {
    fn from(error: ConfigurationError) -> Self {
        Self { error_type: of_action(&error), message: in_one_line(&error) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::of(&error)
    }
}

/// What lies below decides; what is not known is worth another try.
fn of_action(error: &ConfigurationError) -> ErrorType {
    let class = error.source().and_then(|cause| {
        let document = cause.downcast_ref::<DocumentError>().map(Classified::class);
        let store = || cause.downcast_ref::<StoreError>().map(Classified::class);
        let start = || cause.downcast_ref::<StartError>().map(Classified::class);
        document.or_else(store).or_else(start)
    });
    class.map_or(ErrorType::Retryable, |class| of_class(&class))
}

const fn of_class(class: &FailureClass) -> ErrorType {
    match class {
        FailureClass::Retry | FailureClass::ThrottledUntil(_) => ErrorType::Retryable,
        FailureClass::NeedsPerson => ErrorType::NeedsPerson,
        FailureClass::RejectedRows | FailureClass::Permanent => ErrorType::Permanent,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl ErrorType {
    /// The name in `errorType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
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

    use super::*;

    fn denied() -> StoreError {
        StoreError::AccessDenied { bucket: "state".to_owned() }
    }

    #[test]
    fn the_class_of_an_error_decides_its_type() {
        let unavailable = AdvanceError::State(DocumentError::from(StoreError::unavailable("no answer")));
        for (error, expected) in [
            (unavailable, ErrorType::Retryable),
            (AdvanceError::Files(denied()), ErrorType::NeedsPerson),
            (AdvanceError::Spool(io::Error::from(io::ErrorKind::StorageFull)), ErrorType::NeedsPerson),
            (AdvanceError::UnknownRun("run-1".to_owned()), ErrorType::Permanent),
        ] {
            assert_eq!(Failure::of(&error).error_type, expected, "{error}");
        }
    }

    #[test]
    fn what_lies_below_an_action_decides() {
        for (error, expected) in [
            (ConfigurationError::from(StoreError::unavailable("no answer")), ErrorType::Retryable),
            (ConfigurationError::from(denied()), ErrorType::NeedsPerson),
            (ConfigurationError::from(DocumentError::from(denied())), ErrorType::NeedsPerson),
            (ConfigurationError::Unavailable("something else".into()), ErrorType::Retryable),
        ] {
            assert_eq!(Failure::from(error).error_type, expected);
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
