//! Errors of the API as problem documents (RFC 9457).

use std::borrow::Cow;

use ::configuration::{ConfigurationError, ExportName, FieldProblem};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::in_one_line;
use identity::{IdentityError, Refusal};
use jiff::Timestamp;
use serde::Serialize;

use super::status::{explanation, log_if_ours, sentence, status_of};

/// An error of the API. `code` is for programs and never changes its meaning; `detail` is for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is, `code` which one (RFC 9457, section 4.2.1).
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: Cow<'static, str>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// The exports that are in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exports: Vec<ExportName>,
    /// Not before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<Timestamp>,
    /// In seconds, for what has no exact moment.
    #[serde(skip)]
    retry_after: Option<u32>,
    #[serde(skip)]
    challenge: Option<&'static str>,
}

impl Problem {
    /// A problem with this status and code. `detail` tells people what to do.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            exports: Vec::new(),
            retry_at: None,
            retry_after: None,
            challenge: None,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

impl From<ConfigurationError> for Problem {
    fn from(error: ConfigurationError) -> Self {
        log_if_ours(&error);
        let problem = Self::new(status_of(&error), error.code(), explanation(&error));
        match error {
            ConfigurationError::Invalid(errors) => Self { errors, ..problem },
            ConfigurationError::InUse { exports } => Self { exports, ..problem },
            ConfigurationError::Throttled { until, .. } => Self { retry_at: Some(until), ..problem },
            ConfigurationError::Service(_)
            | ConfigurationError::NotAsked(_)
            | ConfigurationError::Unavailable(_) => Self { retry_after: Some(5), ..problem },
            _ => problem,
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        let detail = sentence(&error.to_string());
        match error.refusal() {
            Refusal::Forbidden => {
                // A token that is good and not enough (RFC 6750, section 3.1).
                let challenge = Some("Bearer error=\"insufficient_scope\"");
                Self { challenge, ..Self::new(StatusCode::FORBIDDEN, "no_role", detail) }
            }
            Refusal::Unauthenticated => {
                let challenge = match error {
                    // Without a token, without an error (RFC 6750, section 3.1).
                    IdentityError::Missing => "Bearer",
                    _ => "Bearer error=\"invalid_token\"",
                };
                let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail);
                Self { challenge: Some(challenge), ..problem }
            }
            Refusal::Unavailable => {
                tracing::warn!(error = %in_one_line(&error), "the identity provider's keys are out of reach");
                let problem = Self::new(StatusCode::BAD_GATEWAY, "identity_provider_unavailable", detail);
                Self { retry_after: Some(10), ..problem }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A structure of texts and numbers always has a JSON form.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        } else if let Some(moment) = self.retry_at {
            // The other form of the header (RFC 9110, section 10.2.3), which needs no clock here.
            let moment = moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            if let Ok(moment) = HeaderValue::try_from(moment) {
                headers.insert(RETRY_AFTER, moment);
            }
        }
        response
    }
}
