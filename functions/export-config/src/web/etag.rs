//! Versions of what can be edited: `ETag` in answers, `If-Match` in changes.

use std::convert::Infallible;

use ::configuration::ConfigurationError;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{ETAG, HeaderName, IF_MATCH};
use axum::http::request::Parts;
use store::Tag;

/// The version that a change is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Tag>);

impl IfMatch {
    /// The version.
    ///
    /// # Errors
    /// [`ConfigurationError::VersionRequired`] (428) when the request names none. `*` and weak tags name none either:
    /// whoever changes something must have seen it.
    pub fn required(self) -> Result<Tag, ConfigurationError> {
        self.0.ok_or(ConfigurationError::VersionRequired)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
        let tag =
            header.map(str::trim).filter(|tag| tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"'));
        Ok(Self(tag.map(Tag::new)))
    }
}

/// The header that names a version.
#[must_use]
pub fn etag(tag: &Tag) -> [(HeaderName, HeaderValue); 1] {
    let value = if tag.as_str().starts_with('"') { tag.to_string() } else { format!("\"{tag}\"") };
    [(ETAG, HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static("\"\"")))]
}
