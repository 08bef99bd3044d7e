//! What requests bring along, read strictly: a name or a type that does not fit is said, with its field.

use ::configuration::{ConfigurationError, FieldProblem};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::no_such_thing;
use crate::web::{Problem, sentence};

/// A JSON body.
pub(super) struct Input<T>(pub(super) T);

/// A JSON body that may be left out, or `null`; then it is the usual one.
pub(super) struct OptionalInput<T>(pub(super) T);

/// The query of an address.
pub(super) struct Parameters<T>(pub(super) T);

/// The ids in an address. What cannot be an id names nothing, and that is said like of any other that names nothing.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(&request);
        let body = whole(request, state).await?;
        if is_json { Ok(Self(object(&body)?)) } else { Err(not_json()) }
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalInput<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(&request);
        let body = whole(request, state).await?;
        match (body.is_empty(), is_json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) if is_null(&body) => Ok(Self(T::default())),
            (false, true) => Ok(Self(object(&body)?)),
            (false, false) => Err(not_json()),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(query)| Self(query)).map_err(|rejection| {
            let source = std::error::Error::source(&rejection);
            let text = source.map_or_else(|| rejection.to_string(), ToString::to_string);
            let (path, message) = text.split_once(": ").unwrap_or((".", text.as_str()));
            // Without a path in front the colon belongs to the message.
            let (path, message) = if path.contains(' ') { (".", text.as_str()) } else { (path, message) };
            Unfit::Invalid(field_problem(path, message)).into()
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(ids) = Path::from_request_parts(parts, state).await.map_err(|_| no_such_thing())?;
        Ok(Self(ids))
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers().get("content-type").and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn not_json() -> Problem {
    let detail = "Send the body as application/json.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|_| {
        let detail = "The body is larger than this API accepts.";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    })
}

/// Why a body is not what was asked for.
enum Unfit {
    /// It is not JSON.
    Malformed(serde_json::Error),
    /// It is, with another content than it should have.
    Invalid(FieldProblem),
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Malformed(error) => {
                let detail = format!("The body is not JSON: {error}.");
                Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
            }
            Unfit::Invalid(problem) => ConfigurationError::Invalid(vec![problem]).into(),
        }
    }
}

fn is_null(body: &[u8]) -> bool {
    body.trim_ascii() == b"null"
}

/// An object. What is read would be taken from an array, too: by the place of each value.
fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unfit> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        let value: serde_json::Value = parsed(body)?;
        let found = match value {
            serde_json::Value::Array(_) => "an array",
            serde_json::Value::Null => "null",
            serde_json::Value::String(_) => "a string",
            serde_json::Value::Number(_) => "a number",
            _ => "a boolean",
        };
        return Err(Unfit::Invalid(field_problem(
            ".",
            &format!("invalid type: {found}, expected an object"),
        )));
    }
    parsed(body)
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unfit> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        // What is repeated of the body is the caller's own.
        if error.is_data() {
            Unfit::Invalid(field_problem(&path, &error.to_string()))
        } else {
            Unfit::Malformed(error)
        }
    })?;
    deserializer.end().map_err(Unfit::Malformed)?;
    Ok(value)
}

/// What serde found wrong, by its field. `path` is the way to it, `.` for the whole.
fn field_problem(path: &str, message: &str) -> FieldProblem {
    let path = if path == "." { "" } else { path };
    let message = message.split(" at line ").next().unwrap_or(message);
    let named = |text: &str| message.strip_prefix(text)?.split('`').next().map(str::to_owned);
    let below =
        |name: String| match path {
            path if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) => {
                if path.is_empty() { name } else { path.to_owned() }
            }
            path => format!("{path}.{name}"),
        };
    let (field, code) = match (named("unknown field `"), named("missing field `")) {
        (Some(name), _) => (below(name), "unknown_field"),
        (_, Some(name)) => (below(name), "required"),
        (None, None) => (path.to_owned(), "wrong_type"),
    };
    // The names that Rust has for them mean nothing to others.
    let message = ["u64", "u32", "i64", "usize"].iter().fold(message.to_owned(), |text, name| {
        text.replace(&format!("expected {name}"), "expected a whole number")
    });
    FieldProblem { field, code, message: sentence(&message) }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        #[serde(default)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Part {
        size: u64,
    }

    fn error(body: &str) -> serde_json::Value {
        let unfit = object::<Outer>(body.as_bytes()).err().unwrap();
        serde_json::to_value(Problem::from(unfit)).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_field() {
        let cases = [
            (r#"{"name": "a", "nmae": "b"}"#, "nmae", "unknown_field"),
            (
                r#"{"name": "a", "parts": [{"size": 1}, {"size": 1, "colour": 2}]}"#,
                "parts[1].colour",
                "unknown_field",
            ),
            (r#"{"name": 5}"#, "name", "wrong_type"),
            (r#"{"name": "a", "parts": [{"size": "large"}]}"#, "parts[0].size", "wrong_type"),
            (r#"{"name": "a", "parts": [{}]}"#, "parts[0].size", "required"),
            (r#"{}"#, "name", "required"),
            (r#"[]"#, "", "wrong_type"),
            (r#" ["a", []]"#, "", "wrong_type"),
            ("null", "", "wrong_type"),
        ];
        for (body, field, code) in cases {
            let error = error(body);
            assert_eq!(error["code"], "invalid", "{body}");
            assert_eq!(error["status"], 422, "{body}");
            let only = error["errors"][0].clone();
            assert_eq!(
                (only["field"].as_str(), only["code"].as_str()),
                (Some(field), Some(code)),
                "{body}: {error}"
            );
        }
        assert_eq!(
            error(r#"{"name": 5}"#)["errors"][0]["message"],
            "Invalid type: integer `5`, expected a string."
        );
    }

    #[test]
    fn a_number_is_asked_for_in_words() {
        let error = error(r#"{"name": "a", "parts": [{"size": 1.5}]}"#);
        let message = "Invalid type: floating point `1.5`, expected a whole number.";
        assert_eq!(error["errors"][0]["message"], message);
    }

    #[test]
    fn what_is_not_json_at_all_is_another_problem() {
        for body in ["", "{", "[", r#"{"name": "a"} x"#, "\u{feff}{}"] {
            let error = error(body);
            assert_eq!((&error["code"], &error["status"]), (&"malformed".into(), &400.into()), "{body}");
        }
    }
}
