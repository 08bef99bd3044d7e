//! The tick of maintenance.

use jiff::SignedDuration;
use schedule::ExportSchedule;
use serde_json::json;

use crate::bench::bench;
use crate::function::{result, stage};

#[tokio::test]
async fn a_run_that_nobody_works_on_is_set_going_and_people_are_told_of_what_nobody_looked_at() {
    let bench = bench().await;
    let export = bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    let run = bench.stage.start_run(&export).await;
    let maintain = || bench.send(json!({ "trigger": "Maintenance" }));
    let answer = maintain().await.unwrap();
    assert_eq!((answer.event, answer.resumed), ("maintenance", 0), "its driver still has time");
    bench.pass(SignedDuration::from_mins(3)).await;
    assert_eq!(maintain().await.unwrap().resumed, 1);
    assert_eq!(bench.driven(), std::slice::from_ref(&run));
    // Without a snapshot it is skipped; whoever ended it died before people were told.
    bench.stage.drive(&run).await;
    let answer = maintain().await.unwrap();
    assert_eq!((answer.told, answer.failed), (1, 0));
    assert_eq!(maintain().await.unwrap().told, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_time_it_writes_down_what_alarms_watch() {
    let (stage, _calls, function) = stage().await;
    stage.start_run().await;
    result(&function, json!({ "trigger": "Maintenance" })).await;
    let log = function.end().await;
    let metrics = log.metrics();
    let health = metrics.iter().find(|line| line.get("OldestActiveRunAge").is_some()).unwrap();
    assert!(health["OldestActiveRunAge"].is_u64());
    assert_eq!(health.get("RunsWaitingForPerson"), None, "what nobody is alarmed by costs nothing at zero");
    assert_eq!(health["ConnectionsNeedingReauthentication"], 0);
    let dimensions = &health["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(*dimensions, json!([["Function"]]), "alarms name no other");
    let of_event = metrics.iter().find(|line| line.get("Event").is_some()).unwrap();
    assert_eq!((&of_event["Event"], &of_event["MaintenanceFailures"]), (&json!("maintenance"), &json!(0)));
    for absent in ["RunsStarted", "ExportsLeftOut", "RunsResumed"] {
        assert_eq!(of_event.get(absent), None, "{absent}");
    }
}
