//! Requests and answers of an HTTP API of Amazon API Gateway, in its payload format 2.0 as AWS documents it ("Create AWS
//! Lambda proxy integrations for HTTP APIs in API Gateway").

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::form_urlencoded::{Serializer, parse};

use crate::runtime_interface::Outcome;

/// The stage without a name, which stands in no path.
pub const DEFAULT_STAGE: &str = "$default";

/// The name under which the API is reached, unless a test says otherwise.
const DOMAIN: &str = "exports.example.com";

/// A request of a browser or another client, as API Gateway hands it on.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    method: &'static str,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: Option<Body>,
    stage: String,
    claims: Option<Value>,
}

#[derive(Debug, Clone)]
enum Body {
    Text(String),
    Base64(Vec<u8>),
}

impl HttpRequest {
    /// `GET` of this path and query, which begins with the question mark if there is one.
    #[must_use]
    pub fn get(address: &str) -> Self {
        Self::new("GET", address)
    }

    /// `POST` to this path.
    #[must_use]
    pub fn post(address: &str) -> Self {
        Self::new("POST", address)
    }

    /// A request with this method.
    #[must_use]
    pub fn new(method: &'static str, address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let headers = [
            ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("accept-encoding", "gzip, deflate, br"),
            ("host", DOMAIN),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            ("x-amzn-trace-id", "Root=1-6743a1b2-ffffffffffffffffffffffff"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-port", "443"),
            ("x-forwarded-proto", "https"),
        ];
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            cookies: Vec::new(),
            body: None,
            stage: DEFAULT_STAGE.to_owned(),
            claims: None,
        }
    }

    /// Through a stage with a name: API Gateway puts it before the path, also behind a domain name of one's own.
    #[must_use]
    pub fn stage(mut self, stage: &str) -> Self {
        stage.clone_into(&mut self.stage);
        self
    }

    /// With a header; API Gateway writes their names in small letters.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_lowercase(), value.to_owned());
        self
    }

    /// With one more cookie, `name=value`. They come in a list of their own and not in the header.
    #[must_use]
    pub fn cookie(mut self, pair: &str) -> Self {
        self.cookies.push(pair.to_owned());
        self
    }

    /// With this token in the header `Authorization`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Let in by a JWT authorizer that has found these claims; it hands each on as text.
    #[must_use]
    pub fn authorized(mut self, claims: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            // Lists in brackets, with blanks between.
            Value::Array(values) => {
                let words: Vec<String> =
                    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
                format!("[{}]", words.join(" "))
            }
            other => other.to_string(),
        };
        let claims = claims.as_object().unwrap().iter();
        self.claims = Some(
            claims.map(|(name, value)| (name.clone(), json!(text(value)))).collect::<Map<_, _>>().into(),
        );
        self
    }

    /// With a form, as browsers post it. API Gateway hands everything on as base64 that is neither text nor JSON by its
    /// content type.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let text = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self.header("content-type", "application/x-www-form-urlencoded");
        request.body = Some(Body::Base64(text.into_bytes()));
        request
    }

    /// With JSON, which is handed on as text.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let mut request = self.header("content-type", "application/json");
        request.body = Some(Body::Text(body.to_string()));
        request
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> Value {
        let raw_path = match self.stage.as_str() {
            DEFAULT_STAGE => self.path.clone(),
            stage => format!("/{stage}{}", self.path),
        };
        let mut context = json!({
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": DOMAIN,
            "domainPrefix": "exports",
            "http": {
                "method": self.method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": self.headers["user-agent"],
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": DEFAULT_STAGE,
            "stage": self.stage,
            "time": "22/Nov/2026:08:00:00 +0000",
            "timeEpoch": 1_795_334_400_000_i64,
        });
        if let Some(claims) = &self.claims {
            context["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": DEFAULT_STAGE,
            "rawPath": raw_path,
            "rawQueryString": self.query,
            "headers": self.sent_headers(),
            "requestContext": context,
            "isBase64Encoded": matches!(self.body, Some(Body::Base64(_))),
        });
        // What is not there is left out.
        if !self.cookies.is_empty() {
            event["cookies"] = json!(self.cookies);
        }
        if !self.query.is_empty() {
            event["queryStringParameters"] = parameters(&self.query);
        }
        match &self.body {
            Some(Body::Text(text)) => event["body"] = json!(text),
            Some(Body::Base64(bytes)) => event["body"] = json!(STANDARD.encode(bytes)),
            None => {}
        }
        event
    }

    fn sent_headers(&self) -> BTreeMap<String, String> {
        let length = match &self.body {
            Some(Body::Text(text)) => text.len(),
            Some(Body::Base64(bytes)) => bytes.len(),
            None => 0,
        };
        let mut headers = self.headers.clone();
        headers.insert("content-length".to_owned(), length.to_string());
        headers
    }
}

/// Decoded, and the values of one name joined with commas.
fn parameters(query: &str) -> Value {
    let mut parameters = BTreeMap::<String, String>::new();
    for (name, value) in parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    json!(parameters)
}

/// What the client of the API gets.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// Whether the function gave it as base64.
    pub encoded: bool,
}

impl HttpAnswer {
    /// What API Gateway makes of what the function answered.
    ///
    /// # Panics
    /// When it would lose a part of it or answer with its own status 500.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        let answer = match outcome {
            Outcome::Result(answer) => answer,
            Outcome::Error(error) => panic!("API Gateway answers 500, because of {error}"),
        };
        let lists = answer["multiValueHeaders"].as_object();
        assert!(lists.is_none_or(Map::is_empty), "format 2.0 knows no such field: {answer}");
        let headers = answer["headers"].as_object().unwrap().iter();
        let headers: BTreeMap<String, String> =
            headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect();
        assert!(!headers.contains_key("set-cookie"), "cookies have a field of their own: {answer}");
        let encoded = answer["isBase64Encoded"].as_bool().unwrap();
        let body = answer["body"].as_str().unwrap_or_default();
        let body = if encoded { STANDARD.decode(body).unwrap() } else { body.as_bytes().to_vec() };
        let cookies = answer["cookies"].as_array().into_iter().flatten();
        Self {
            status: answer["statusCode"].as_u64().unwrap().try_into().unwrap(),
            headers,
            cookies: cookies.map(|cookie| cookie.as_str().unwrap().to_owned()).collect(),
            body,
            encoded,
        }
    }

    /// The value of a header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_documented_form() {
        let request = HttpRequest::post("/my/path?a=1&a=2&b=x%20y").stage("test").cookie("c=1").cookie("d=2");
        let event =
            request.form(&[("name", "a b")]).authorized(&json!({ "sub": "1", "groups": ["a", "b"] })).event();
        assert_eq!(event["rawPath"], "/test/my/path");
        assert_eq!(event["requestContext"]["http"]["path"], "/test/my/path");
        assert_eq!(event["rawQueryString"], "a=1&a=2&b=x%20y");
        assert_eq!(event["queryStringParameters"], json!({ "a": "1,2", "b": "x y" }));
        assert_eq!(event["cookies"], json!(["c=1", "d=2"]));
        assert_eq!((&event["isBase64Encoded"], &event["body"]), (&json!(true), &json!("bmFtZT1hK2I=")));
        let claims = &event["requestContext"]["authorizer"]["jwt"]["claims"];
        assert_eq!(*claims, json!({ "sub": "1", "groups": "[a b]" }));
        let event = HttpRequest::get("/").event();
        assert_eq!(event["rawPath"], "/");
        for absent in ["cookies", "queryStringParameters", "body"] {
            assert!(event.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    #[should_panic(expected = "cookies have a field of their own")]
    fn a_cookie_that_would_be_lost_is_noticed() {
        let _ = HttpAnswer::of(Outcome::Result(json!({
            "statusCode": 200, "headers": { "Set-Cookie": "a=1" }, "isBase64Encoded": false,
        })));
    }
}
