//! What the token address answers.

use std::time::Duration;

use bytes::BytesMut;
use domain::Sensitive;
use reqwest::Response;
use serde::Deserialize;

use super::OAuthError;
use crate::redaction::ErrorKey;
use crate::wire::{count, text};

/// Far above any answer that was seen (an access token has about 1,200 characters).
const LARGEST: usize = 256 * 1024;

/// If the answer does not say how long the access token lives: shorter than the documented 24 hours.
const ASSUMED_LIFETIME: Duration = Duration::from_hours(1);

/// An access token and, unless a refresh kept the old one, a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenGrant {
    /// For the calls of the service.
    pub access_token: Sensitive<String>,
    /// For the next refresh. Absent after a refresh: the old one stays valid.
    pub refresh_token: Option<Sensitive<String>>,
    /// How long the access token lives, from the answer on.
    pub expires_in: Duration,
    /// What was granted, separated by spaces; the order means nothing.
    pub scope: Option<String>,
}

#[derive(Deserialize)]
struct WireGrant {
    #[serde(default, deserialize_with = "text")]
    access_token: Option<String>,
    #[serde(default, deserialize_with = "text")]
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "count")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    scope: Option<String>,
}

#[derive(Deserialize)]
struct WireError {
    #[serde(default, deserialize_with = "text")]
    error: Option<String>,
}

pub(super) async fn read(mut response: Response) -> Result<TokenGrant, OAuthError> {
    let status = response.status().as_u16();
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) if body.len() + part.len() <= LARGEST => body.extend_from_slice(&part),
            Ok(Some(_)) => return Err(OAuthError::Unclear(None)),
            Ok(None) => break,
            Err(error) => return Err(OAuthError::Unclear(Some(error.without_url()))),
        }
    }
    if response.status().is_success() { grant(&body) } else { Err(refusal(status, &body)) }
}

/// A success that cannot be read has used up the refresh token all the same, hence unclear.
fn grant(body: &[u8]) -> Result<TokenGrant, OAuthError> {
    let filled = |value: Option<String>| value.filter(|text| !text.is_empty());
    let wire: WireGrant = serde_json::from_slice(body).map_err(|_| OAuthError::Unclear(None))?;
    let access_token = filled(wire.access_token).ok_or(OAuthError::Unclear(None))?;
    Ok(TokenGrant {
        access_token: Sensitive::new(access_token),
        refresh_token: filled(wire.refresh_token).map(Sensitive::new),
        expires_in: wire.expires_in.map_or(ASSUMED_LIFETIME, Duration::from_secs),
        scope: filled(wire.scope),
    })
}

fn refusal(status: u16, body: &[u8]) -> OAuthError {
    let wire: Option<WireError> = serde_json::from_slice(body).ok();
    let key = wire.and_then(|wire| wire.error).as_deref().and_then(ErrorKey::new);
    match (status, key.as_ref().map_or("", ErrorKey::as_str)) {
        (_, "invalid_grant") => OAuthError::InvalidGrant,
        (_, "invalid_client" | "unauthorized_client") | (401, _) => OAuthError::InvalidClient,
        (429, _) => OAuthError::Unavailable(None),
        (408 | 500..=599, _) => OAuthError::Unclear(None),
        _ => OAuthError::Refused { status, key },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let invalid_grant =
            br#"{"error":"invalid_grant","error_description":"The refresh token is invalid or expired."}"#;
        assert!(matches!(refusal(400, invalid_grant), OAuthError::InvalidGrant));
        assert!(matches!(refusal(401, br#"{"error":"invalid_client"}"#), OAuthError::InvalidClient));
        assert!(matches!(refusal(401, b""), OAuthError::InvalidClient));
        assert!(matches!(refusal(429, b"<html>"), OAuthError::Unavailable(None)));
        assert!(matches!(refusal(503, b""), OAuthError::Unclear(None)));
        let other = refusal(400, br#"{"error":"ann@example.com"}"#);
        assert!(matches!(other, OAuthError::Refused { status: 400, key: None }), "{other:?}");
    }

    #[test]
    fn a_grant_needs_an_access_token_only() {
        let read = grant(br#"{"access_token":"a","expires_in":86400,"refresh_token":null}"#).unwrap();
        assert_eq!(read.expires_in, Duration::from_hours(24));
        assert_eq!(read.refresh_token, None);
        assert!(matches!(grant(b"{}"), Err(OAuthError::Unclear(None))));
        assert!(matches!(grant(b"<html>"), Err(OAuthError::Unclear(None))));
    }
}
