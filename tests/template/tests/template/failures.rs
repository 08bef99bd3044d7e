//! What fails is not lost, and people are told.

use serde_json::{Value, json};
use template_tests::{Stack, Template};

#[test]
fn every_rule_says_why_it_is_there_and_where_its_failures_go() {
    let template = Template::read();
    let rules: Vec<&str> = template
        .resources("AWS::Events::Rule")
        .map(|rule| {
            assert!(
                rule.property("Description").as_str().is_some_and(|text| text.len() > 30),
                "{}",
                rule.name
            );
            for target in rule.property("Targets").as_array().unwrap() {
                assert!(target["DeadLetterConfig"]["Arn"].is_object(), "{}", rule.name);
                let retries = &target["RetryPolicy"];
                assert!(
                    retries["MaximumEventAgeInSeconds"].is_u64() && retries["MaximumRetryAttempts"].is_u64(),
                    "{}",
                    rule.name
                );
            }
            rule.name
        })
        .collect();
    assert_eq!(rules, ["Maintenance", "RunEvents", "ScheduledRefresh", "SnapshotUploaded"]);
}

#[test]
fn ticks_say_which_ones_they_are() {
    let template = Template::read();
    for name in ["ScheduledRefresh", "Maintenance"] {
        let input = template.resource(name).property("Targets")[0]["Input"].as_str().unwrap().to_owned();
        assert_eq!(serde_json::from_str::<Value>(&input).unwrap(), json!({ "trigger": name }));
    }
    assert_eq!(template.resource("ScheduledRefresh").property("ScheduleExpression"), "rate(1 minute)");
}

#[test]
fn uploads_are_those_of_the_segments() {
    for (parameters, bucket, key) in [
        (vec![], json!("SegmentsBucket"), json!([{ "prefix": "segments/" }])),
        (
            vec![("SegmentsBucketName", "ours"), ("SegmentsPrefix", "a/b/")],
            json!("ours"),
            json!([{ "prefix": "a/b/" }]),
        ),
        (
            vec![("SegmentsPrefix", "")],
            json!("SegmentsBucket"),
            json!([{ "anything-but": { "prefix": "outcomes/" } }]),
        ),
    ] {
        let stack = Stack::new("test", &parameters);
        let template = stack.template();
        let pattern = stack.resolve(template.resource("SnapshotUploaded").property("EventPattern"));
        assert_eq!(pattern["detail"], json!({ "bucket": { "name": [bucket] }, "object": { "key": key } }));
    }
    let notified = Template::read();
    let notified = notified.resource("SegmentsBucket").property("NotificationConfiguration");
    assert_eq!(*notified, json!({ "EventBridgeConfiguration": { "EventBridgeEnabled": true } }));
}

#[test]
fn whatever_is_invoked_without_waiting_leaves_what_failed() {
    let template = Template::read();
    let invocation = template.resource("ExportTriggerInvocation");
    assert!(invocation.property("DestinationConfig")["OnFailure"]["Destination"].is_object());
    assert!(
        template.resource("NotificationSubscription").property("RedrivePolicy")["deadLetterTargetArn"]
            .is_object()
    );
}

/// The senders that a queue's policy lets in.
fn senders(template: &Template, policy: &str) -> Vec<Value> {
    let statements =
        template.resource(policy).property("PolicyDocument")["Statement"].as_array().unwrap().clone();
    let allowed = statements.into_iter().filter(|statement| statement["Effect"] == "Allow");
    allowed
        .flat_map(|statement| {
            let source = statement["Condition"]["ArnEquals"]["aws:SourceArn"].clone();
            if source.is_array() { source.as_array().unwrap().clone() } else { vec![source] }
        })
        .collect()
}

#[test]
fn every_queue_takes_what_is_left_in_it_and_is_encrypted() {
    let template = Template::read();
    for rule in template.resources("AWS::Events::Rule") {
        let queue = rule.property("Targets")[0]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
            .as_str()
            .unwrap()
            .to_owned();
        let senders = senders(&template, &format!("{queue}Policy"));
        assert!(senders.contains(&json!({ "Fn::GetAtt": [rule.name, "Arn"] })), "{}", rule.name);
    }
    let of_topic = senders(&template, "UndeliveredNotificationsPolicy");
    assert!(of_topic.contains(&json!({ "Ref": "Notifications" })));
    for queue in template.resources("AWS::SQS::Queue") {
        assert_eq!(*queue.property("SqsManagedSseEnabled"), true, "{}", queue.name);
        assert_eq!(
            *queue.property("MessageRetentionPeriod"),
            1_209_600,
            "{}: two weeks, the longest",
            queue.name
        );
    }
    assert!(template.resource("Notifications").property("KmsMasterKeyId").is_object());
}

#[test]
fn notifications_are_mailed_as_sentences() {
    let stack = Stack::new("test", &[("NotificationEmail", "ops@example.com")]);
    let template = stack.template();
    let rule = template.resource("RunEvents");
    // The source that shared/notifications gives its events.
    assert_eq!(*rule.property("EventPattern"), json!({ "source": ["segment-export"] }));
    for function in ["ExportRun", "ExportTrigger"] {
        let bus = stack.resolve(rule.property("EventBusName"));
        assert_eq!(stack.environment(function)["EVENT_BUS"], bus.as_str().unwrap(), "{function}");
    }
    let target = &rule.property("Targets")[0];
    assert_eq!(target["Arn"], json!({ "Ref": "Notifications" }));
    let transformer = &target["InputTransformer"];
    let lines: Vec<&str> = transformer["InputTemplate"].as_str().unwrap().lines().collect();
    // EventBridge takes a template of several lines only with each in quotes.
    assert!(lines.iter().all(|line| line.starts_with('"') && line.ends_with('"')), "{lines:?}");
    for (name, path) in transformer["InputPathsMap"].as_object().unwrap() {
        assert!(lines.iter().any(|line| line.contains(&format!("<{name}>"))), "{name} is shown");
        let field = path.as_str().unwrap().rsplit('.').next().unwrap().to_owned();
        assert!(["detail-type", "time", "message", "link", "code"].contains(&field.as_str()), "{field}");
    }
    assert!(
        stack.condition("HasNotificationEmail") && !Stack::new("test", &[]).condition("HasNotificationEmail")
    );
    assert_eq!(*template.resource("NotificationSubscription").property("Protocol"), "email");
}
