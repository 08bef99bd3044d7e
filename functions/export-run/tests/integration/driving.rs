//! The state machine's part: invoke, wait, invoke again with what came out.

use std::time::Duration;

use engine::RunKey;
use function_stage::{Function, Outcome};
use serde_json::{Value, json};

/// What Lambda gives the function in the deployment.
pub(crate) const TIME: Duration = Duration::from_mins(15);

/// No run of these tests needs so many turns.
const TURNS: usize = 100;

/// The type of an error, which the state machine must know by name: an unknown one would be tried again blindly.
pub(crate) fn known_error_type(body: &Value) -> &str {
    let error_type = body["errorType"].as_str().unwrap();
    let machine: Value = serde_json::from_str(include_str!("../../state-machine.asl.json")).unwrap();
    let retries = machine["States"]["Advance"]["Retry"].as_array().unwrap();
    let mut named = retries.iter().flat_map(|retry| retry["ErrorEquals"].as_array().unwrap());
    assert!(named.any(|name| name == error_type), "{error_type} is not named in the state machine");
    error_type
}

/// What an execution begins with.
pub(crate) fn input(key: &RunKey) -> Value {
    json!({ "export": key.export, "run": key.run, "generation": 7 })
}

/// The answer to one invocation.
pub(crate) async fn invoked(function: &Function, input: Value) -> Value {
    match function.invoke(input, TIME).await {
        Outcome::Result(answer) => answer,
        Outcome::Error(body) => panic!("{body}"),
    }
}

/// Waits as the answer says.
pub(crate) async fn wait(answer: &Value) {
    tokio::time::sleep(Duration::from_secs(answer["seconds"].as_u64().unwrap())).await;
}

/// Invokes the function until the run has ended; answers all that it answered.
pub(crate) async fn drive(function: &Function, key: &RunKey) -> Vec<Value> {
    let mut input = input(key);
    let mut answers = Vec::new();
    for _ in 0..TURNS {
        let answer = invoked(function, input).await;
        answers.push(answer.clone());
        match answer["state"].as_str().unwrap() {
            "wait" => wait(&answer).await,
            "done" => return answers,
            other => panic!("the run does not end but is {other}"),
        }
        // As in a state machine: what came out goes in again.
        input = answer;
    }
    panic!("the run does not come to an end");
}
