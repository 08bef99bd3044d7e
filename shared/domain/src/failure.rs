//! What a failure means for what happens next, whatever its cause.

use jiff::Timestamp;

/// Every failure of this product is one of these; the engine decides by this alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureClass {
    /// Passing: the same step may succeed a little later.
    Retry,
    /// The other side asks for patience; nothing should be asked of it before this moment.
    ThrottledUntil(Timestamp),
    /// Nothing will change until a person does something; the error's text says what.
    NeedsPerson,
    /// Single rows were refused; the rest is fine.
    RejectedRows,
    /// Trying again cannot help.
    Permanent,
}

/// Implemented by every error type whose bearer must decide what to do next.
pub trait Classified {
    /// The class of this failure.
    fn class(&self) -> FailureClass;
}

/// An error with its causes in one line, for a person. Some errors repeat the text of what lies below them; it is said
/// once.
#[must_use]
pub fn in_one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let frame = error.to_string();
        if !text.contains(&frame) {
            text = format!("{text}: {frame}");
        }
        cause = error.source();
    }
    text
}
