//! The state machine: nothing in it can lose a run, and its history stays below the limit of Step Functions.

use std::fs;

use serde_json::{Value, json};
use template_tests::{Stack, Template, repository};

/// Events that one execution can have (Step Functions' quotas).
const LONGEST_HISTORY: u64 = 25_000;

/// Entered, scheduled, started, succeeded and exited; entered and exited for the choice and for the wait.
const EVENTS_OF_A_TURN: u64 = 5 + 2 + 2;

/// Scheduled, started and failed.
const EVENTS_OF_A_RETRY: u64 = 3;

/// The state machine, with the template's values in their places.
pub(crate) fn definition() -> Value {
    let stack = Stack::new("test", &[]);
    let template = Template::read();
    let properties = &template.resource("RunMachine").body["Properties"];
    let file = repository().join(properties["DefinitionUri"].as_str().unwrap());
    let mut text = fs::read_to_string(file).unwrap();
    for (name, value) in properties["DefinitionSubstitutions"].as_object().unwrap() {
        let place = format!("${{{name}}}");
        assert!(text.contains(&place), "{name} has a place");
        text = text
            .replace(&place, &stack.resolve(value).as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    assert!(!text.contains("${"), "every place has a value");
    serde_json::from_str(&text).unwrap()
}

fn retries(state: &Value) -> u64 {
    state["Retry"].as_array().unwrap().iter().map(|retry| retry["MaxAttempts"].as_u64().unwrap()).sum()
}

#[test]
fn a_history_stays_below_the_limit_even_if_every_turn_is_tried_as_often_as_it_may() {
    let parameter = &Template::read().section("Parameters")["TurnsPerExecution"];
    let most = parameter["MaxValue"].as_u64().unwrap();
    assert_eq!(parameter["Default"], most);
    let advance = &definition()["States"]["Advance"];
    let worst = most * (EVENTS_OF_A_TURN + retries(advance) * EVENTS_OF_A_RETRY);
    assert!(worst < LONGEST_HISTORY - 100, "{worst} events");
}

#[test]
fn whatever_a_repetition_can_mend_is_tried_again_and_nothing_else() {
    let definition = definition();
    let retry = definition["States"]["Advance"]["Retry"].as_array().unwrap().clone();
    assert_eq!(retry[0], json!({ "ErrorEquals": ["NeedsPerson", "Permanent"], "MaxAttempts": 0 }));
    let tried: Vec<&str> =
        retry[1]["ErrorEquals"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for error in [
        // Said by the function.
        "Retryable",
        // Said by Lambda and its client.
        "Lambda.ServiceException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        // A time-out, exhausted memory, a crash.
        "Lambda.Unknown",
        "Runtime.ExitError",
        "Sandbox.Timedout",
        "States.Timeout",
    ] {
        assert!(tried.contains(&error), "{error}");
    }
    assert_eq!(retry[2]["ErrorEquals"], json!(["States.ALL"]), "also what nobody has thought of");
    for retry in &retry[1..] {
        assert_eq!(retry["JitterStrategy"], "FULL");
        assert!(retry["BackoffRate"].as_u64().unwrap() >= 2);
    }
}

#[test]
fn only_ids_and_codes_pass_through() {
    let states = definition()["States"].clone();
    for (name, input) in [
        ("Advance", &states["Advance"]["Arguments"]["Payload"]),
        ("HandOver", &states["HandOver"]["Arguments"]["Input"]),
        ("StartFollowing", &states["StartFollowing"]["Arguments"]["Input"]),
    ] {
        for field in input.as_object().unwrap().keys() {
            assert!(["export", "run", "generation", "handover"].contains(&field.as_str()), "{name}: {field}");
        }
    }
}

#[test]
fn the_execution_of_a_following_run_is_the_one_that_anybody_would_start() {
    let start = definition()["States"]["StartFollowing"]["Arguments"].clone();
    // What shared/step-functions names the first generation.
    assert_eq!(start["Name"], "{% $states.input.next.run & '-1' %}");
    let fields: Vec<&String> = start["Input"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["export", "generation", "run"]);
    assert_eq!(start["Input"]["generation"], 1);
}

#[test]
fn a_name_that_is_taken_is_no_failure() {
    let states = definition()["States"].clone();
    for (state, next) in [("HandOver", "HandedOver"), ("StartFollowing", "Ended")] {
        let caught = &states[state]["Catch"][0];
        assert_eq!(caught["ErrorEquals"][0], "StepFunctions.ExecutionAlreadyExistsException");
        assert_eq!(caught["Next"], next);
        assert_eq!(states[state]["Retry"][0]["MaxAttempts"], 0, "asking again would only be told the same");
    }
}
