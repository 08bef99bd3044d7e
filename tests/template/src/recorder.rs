//! Stands before the AWS of one function and writes down which permissions its calls need.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use reqwest::Client;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::calls::{Asked, Call};

/// Hands on every request, and knows what it was.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// Its address, for `AWS_ENDPOINT_URL`.
    pub url: String,
    calls: Arc<Mutex<BTreeSet<Call>>>,
}

#[derive(Clone)]
struct Behind {
    /// S3 and Secrets Manager.
    stored: String,
    /// Step Functions and EventBridge.
    called: String,
    client: Client,
    calls: Arc<Mutex<BTreeSet<Call>>>,
}

impl Recorder {
    /// Before S3 and Secrets Manager at the one address, and Step Functions and EventBridge at the other.
    ///
    /// # Panics
    /// Without a free port.
    pub async fn start(stored: &str, called: &str) -> Self {
        let calls = Arc::new(Mutex::new(BTreeSet::new()));
        let behind = Behind {
            stored: stored.trim_end_matches('/').to_owned(),
            called: called.trim_end_matches('/').to_owned(),
            // What comes back is handed on as it is.
            client: Client::builder().no_proxy().no_gzip().build().unwrap(),
            calls: Arc::clone(&calls),
        };
        let router = Router::new().fallback(hand_on).with_state(behind);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, calls }
    }

    /// The permissions that were needed so far, each once.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().iter().cloned().collect()
    }
}

async fn hand_on(State(behind): State<Behind>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut asked = asked(&parts, &body);
    let called = asked.target.as_ref().is_some_and(|target| !target.starts_with("secretsmanager."));
    let server = if called { &behind.called } else { &behind.stored };
    let address = format!("{server}{}", parts.uri.path_and_query().unwrap());
    // With the name of the host that was asked: it is signed.
    let sent = behind.client.request(parts.method, address).headers(parts.headers).body(body);
    let answer = sent.send().await.unwrap();
    asked.status = answer.status().as_u16();
    behind.calls.lock().unwrap().extend(asked.calls());
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        // How the answer is cut into pieces is this connection's own matter.
        if name != header::TRANSFER_ENCODING && name != header::CONNECTION {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}

fn asked(parts: &Parts, body: &Bytes) -> Asked {
    let target = text(&parts.headers, "x-amz-target");
    Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        if_match: parts.headers.contains_key(header::IF_MATCH),
        body: if target.is_some() { serde_json::from_slice(body).unwrap() } else { Value::Null },
        target,
        status: 0,
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().unwrap().to_owned())
}
