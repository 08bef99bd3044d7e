//! What an error means in HTTP, and its words.

use ::configuration::ConfigurationError;
use axum::http::StatusCode;
use domain::in_one_line;
use jiff::Timestamp;

/// The HTTP status of an error, the same in the API and in the console.
#[must_use]
pub fn status_of(error: &ConfigurationError) -> StatusCode {
    use ConfigurationError as Error;
    match error {
        Error::Forbidden { .. } | Error::FreshSignInNeeded => StatusCode::FORBIDDEN,
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Stale => StatusCode::PRECONDITION_FAILED,
        Error::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        // Failures of others; `deployment` counts every other status of 500 or more as one of ours.
        Error::Service(_) | Error::ServiceRefused(_) => StatusCode::BAD_GATEWAY,
        Error::NotAsked(_) | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        // Everything else is how the product stands: something has to be done before this can be.
        _ => StatusCode::CONFLICT,
    }
}

/// `text` as a sentence: with a capital letter in front and a full stop behind.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(characters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// What a person is told. The causes are left out, but for those that only the cause explains.
pub(crate) fn explanation(error: &ConfigurationError) -> String {
    match error {
        ConfigurationError::ServiceRefused(_) => sentence(&in_one_line(error)),
        error => sentence(&error.to_string()),
    }
}

/// In how many seconds it is worth trying again.
pub(crate) fn retry_after(error: &ConfigurationError, now: Timestamp) -> Option<i64> {
    match error {
        ConfigurationError::Throttled { until, .. } => Some(until.duration_since(now).as_secs().max(1)),
        ConfigurationError::Service(_)
        | ConfigurationError::NotAsked(_)
        | ConfigurationError::Unavailable(_) => Some(5),
        _ => None,
    }
}

/// Puts errors that somebody else than the person must look at into the log, with their causes.
pub(crate) fn log_if_ours(error: &ConfigurationError) {
    match error {
        ConfigurationError::NotAsked(_) | ConfigurationError::Unavailable(_) => {
            tracing::error!(code = error.code(), error = %in_one_line(error), "a request failed");
        }
        ConfigurationError::Service(_) | ConfigurationError::ServiceRefused(_) => {
            tracing::warn!(code = error.code(), error = %in_one_line(error), "a request failed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_an_error_becomes_a_sentence() {
        assert_eq!(sentence("sign in again"), "Sign in again.");
        assert_eq!(sentence(" Really? "), "Really?");
        assert_eq!(sentence(""), "");
        assert_eq!(sentence("ähnlich"), "Ähnlich.");
    }

    #[test]
    fn every_kind_of_error_has_its_status() {
        let status = |error: ConfigurationError| status_of(&error).as_u16();
        assert_eq!(status(ConfigurationError::Forbidden { needs: "it" }), 403);
        assert_eq!(status(ConfigurationError::FreshSignInNeeded), 403);
        assert_eq!(status(ConfigurationError::NotFound { what: "export" }), 404);
        assert_eq!(status(ConfigurationError::Stale), 412);
        assert_eq!(status(ConfigurationError::VersionRequired), 428);
        assert_eq!(status(ConfigurationError::Invalid(Vec::new())), 422);
        assert_eq!(status(ConfigurationError::InUse { exports: Vec::new() }), 409);
        assert_eq!(status(ConfigurationError::SetUpNeeded), 409);
        assert_eq!(status(ConfigurationError::Service("lost".into())), 502);
        assert_eq!(status(ConfigurationError::Unavailable("lost".into())), 503);
        assert_eq!(status(ConfigurationError::NotAsked("lost".into())), 503);
        let until = Timestamp::UNIX_EPOCH;
        assert_eq!(status(ConfigurationError::Throttled { until, source: "quota".into() }), 429);
    }

    #[test]
    fn patience_is_told_in_whole_seconds_ahead() {
        let until: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let throttled = ConfigurationError::Throttled { until, source: "quota".into() };
        assert_eq!(retry_after(&throttled, "2026-11-22T09:59:00Z".parse().unwrap()), Some(60));
        assert_eq!(retry_after(&throttled, "2026-11-22T10:01:00Z".parse().unwrap()), Some(1));
        assert_eq!(retry_after(&ConfigurationError::Stale, until), None);
    }
}
