//! Runs driven to their end as the state machine would drive them.

use std::time::Duration;

use engine::{Phase, RunKey, Status};
use function_stage::{Function, Outcome, Stage};
use serde_json::{Value, json};

use crate::BINARY;

const PEOPLE: usize = 60;

fn input(key: &RunKey) -> Value {
    json!({ "export": key.export, "run": key.run, "generation": 7 })
}

/// Invokes the function until the run has ended; answers all that it answered.
async fn drive(function: &Function, key: &RunKey) -> Vec<Value> {
    let mut input = input(key);
    let mut answers = Vec::new();
    for _ in 0..100 {
        let answer = match function.invoke(input, Duration::from_secs(60)).await {
            Outcome::Result(answer) => answer,
            Outcome::Error(body) => panic!("{body}"),
        };
        answers.push(answer.clone());
        match answer["state"].as_str().unwrap() {
            "wait" => tokio::time::sleep(Duration::from_secs(answer["seconds"].as_u64().unwrap())).await,
            "done" => return answers,
            other => panic!("the run does not end but is {other}"),
        }
        // As in a state machine: what came out goes in again.
        input = answer;
    }
    panic!("the run does not come to an end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_brought_to_its_end_by_repeated_invocations() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    let function = stage.function(BINARY).await;
    let answers = drive(&function, &key).await;
    let last = answers.last().unwrap();
    let expected = json!({
        "export": "export-1", "run": key.run, "generation": 7, "state": "done",
        "seconds": null, "status": "Successful", "reason": null, "next": null,
    });
    assert_eq!(*last, expected);
    assert!(answers.len() > 1, "the service needs time, which is not spent in the function");

    let run = stage.run(&key).await;
    let ended = run.ended().unwrap();
    assert_eq!(ended.end.status(), Status::Successful);
    assert_eq!(ended.counts.added, 60);
    assert!(ended.counts.is_balanced());
    assert_eq!(stage.members().await.len(), PEOPLE);

    // Step Functions may invoke once more for a turn whose answer was lost: at worst it has to wait for a lease.
    let Outcome::Result(again) = function.invoke(input(&key), Duration::from_secs(60)).await else {
        panic!("an ended run is no error");
    };
    assert!(again["state"] == "done" || again["state"] == "wait", "{again}");
    assert_eq!(stage.control.statistics().await.imports, 1);
    check_log(&function.kill().await);
}

/// Every line is JSON, belongs to an invocation, and holds nobody's data; the metrics are there once.
fn check_log(log: &[String]) {
    assert!(!log.is_empty());
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (metrics, records): (Vec<Value>, Vec<Value>) =
        lines.into_iter().partition(|line| line.get("_aws").is_some());
    let [metrics] = metrics.as_slice() else { panic!("one line of metrics: {metrics:?}") };
    assert_eq!(metrics["Status"], "Successful");
    assert_eq!(metrics["RowsAdded"], 60);
    assert_eq!(metrics["Imports"], 1);
    assert!(records.len() > 4);
    let advanced = records.iter().filter(|record| record["message"] == "advanced");
    for record in advanced {
        let span = &record["spans"][0];
        assert!(span["request_id"].as_str().unwrap().starts_with("request-"), "{record}");
        assert_eq!(span["trace_id"], "1-6743a1b2-0123456789abcdef01234567", "{record}");
    }
    for line in log {
        assert!(!line.contains("@example.com") && !line.contains("Ann"), "{line}");
        assert!(!line.contains("Bearer") && !line.contains("simulated-secret"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_mid_run_costs_time_and_nothing_else() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    // Slow answers: the process is certainly at work when it is killed.
    stage.control.change_faults(|faults| faults.delay_milliseconds = 500).await;
    let first = stage.function(BINARY).await;
    let invoking = {
        let (interface, input) = (first.interface(), input(&key));
        tokio::spawn(async move { interface.invoke(input, Duration::from_secs(8)).await })
    };
    while stage.control.statistics().await.total < 2 {
        assert!(!invoking.is_finished(), "the function has given up before it sent anything");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.kill().await;
    stage.control.change_faults(|faults| faults.delay_milliseconds = 0).await;
    let interrupted = stage.run(&key).await;
    assert!(interrupted.lease.is_some(), "it died with its lease");
    assert!(matches!(interrupted.phase, Phase::Queued | Phase::Looking(_)), "and before it sent anything");

    let second = stage.function(BINARY).await;
    let answers = drive(&second, &key).await;
    assert_eq!(answers[0]["state"], "wait", "the lease of the dead process is respected");
    assert!(answers[0]["seconds"].as_u64().unwrap() <= 13, "and ends just after that one's time-out");
    assert_eq!(answers.last().unwrap()["status"], "Successful");
    let run = stage.run(&key).await;
    assert!(run.ended().unwrap().counts.is_balanced());
    assert_eq!(stage.members().await.len(), PEOPLE);
    assert_eq!(stage.control.statistics().await.imports, 1, "nothing was sent twice");
    assert!(invoking.await.unwrap().is_none(), "the killed invocation has no answer");
}
