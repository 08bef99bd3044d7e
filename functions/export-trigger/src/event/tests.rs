//! Events as AWS documents them.

use serde_json::json;

use super::*;

/// From the EventBridge user guide, "Amazon S3 event notification structure", with the key changed.
fn object_created(key: &str) -> Value {
    json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "111122223333",
        "time": "2021-11-12T00:00:00Z",
        "region": "ca-central-1",
        "resources": ["arn:aws:s3:::amzn-s3-demo-bucket1"],
        "detail": {
            "version": "0",
            "bucket": { "name": "amzn-s3-demo-bucket1" },
            "object": {
                "key": key,
                "size": 5,
                "etag": "b57f9512698f4b09e608f4f2a65852e5",
                "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
                "sequencer": "00617F08299329D189"
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "1.2.3.4",
            "reason": "PutObject"
        }
    })
}

/// From the EventBridge user guide, "Creating a rule that runs on a schedule".
fn scheduled(rule: &str) -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2015-10-08T16:53:06Z",
        "region": "us-east-1",
        "resources": [format!("arn:aws:events:us-east-1:123456789012:rule/{rule}")],
        "detail": {}
    })
}

#[test]
fn a_key_is_taken_as_it_is() {
    let key = "segments/vip/2026 11+22 100%20.csv";
    let expected = ObjectCreated {
        bucket: "amzn-s3-demo-bucket1".to_owned(),
        key: key.to_owned(),
        size: 5,
        version: "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e".to_owned(),
    };
    assert_eq!(TriggerEvent::parse(object_created(key)), Ok(TriggerEvent::SnapshotUploaded(expected)));
}

#[test]
fn without_versions_the_etag_tells_one_object_from_the_next() {
    let mut event = object_created("segments/vip/1.csv");
    event["detail"]["object"].as_object_mut().unwrap().remove("version-id");
    let Ok(TriggerEvent::SnapshotUploaded(object)) = TriggerEvent::parse(event) else {
        panic!("not recognised")
    };
    assert_eq!(object.version, "b57f9512698f4b09e608f4f2a65852e5");
}

#[test]
fn ticks_are_known_by_their_constant_input_or_by_their_rule() {
    for (word, expected) in
        [("ScheduledRefresh", TriggerEvent::ScheduledRefresh), ("Maintenance", TriggerEvent::Maintenance)]
    {
        assert_eq!(TriggerEvent::parse(json!({ "trigger": word })), Ok(expected.clone()));
        for rule in [
            word.to_owned(),
            format!("segment-export-ExportTrigger{word}-1ABCDEF2GHIJ"),
            format!("bus/segment-export-{word}"),
        ] {
            assert_eq!(TriggerEvent::parse(scheduled(&rule)), Ok(expected.clone()), "{rule}");
        }
    }
}

#[test]
fn any_other_event_is_refused_without_its_content() {
    let mut deleted = object_created("segments/vip/1.csv");
    deleted["detail-type"] = json!("Object Deleted");
    // S3's own notification, not by EventBridge.
    let notification =
        json!({ "Records": [{ "eventSource": "aws:s3", "s3": { "object": { "key": "a+b" } } }] });
    let mut without_key = object_created("");
    without_key["detail"]["object"].as_object_mut().unwrap().remove("key");
    for event in [
        deleted,
        notification,
        without_key,
        scheduled("somebody-elses-rule"),
        scheduled("Maintenance-of-the-roof-1ABC"),
        json!({ "trigger": "Everything" }),
        json!("ScheduledRefresh"),
        json!(null),
        json!([]),
    ] {
        let error = TriggerEvent::parse(event.clone()).unwrap_err().to_string();
        assert!(error.contains("connect this function to the rules"), "{error}");
        assert!(!error.contains("1.2.3.4") && !error.contains("vip"), "{error}");
    }
}
