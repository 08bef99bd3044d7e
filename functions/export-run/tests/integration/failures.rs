//! Failures, with the types that the state machine tells apart.

use std::time::Duration;

use function_stage::{Function, Outcome, Stage};
use serde_json::{Value, json};

use crate::BINARY;
use crate::driving::known_error_type;

const TIME: Duration = Duration::from_secs(60);

async fn failure(function: &Function, input: Value) -> (String, String) {
    match function.invoke(input, TIME).await {
        Outcome::Error(body) => {
            let message = body["errorMessage"].as_str().unwrap().to_owned();
            (known_error_type(&body).to_owned(), message)
        }
        Outcome::Result(answer) => panic!("{answer}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_repetition_mends_is_permanent() {
    let stage = Stage::new(1).await;
    let function = stage.function(BINARY).await;
    let (error_type, message) =
        failure(&function, json!({ "export": "export-1", "run": "no-such-run" })).await;
    assert_eq!(error_type, "Permanent");
    assert!(message.contains("no-such-run does not exist"), "{message}");
    for input in [json!({ "export": "export-1" }), json!("run-1"), json!({ "export": "../x", "run": "r" })] {
        let (error_type, message) = failure(&function, input).await;
        assert_eq!(error_type, "Permanent");
        assert!(message.contains("\"export\" and \"run\""), "{message}");
    }
    // An error is no reason to end the process.
    let (error_type, _) = failure(&function, json!({ "export": "export-1", "run": "no-such-run" })).await;
    assert_eq!(error_type, "Permanent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_is_missing_is_named_to_each_invocation() {
    let function = Function::start(BINARY, &[("STATE_BUCKET", "state-bucket".to_owned())]).await;
    for _ in 0..2 {
        let (error_type, message) = failure(&function, json!({ "export": "export-1", "run": "run-1" })).await;
        assert_eq!(error_type, "NeedsPerson");
        assert!(message.contains("SEGMENTS_BUCKET is not set"), "{message}");
    }
    let log = function.end().await;
    let errors = log.records().iter().filter(|record| record["level"] == "ERROR").count();
    assert_eq!(errors, 1, "recorded once: {log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_that_is_out_of_reach_is_worth_another_try() {
    let stage = Stage::new(1).await;
    let mut settings = stage.settings();
    settings.retain(|(name, _)| *name != "AWS_ENDPOINT_URL");
    // Nobody listens there.
    settings.push(("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned()));
    let function = Function::start(BINARY, &settings).await;
    let (error_type, _) = failure(&function, json!({ "export": "export-1", "run": "run-1" })).await;
    assert_eq!(error_type, "Retryable");
}
