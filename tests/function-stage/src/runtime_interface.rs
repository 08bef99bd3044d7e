//! Lambda's runtime interface (API version 2018-06-01, as AWS documents it) for one function.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};

/// What a function answered to one invocation.
#[derive(Debug)]
pub enum Outcome {
    /// Its result.
    Result(Value),
    /// Its error, whose `errorType` the state machine sees.
    Error(Value),
}

#[derive(Debug)]
struct Event {
    id: String,
    payload: Value,
    time_left: Duration,
    outcome: oneshot::Sender<Outcome>,
}

struct Interface {
    events: Mutex<mpsc::Receiver<Event>>,
    under_way: Mutex<BTreeMap<String, oneshot::Sender<Outcome>>>,
}

/// The interface as the test holds it.
#[derive(Debug)]
pub struct RuntimeInterface {
    /// Where it serves: the value of `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    events: mpsc::Sender<Event>,
    invocations: AtomicU64,
}

/// The header of a trace whose id the logs must show.
pub const TRACE: &str = "Root=1-6743a1b2-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1";

impl RuntimeInterface {
    /// Serves on a free port.
    pub async fn start() -> Self {
        let (events, receiver) = mpsc::channel(1);
        let interface = Arc::new(Interface { events: Mutex::new(receiver), under_way: Mutex::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(interface);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, events, invocations: AtomicU64::new(0) }
    }

    /// Invokes the function; `None` when it has died before it answered.
    pub async fn invoke(&self, payload: Value, time_left: Duration) -> Option<Outcome> {
        let (outcome, answered) = oneshot::channel();
        let id = format!("request-{}", self.invocations.fetch_add(1, Ordering::SeqCst) + 1);
        self.events.send(Event { id, payload, time_left, outcome }).await.ok()?;
        tokio::time::timeout(time_left, answered).await.ok()?.ok()
    }
}

async fn next(State(interface): State<Arc<Interface>>) -> Response {
    let Some(event) = interface.events.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let deadline = SystemTime::now() + event.time_left;
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    interface.under_way.lock().await.insert(event.id.clone(), event.outcome);
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", event.id),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        ("Lambda-Runtime-Trace-Id", TRACE.to_owned()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:123456789012:function:function".to_owned(),
        ),
    ];
    (headers, Json(event.payload)).into_response()
}

async fn response(
    State(interface): State<Arc<Interface>>,
    Path(id): Path<String>,
    // Not as JSON by its header: the real interface does not ask for one.
    body: Bytes,
) -> StatusCode {
    interface.settle(&id, Outcome::Result(serde_json::from_slice(&body).unwrap())).await
}

async fn error(State(interface): State<Arc<Interface>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
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
