//! A value that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Holds a token, a secret or a person's address. `Debug` shows only that something is there, there is no
/// `Display`, and reading it takes a visible call of [`Sensitive::expose`].
///
/// It serialises to the plain value, because secrets must reach the secret store; never put it in a log record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: call it only where it is handed to the store or service it is meant for.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[sensitive]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let token = Sensitive::new("secret-token".to_owned());
        assert!(!format!("{token:?} {:?}", Some(&token)).contains("secret-token"));
    }
}
