//! Answers and refusals, and the several shapes in which the service writes its errors.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ErrorBody;

/// A finished answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    content_type: &'static str,
    location: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        // What is serialised here are our own values with text keys; it cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, content_type: "application/json", location: None, body }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content_type: "", location: None, body: Vec::new() }
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self { status, content_type: "text/html; charset=utf-8", location: None, body: page.into_bytes() }
    }

    pub(crate) fn csv(body: Vec<u8>) -> Self {
        Self { status: 200, content_type: "text/csv", location: None, body }
    }

    pub(crate) fn redirect(location: String) -> Self {
        Self { location: Some(location), ..Self::empty(302) }
    }

    pub(crate) fn with_location(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut set = |name: HeaderName, text: &str| {
            if !text.is_empty()
                && let Ok(value) = HeaderValue::from_str(text)
            {
                response.headers_mut().insert(name, value);
            }
        };
        set(header::CONTENT_TYPE, self.content_type);
        set(header::LOCATION, self.location.as_deref().unwrap_or_default());
        // Tokens and people: nothing of this is for a cache.
        set(header::CACHE_CONTROL, "no-store");
        response
    }
}

/// In which shape an error is documented or was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Array,
    Object,
}

/// A refused request. Shapes and keys: Constant Contact's V3 contract and recorded answers.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    key: &'static str,
    message: String,
    shape: Shape,
}

impl Refusal {
    fn array(status: u16, key: &'static str, message: impl Into<String>) -> Self {
        Self { status, key, message: message.into(), shape: Shape::Array }
    }

    fn object(status: u16, key: &'static str, message: &str) -> Self {
        Self { status, key, message: message.into(), shape: Shape::Object }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::array(400, "contacts.api.validation.error", message)
    }

    pub(crate) fn invalid(parameter: &str) -> Self {
        Self::validation(format!("{parameter} does not have a valid value"))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::array(404, "contacts.api.not_found", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::array(409, "contacts.api.conflict", message)
    }

    pub(crate) fn unsupported_media(message: impl Into<String>) -> Self {
        Self::array(415, "contacts.api.unsupported_media_type", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::object(401, "unauthorized", "Unauthorized")
    }

    pub(crate) fn forbidden() -> Self {
        Self::object(403, "access_denied", "Request forbidden due to insufficient user privileges.")
    }

    pub(crate) fn throttled() -> Self {
        Self::object(429, "throttled", "Too Many Requests")
    }

    pub(crate) fn quota_exceeded() -> Self {
        Self::object(429, "quota_exceeded", "Limit Exceeded")
    }

    pub(crate) fn queue_full(limit: u64) -> Self {
        let message = format!(
            "Too many requests. You exceeded {limit} queued activities for this user account.",
            limit = thousands(limit)
        );
        Self::array(429, "contacts.api.too_many_requests", message)
    }

    pub(crate) fn service(status: u16) -> Self {
        if status == 403 {
            return Self::forbidden();
        }
        let message = if status == 503 {
            "Our internal service is temporarily unavailable."
        } else {
            "There was a problem with our internal service."
        };
        Self::array(status, "contacts.api.service.error", message)
    }

    pub(crate) fn is_queue_full(&self) -> bool {
        self.status == 429 && self.shape == Shape::Array
    }

    pub(crate) fn is_quota(&self) -> bool {
        self.key == "quota_exceeded"
    }

    pub(crate) fn into_answer(self, body: ErrorBody) -> Answer {
        let object = json!({ "error_key": self.key, "error_message": self.message });
        let as_array = match body {
            ErrorBody::Documented => self.shape == Shape::Array,
            ErrorBody::Array => true,
            ErrorBody::Object => false,
            ErrorBody::Empty => return Answer::empty(self.status),
            ErrorBody::Html => {
                let page = format!("<html><body><h1>{}</h1></body></html>", self.status);
                return Answer::html(self.status, page);
            }
        };
        if as_array {
            Answer::json(self.status, &Value::Array(vec![object]))
        } else {
            Answer::json(self.status, &object)
        }
    }
}

/// The database failed: a fault of the machine, not a simulated one.
impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        // Only SQLite's own code and message: a statement's values are people's data.
        tracing::error!(code = ?error.sqlite_error_code(), "the simulator's database failed");
        Self::service(500)
    }
}

fn thousands(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}
