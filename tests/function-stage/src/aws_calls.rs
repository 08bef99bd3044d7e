//! `StartExecution` of AWS Step Functions and `PutEvents` of Amazon EventBridge, as their API references describe them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_config::SdkConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::Sensitive;
use serde_json::{Value, json};
use store::{AwsServer, StaticCredentials};
use tokio::net::TcpListener;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is carried out, and the answer is lost.
    LostAnswer,
    /// It is not carried out; the service is out of order.
    Unavailable,
    /// It is not carried out; the role may not.
    Denied,
    /// There is no such state machine.
    NoStateMachine,
    /// The call succeeds and refuses its entry.
    RefusedEntry,
}

/// An execution that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedExecution {
    /// The ARN of its state machine.
    pub state_machine: String,
    /// Its name.
    pub name: String,
    /// What it was given.
    pub input: Value,
    /// It has not closed yet.
    pub open: bool,
}

/// An event that was put on a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutEvent {
    /// The bus.
    pub bus: String,
    /// The source.
    pub source: String,
    /// The detail type.
    pub detail_type: String,
    /// The detail.
    pub detail: Value,
}

#[derive(Debug, Default)]
struct Known {
    faults: VecDeque<Fault>,
    calls: usize,
    executions: Vec<StartedExecution>,
    events: Vec<PutEvent>,
}

/// Both services on one loopback port.
#[derive(Debug, Clone)]
pub struct AwsCalls {
    /// Their address, for `AWS_ENDPOINT_URL_SFN` and `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    pub url: String,
    known: Arc<Mutex<Known>>,
}

impl AwsCalls {
    /// Serves on a free port.
    pub async fn start() -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&known));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, known }
    }

    /// What clients of these services are made from.
    pub async fn configuration(&self) -> SdkConfig {
        let credentials = StaticCredentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("a secret access key of no account".to_owned()),
        };
        let server = AwsServer {
            endpoint_url: Some(self.url.parse().unwrap()),
            region: Some("us-east-1".to_owned()),
            credentials: Some(credentials),
        };
        server.configuration().await
    }

    /// The next calls meet these faults, one each.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.known().faults.extend(faults);
    }

    /// Calls so far, those that failed included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.known().calls
    }

    /// Executions in the order in which they were started.
    #[must_use]
    pub fn executions(&self) -> Vec<StartedExecution> {
        self.known().executions.clone()
    }

    /// Executions close; their names stay taken.
    pub fn close_executions(&self) {
        for execution in &mut self.known().executions {
            execution.open = false;
        }
    }

    /// Events in the order in which they were put.
    #[must_use]
    pub fn events(&self) -> Vec<PutEvent> {
        self.known().events.clone()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }
}

async fn answer(State(known): State<Arc<Mutex<Known>>>, headers: HeaderMap, body: Bytes) -> Response {
    assert!(headers.contains_key("authorization"), "requests to AWS are signed");
    let target = headers["x-amz-target"].to_str().unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let mut known = known.lock().unwrap();
    known.calls += 1;
    let fault = known.faults.pop_front();
    match fault {
        Some(Fault::Unavailable) => return error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure"),
        Some(Fault::Denied) => return error(StatusCode::BAD_REQUEST, "AccessDeniedException"),
        Some(Fault::NoStateMachine) => return error(StatusCode::BAD_REQUEST, "StateMachineDoesNotExist"),
        Some(Fault::LostAnswer | Fault::RefusedEntry) | None => {}
    }
    let answer = match target {
        "AWSStepFunctions.StartExecution" => known.start_execution(&body),
        "AWSEvents.PutEvents" => known.put_events(&body, fault == Some(Fault::RefusedEntry)),
        other => panic!("no such call: {other}"),
    };
    if fault == Some(Fault::LostAnswer) {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure");
    }
    answer
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("{name} is missing")).to_owned()
}

impl Known {
    /// A name can be used again only by the same call while its execution is open ("StartExecution is idempotent for
    /// STANDARD workflows").
    fn start_execution(&mut self, body: &Value) -> Response {
        let (state_machine, name) = (text(body, "stateMachineArn"), text(body, "name"));
        let valid =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        if name.is_empty() || name.len() > 80 || !name.chars().all(valid) {
            return error(StatusCode::BAD_REQUEST, "InvalidName");
        }
        let input: Value = serde_json::from_str(&text(body, "input")).unwrap();
        let same = |known: &&StartedExecution| known.state_machine == state_machine && known.name == name;
        match self.executions.iter().find(same) {
            Some(known) if known.open && known.input == input => {}
            Some(_) => return error(StatusCode::BAD_REQUEST, "ExecutionAlreadyExists"),
            None => self.executions.push(StartedExecution {
                state_machine: state_machine.clone(),
                name: name.clone(),
                input,
                open: true,
            }),
        }
        let arn = format!("{}:{name}", state_machine.replace(":stateMachine:", ":execution:"));
        ok(&json!({ "executionArn": arn, "startDate": 1_795_334_400.0 }))
    }

    fn put_events(&mut self, body: &Value, refuse: bool) -> Response {
        let entries = body["Entries"].as_array().unwrap();
        assert!((1..=10).contains(&entries.len()), "a call has at most ten entries");
        if refuse {
            let entry = json!({ "ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed." });
            return ok(&json!({ "FailedEntryCount": 1, "Entries": [entry] }));
        }
        for entry in entries {
            self.events.push(PutEvent {
                bus: text(entry, "EventBusName"),
                source: text(entry, "Source"),
                detail_type: text(entry, "DetailType"),
                detail: serde_json::from_str(&text(entry, "Detail")).unwrap(),
            });
        }
        let ids: Vec<Value> =
            (0..entries.len()).map(|number| json!({ "EventId": format!("{number}") })).collect();
        ok(&json!({ "FailedEntryCount": 0, "Entries": ids }))
    }
}

fn ok(body: &Value) -> Response {
    ([("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response()
}

fn error(status: StatusCode, code: &str) -> Response {
    let body = json!({ "__type": format!("com.amazonaws.service#{code}"), "message": "as asked for" });
    (status, [("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response()
}
