//! Lambda's runtime interface (API version 2018-06-01, as AWS documents it) for one process of a function.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};

/// The largest answer that Lambda takes (documented: 6 MB for synchronous invocations).
const LARGEST_ANSWER: usize = 6_291_556;

/// What came of one invocation, as whoever invoked the function sees it.
#[derive(Debug)]
pub enum Outcome {
    /// The function's result.
    Result(Value),
    /// An error, whose `errorType` the state machine sees: the function's own, or Lambda's about a process that took too
    /// long or died.
    Error(Value),
}

/// One invocation, as the function's log must name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The request's id.
    pub request_id: String,
    /// The id of its trace, which is a part of the header that Lambda sends.
    pub trace_id: String,
}

impl Invocation {
    /// The invocation with this number, in the form that ids have.
    pub(crate) fn number(number: usize) -> Self {
        Self {
            request_id: format!("{number:08x}-7c1e-4b63-9d0a-3f5e21c4a7b8"),
            trace_id: format!("1-6743a1b2-{number:024x}"),
        }
    }

    fn trace_header(&self) -> String {
        format!("Root={};Parent=53995c3f42cd8ad8;Sampled=1", self.trace_id)
    }
}

#[derive(Debug)]
struct Event {
    invocation: Invocation,
    payload: Value,
    time: Duration,
    outcome: oneshot::Sender<Outcome>,
}

struct Interface {
    events: Mutex<mpsc::Receiver<Event>>,
    under_way: Mutex<BTreeMap<String, oneshot::Sender<Outcome>>>,
}

/// The interface as the stage holds it.
#[derive(Debug)]
pub(crate) struct RuntimeInterface {
    /// Where it serves: the value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    events: mpsc::Sender<Event>,
}

impl RuntimeInterface {
    /// Serves on a free port.
    pub(crate) async fn start() -> Self {
        let (events, receiver) = mpsc::channel(1);
        let interface = Arc::new(Interface { events: Mutex::new(receiver), under_way: Mutex::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .layer(DefaultBodyLimit::disable())
            .with_state(interface);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, events }
    }

    /// Hands the process an event as soon as it asks for one; what is returned ends with the process's answer.
    pub(crate) async fn deliver(
        &self,
        invocation: Invocation,
        payload: Value,
        time: Duration,
    ) -> oneshot::Receiver<Outcome> {
        let (outcome, answered) = oneshot::channel();
        self.events.send(Event { invocation, payload, time, outcome }).await.unwrap();
        answered
    }
}

async fn next(State(interface): State<Arc<Interface>>) -> Response {
    let Some(event) = interface.events.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let deadline = SystemTime::now() + event.time;
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", event.invocation.request_id.clone()),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        ("Lambda-Runtime-Trace-Id", event.invocation.trace_header()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:123456789012:function:function".to_owned(),
        ),
    ];
    interface.under_way.lock().await.insert(event.invocation.request_id, event.outcome);
    (headers, Json(event.payload)).into_response()
}

async fn response(
    State(interface): State<Arc<Interface>>,
    Path(id): Path<String>,
    // Not as JSON by its header: the real interface does not ask for one.
    body: Bytes,
) -> StatusCode {
    if body.len() > LARGEST_ANSWER {
        let message =
            format!("Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes).");
        let error = json!({ "errorType": "Function.ResponseSizeTooLarge", "errorMessage": message });
        interface.settle(&id, Outcome::Error(error)).await;
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    interface.settle(&id, Outcome::Result(serde_json::from_slice(&body).unwrap())).await
}

async fn error(
    State(interface): State<Arc<Interface>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    assert!(headers.contains_key("lambda-runtime-function-error-type"), "the interface asks for this header");
    interface.settle(&id, Outcome::Error(serde_json::from_slice(&body).unwrap())).await
}

impl Interface {
    async fn settle(&self, id: &str, outcome: Outcome) -> StatusCode {
        match self.under_way.lock().await.remove(id) {
            // Nobody waits any more for an invocation whose time is over.
            Some(sender) => sender.send(outcome).map_or(StatusCode::BAD_REQUEST, |()| StatusCode::ACCEPTED),
            None => StatusCode::BAD_REQUEST,
        }
    }
}
