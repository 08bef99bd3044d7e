//! Pages: where the next one is, and that it never leads elsewhere.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::ServiceError;

/// Where the next page begins: a path of the service, to be kept as a plain text and given back later.
///
/// It carries the query's filters inside (observed), among them possibly an address, so `Debug` does not show it.
/// For contacts it is in effect a page number: when people change meanwhile, pages may repeat or skip some.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor from where the caller kept it. It is checked when it is used.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The page's address, if it is one of `operation` on the same host.
    ///
    /// # Errors
    /// [`ServiceError::UnexpectedAnswer`] when it is absolute, leaves the host, or belongs to something else.
    pub(crate) fn resolve(&self, operation: &Url) -> Result<Url, ServiceError> {
        let elsewhere =
            ServiceError::UnexpectedAnswer { status: 200, what: "with a next page that is elsewhere" };
        if !self.0.starts_with('/') {
            return Err(elsewhere);
        }
        match operation.join(&self.0) {
            Ok(url)
                if url.origin() == operation.origin()
                    && url.path() == operation.path()
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.fragment().is_none() =>
            {
                Ok(url)
            }
            _ => Err(elsewhere),
        }
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[cursor]")
    }
}

/// Follows pages to the end, but not in a circle.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    seen: HashSet<Cursor>,
}

impl Progress {
    /// Accepts `next` unless it was followed before.
    pub(crate) fn follow(&mut self, next: Cursor) -> Result<Cursor, ServiceError> {
        if self.seen.insert(next.clone()) {
            Ok(next)
        } else {
            Err(ServiceError::UnexpectedAnswer { status: 200, what: "with pages that lead in a circle" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_never_leaves_its_operation() {
        let operation = Url::parse("https://api.cc.email/v3/contacts").unwrap();
        let followed = Cursor::new("/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI=").resolve(&operation).unwrap();
        assert_eq!(followed.as_str(), "https://api.cc.email/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI=");
        let refused = [
            "https://api.cc.email/v3/contacts?cursor=x",
            "https://example.com/v3/contacts",
            "//example.com/v3/contacts",
            "/\\example.com/v3/contacts",
            "/v3/contacts/../account/summary",
            "/v3/activities?cursor=x",
            "contacts?cursor=x",
            "/v3/contacts?cursor=x#y",
            "",
        ];
        for text in refused {
            assert!(Cursor::new(text).resolve(&operation).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_filters_inside() {
        assert!(!format!("{:?}", Cursor::new("/v3/contacts?cursor=ann")).contains("ann"));
    }

    #[test]
    fn a_circle_of_pages_ends() {
        let mut progress = Progress::default();
        assert!(progress.follow(Cursor::new("/a")).is_ok());
        assert!(progress.follow(Cursor::new("/b")).is_ok());
        assert!(progress.follow(Cursor::new("/a")).is_err());
    }
}
