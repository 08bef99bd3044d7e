//! Runs driven to their end as the state machine would drive them.

use engine::Status;
use function_stage::{Function, Stage};
use serde_json::json;

use crate::BINARY;
use crate::driving::{drive, input, invoked};

const PEOPLE: usize = 60;

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
    let again = invoked(&function, input(&key)).await;
    assert!(again["state"] == "done" || again["state"] == "wait", "{again}");
    assert_eq!(stage.control.statistics().await.imports, 1);

    let log = function.end().await;
    log.check(&stage.private(PEOPLE));
    let metrics = log.metrics();
    let [metrics] = metrics.as_slice() else { panic!("the metrics of the end, once: {metrics:?}") };
    assert_eq!(metrics["Status"], "Successful");
    assert_eq!((&metrics["RowsAdded"], &metrics["Imports"]), (&json!(60), &json!(1)));
    let advanced = log.records().iter().filter(|record| record["message"] == "advanced").count();
    assert_eq!(advanced, answers.len() + 1, "one record for each invocation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_process_begins_where_the_one_before_stopped() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    // A new process for each turn: Lambda promises none of them a second invocation.
    let mut turn = input(&key);
    let mut turns = 0;
    while turn["state"] != "done" {
        let function: Function = stage.function(BINARY).await;
        turn = invoked(&function, turn).await;
        if turn["state"] == "wait" {
            crate::driving::wait(&turn).await;
        }
        function.end().await.check(&stage.private(PEOPLE));
        turns += 1;
    }
    assert!(turns > 1);
    assert_eq!(turn["status"], "Successful");
    assert_eq!((stage.members().await.len(), stage.control.statistics().await.imports), (PEOPLE, 1));
}
