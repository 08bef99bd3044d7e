//! Events as AWS delivers them, with every field of its documentation, before the real binary.

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use function_stage::{Function, Outcome, Stage};
use serde_json::{Value, json};
use store::Condition;

use crate::bench::{BUCKET, object_created};
use crate::function::{TIME, private, result, stage};

/// "Amazon S3 User Guide", "EventBridge event message structure": an object that was deleted.
fn object_deleted(key: &str) -> Value {
    json!({
        "version": "0",
        "id": "2ee9cc15-d022-99ea-1fb8-1b1bac4850f9",
        "detail-type": "Object Deleted",
        "source": "aws.s3",
        "account": "111122223333",
        "time": "2021-11-12T00:00:00Z",
        "region": "ca-central-1",
        "resources": [format!("arn:aws:s3:::{BUCKET}")],
        "detail": {
            "version": "0",
            "bucket": { "name": BUCKET },
            "object": {
                "key": key,
                "etag": "d41d8cd98f00b204e9800998ecf8427e",
                "version-id": "1QW9g1Z99LUNbvaaYVpW9xDlOLU.qxgF",
                "sequencer": "617f0837b476e463"
            },
            "request-id": "0BH729840619AG5K",
            "requester": "123456789012",
            "source-ip-address": "1.2.3.4",
            "reason": "DeleteObject",
            "deletion-type": "Delete Marker Created"
        }
    })
}

/// "Amazon S3 User Guide", "Event message structure": what S3 sends by itself, with an encoded key.
fn notification_of_s3(key: &str) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-west-2",
        "eventTime": "1970-01-01T00:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AIDAJDPLRKLG7UEXAMPLE" },
        "requestParameters": { "sourceIPAddress": "1.2.3.4" },
        "responseElements": {
            "x-amz-request-id": "C3D13FE58DE4C810",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD"
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "testConfigRule",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": { "principalId": "A3NL1KOZZKExample" },
                "arn": format!("arn:aws:s3:::{BUCKET}")
            },
            "object": {
                "key": key,
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5"
            }
        }
    }] })
}

/// "Amazon EventBridge User Guide", scheduled rules; and "EventBridge Scheduler User Guide", which sends the same with
/// its own source and resource.
fn scheduled(source: &str, resource: &str) -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": source,
        "account": "123456789012",
        "time": "2015-10-08T16:53:06Z",
        "region": "us-east-1",
        "resources": [resource],
        "detail": {}
    })
}

async fn upload(stage: &Stage, key: &str) {
    let file = "CustomerId,EMail,FirstName\n1,person0@example.com,Zephyrine-0\n";
    stage.segments.put(key, file.into(), Condition::None).await.unwrap();
}

async fn trigger_uploads(stage: &Stage) {
    let settings = RefreshSettings { upload_trigger: true, ..RefreshSettings::default() };
    stage.documents.create(REFRESH_SETTINGS, settings).await.unwrap();
}

async fn refusal(function: &Function, event: Value) -> String {
    match function.invoke(event, TIME).await {
        Outcome::Error(error) => {
            assert_eq!(error["errorType"], "Permanent");
            error["errorMessage"].as_str().unwrap().to_owned()
        }
        Outcome::Result(answer) => panic!("{answer}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_known_however_it_came_and_whatever_its_name() {
    let (stage, calls, function) = stage().await;
    trigger_uploads(&stage).await;
    // Each is exported by the one run that has not looked for its snapshots yet.
    for (key, reason) in [
        ("segments/people/2026 11+22 100%20.csv", "PutObject"),
        ("segments/people/Größe #1 & mehr?.csv", "CompleteMultipartUpload"),
        ("segments/people/copy(1)=a;b,c@d.csv", "CopyObject"),
        ("segments/people/by form 'x'.csv", "POST Object"),
    ] {
        upload(&stage, key).await;
        let mut event = object_created(BUCKET, key, "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e");
        event["detail"]["reason"] = json!(reason);
        assert_eq!(result(&function, event.clone()).await["event"], "snapshot_uploaded", "{key}");
        // Fields of a later version, an address of the newer kind, and a bucket without versions.
        event["detail"]["event-version"] = json!("1.0");
        event["detail"]["source-ip-address"] = json!("2001:db8::1");
        event["detail"]["requester"] = json!("s3.amazonaws.com");
        event["detail"]["object"].as_object_mut().unwrap().remove("version-id");
        event["replay-name"] = json!("replay");
        assert_eq!(result(&function, event).await["event"], "snapshot_uploaded", "{key}");
    }
    let active = stage.engine.occupation(&stage.export).await.unwrap().active.unwrap();
    assert!(calls.executions().iter().all(|execution| execution.input["run"] == json!(active.run)));
    function.end().await.check(&private(&stage).personal("who has uploaded", "2001:db8::1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_is_known_by_its_rule_or_its_schedule() {
    let (stage, _, function) = stage().await;
    let rule =
        "arn:aws:events:us-east-1:123456789012:rule/segment-export-ExportTriggerMaintenance-1ABCDEF2GHIJ";
    assert_eq!(result(&function, scheduled("aws.events", rule)).await["event"], "maintenance");
    let schedule =
        "arn:aws:scheduler:us-east-1:123456789012:schedule/default/segment-export-ScheduledRefresh";
    assert_eq!(result(&function, scheduled("aws.scheduler", schedule)).await["event"], "scheduled_refresh");
    function.end().await.check(&private(&stage));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_rule_of_ours_delivers_is_refused_and_not_repeated() {
    let (stage, calls, function) = stage().await;
    trigger_uploads(&stage).await;
    let key = "segments/people/2026-11-22.csv";
    for event in [
        object_deleted(key),
        notification_of_s3("segments/people/2026-11-22.csv"),
        scheduled("aws.events", "arn:aws:events:us-east-1:123456789012:rule/somebody-elses"),
        // The test that S3 sends when its own notifications are set up.
        json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET, "RequestId": "5582815E1AEA5ADF" }),
        json!({ "trigger": "Everything" }),
        json!("person1@example.com"),
        json!({ "email": "person1@example.com" }),
    ] {
        let message = refusal(&function, event).await;
        assert!(message.contains("connect this function to the rules"), "{message}");
        assert!(!message.contains("1.2.3.4"), "{message}");
    }
    assert!(calls.executions().is_empty());
    function.end().await.check(&private(&stage));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_at_any_moment_of_an_upload_leaves_one_run_to_the_next_delivery() {
    for moment in [0, 5, 10, 20, 40] {
        let (stage, calls, function) = stage().await;
        trigger_uploads(&stage).await;
        let event = object_created(BUCKET, "segments/people/2026-11-22.csv", "1");
        let dying = async {
            tokio::time::sleep(std::time::Duration::from_millis(moment)).await;
            function.crash();
        };
        let (outcome, ()) = tokio::join!(function.invoke(event.clone(), TIME), dying);
        if let Outcome::Error(error) = outcome {
            assert_eq!(error["errorType"], "Runtime.ExitError");
        }
        // EventBridge delivers again what was not answered.
        result(&function, event).await;
        let run = stage.engine.occupation(&stage.export).await.unwrap().active.unwrap().run;
        let executions = calls.executions();
        assert!(
            !executions.is_empty() && executions.iter().all(|one| one.input["run"] == json!(run)),
            "{executions:?}"
        );
        function.end().await.check(&private(&stage));
    }
}
