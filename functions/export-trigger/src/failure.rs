//! Errors by what is done about them.

use std::error::Error;
use std::fmt;

use configuration::{ConfigurationError, TriggerReport};
use domain::{Classified, FailureClass, in_one_line};
use engine::StartError;
use lambda_runtime::Diagnostic;
use store::{DocumentError, StoreError};

use crate::event::UnknownEvent;

/// What is done about a failure. The names are part of the function's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    /// Lambda delivers the event again.
    Retryable,
    /// It does that, too, and a person has to help.
    NeedsPerson,
    /// No repetition helps; the event ends in the dead-letter queue.
    Permanent,
}

/// A failure with its causes in one line. Our errors hold no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is done about it.
    pub error_type: ErrorType,
    /// What happened and what to do.
    pub message: String,
}

impl Failure {
    /// A failure that only a person can mend.
    pub fn needs_person(error: &impl Error) -> Self {
        Self { error_type: ErrorType::NeedsPerson, message: in_one_line(error) }
    }

    /// Exports that could not be started; the log says why. Those that could be are known when the event comes again.
    pub(crate) fn not_started(report: &TriggerReport) -> Option<Self> {
        if report.failed.is_empty() {
            return None;
        }
        let exports: Vec<&str> = report.failed.iter().map(|export| export.id.as_str()).collect();
        let message = format!(
            "exports could not be started and are tried again at the next delivery: {}",
            exports.join(", ")
        );
        Some(Self { error_type: ErrorType::Retryable, message })
    }
}

impl From<UnknownEvent> for Failure {
    fn from(error: UnknownEvent) -> Self {
        Self { error_type: ErrorType::Permanent, message: error.to_string() }
    }
}

impl From<ConfigurationError> for Failure {
    fn from(error: ConfigurationError) -> Self {
        Self { error_type: error_type(&error), message: in_one_line(&error) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error_type: of_class(&error.class()), message: in_one_line(&error) }
    }
}

/// What lies below decides; what is not known is worth another try.
fn error_type(error: &ConfigurationError) -> ErrorType {
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
    use super::*;

    #[test]
    fn what_lies_below_decides() {
        let denied = || StoreError::AccessDenied { bucket: "state".to_owned() };
        for (error, expected) in [
            (ConfigurationError::from(StoreError::unavailable("no answer")), ErrorType::Retryable),
            (ConfigurationError::from(denied()), ErrorType::NeedsPerson),
            (ConfigurationError::from(DocumentError::from(denied())), ErrorType::NeedsPerson),
            (ConfigurationError::Unavailable("something else".into()), ErrorType::Retryable),
        ] {
            assert_eq!(Failure::from(error).error_type, expected);
        }
    }
}
