//! The real binary under Lambda's runtime interface, with S3, Step Functions and the event bus on loopback.

use std::time::Duration;

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use function_stage::{AwsCalls, Function, Outcome, Private, Stage};
use serde_json::{Value, json};

use crate::bench::{BUCKET, object_created};

const BINARY: &str = env!("CARGO_BIN_EXE_export-trigger");
pub(crate) const TIME: Duration = Duration::from_secs(60);
const PEOPLE: usize = 3;
const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Run";

/// What no log may hold: besides the people of the segment, who has uploaded it.
pub(crate) fn private(stage: &Stage) -> Private {
    stage.private(PEOPLE).personal("who has uploaded", "1.2.3.4")
}

pub(crate) async fn stage() -> (Stage, AwsCalls, Function) {
    let stage = Stage::new(PEOPLE).await;
    let calls = AwsCalls::start().await;
    let mut settings = stage.settings();
    settings.extend([
        ("STATE_MACHINE_ARN", MACHINE.to_owned()),
        ("PUBLIC_ADDRESS", "https://exports.example.com".to_owned()),
        ("EVENT_BUS", "segment-export".to_owned()),
        ("AWS_ENDPOINT_URL_SFN", calls.url.clone()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", calls.url.clone()),
    ]);
    let function = Function::start(BINARY, &settings).await;
    (stage, calls, function)
}

pub(crate) async fn result(function: &Function, event: Value) -> Value {
    match function.invoke(event, TIME).await {
        Outcome::Result(answer) => answer,
        Outcome::Error(body) => panic!("{body}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_starts_an_execution_and_a_second_delivery_none() {
    let (stage, calls, function) = stage().await;
    let settings = RefreshSettings { upload_trigger: true, ..RefreshSettings::default() };
    stage.documents.create(REFRESH_SETTINGS, settings).await.unwrap();
    let event = object_created(BUCKET, "segments/people/2026-11-22.csv", "1");
    let answer = result(&function, event.clone()).await;
    assert_eq!((&answer["event"], &answer["started"]), (&json!("snapshot_uploaded"), &json!(1)));
    result(&function, event).await;
    let run = stage.engine.occupation(&stage.export).await.unwrap().active.unwrap().run;
    let executions = calls.executions();
    assert_eq!(executions.len(), 1);
    assert_eq!(executions[0].state_machine, MACHINE);
    assert_eq!(executions[0].name, format!("{run}-1"));
    assert_eq!(executions[0].input, json!({ "export": stage.export, "run": run, "generation": 1 }));

    assert_eq!(result(&function, json!({ "trigger": "ScheduledRefresh" })).await["started"], 0);
    assert_eq!(result(&function, json!({ "trigger": "Maintenance" })).await["failed"], 0);
    let Outcome::Error(error) = function.invoke(json!({ "trigger": "?" }), TIME).await else {
        panic!("it is refused");
    };
    assert_eq!(error["errorType"], "Permanent");
    let log = function.end().await;
    log.check(&private(&stage));
    assert!(!log.metrics().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_is_missing_is_named_to_each_invocation() {
    let function = Function::start(BINARY, &[("STATE_BUCKET", "state".to_owned())]).await;
    for _ in 0..2 {
        let Outcome::Error(error) = function.invoke(json!({ "trigger": "Maintenance" }), TIME).await else {
            panic!("it cannot serve");
        };
        assert_eq!(error["errorType"], "NeedsPerson");
        assert!(error["errorMessage"].as_str().unwrap().contains("is not set"), "{error}");
    }
}
