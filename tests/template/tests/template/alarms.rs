//! What raises an alarm: what is watched, when it counts, and that there is something to watch.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use template_tests::{Resource, Stack, repository};

/// Alarm, metric, statistic, comparison, threshold, breaching periods of how many, their seconds, and what silence means.
type Row = (&'static str, &'static str, &'static str, &'static str, u64, (u64, u64), u64, &'static str);

const MORE: &str = "GreaterThanThreshold";
const LESS: &str = "LessThanThreshold";
const NO_ALARM: &str = "notBreaching";
const ALARM: &str = "breaching";

/// Every alarm.
const ALARMS: [Row; 24] = [
    ("ExportConfigDuration", "AWS/Lambda Duration", "p99", MORE, 23_200, (2, 3), 300, NO_ALARM),
    ("ExportConfigErrors", "AWS/Lambda Errors", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("ExportConfigFailures", "SegmentExport OwnFailures", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("ExportConfigThrottles", "AWS/Lambda Throttles", "Sum", MORE, 0, (2, 2), 300, NO_ALARM),
    ("ExportRunDuration", "AWS/Lambda Duration", "p99", MORE, 870_000, (1, 1), 300, NO_ALARM),
    ("ExportRunErrors", "AWS/Lambda Errors", "Sum", MORE, 2, (1, 1), 300, NO_ALARM),
    ("ExportRunThrottles", "AWS/Lambda Throttles", "Sum", MORE, 0, (2, 2), 300, NO_ALARM),
    ("ExportTriggerDuration", "AWS/Lambda Duration", "p99", MORE, 480_000, (2, 3), 300, NO_ALARM),
    ("ExportTriggerErrors", "AWS/Lambda Errors", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("ExportTriggerThrottles", "AWS/Lambda Throttles", "Sum", MORE, 0, (2, 2), 300, NO_ALARM),
    ("MaintenanceFails", "SegmentExport MaintenanceFailures", "Sum", MORE, 0, (3, 4), 300, NO_ALARM),
    ("MaintenanceStands", "SegmentExport OldestActiveRunAge", "SampleCount", LESS, 1, (2, 2), 900, ALARM),
    ("ManyRowsRejected", "SegmentExport RunsWithManyRejectedRows", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("OauthCallbackDuration", "AWS/Lambda Duration", "p99", MORE, 23_200, (2, 3), 300, NO_ALARM),
    ("OauthCallbackErrors", "AWS/Lambda Errors", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("OauthCallbackFailures", "SegmentExport OwnFailures", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("OauthCallbackThrottles", "AWS/Lambda Throttles", "Sum", MORE, 0, (2, 2), 300, NO_ALARM),
    (
        "ReauthenticationNeeded",
        "SegmentExport ConnectionsNeedingReauthentication",
        "Maximum",
        MORE,
        0,
        (1, 1),
        900,
        NO_ALARM,
    ),
    ("RunMachineFailures", "AWS/States ExecutionsFailed", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("RunMachineTimeouts", "AWS/States ExecutionsTimedOut", "Sum", MORE, 0, (1, 1), 300, NO_ALARM),
    ("RunTooOld", "SegmentExport OldestActiveRunAge", "Maximum", MORE, 93_600, (1, 1), 900, NO_ALARM),
    ("ScheduledRefreshStands", "SegmentExport RunsStarted", "SampleCount", LESS, 1, (3, 3), 300, ALARM),
    (
        "UndeliveredNotificationsExist",
        "AWS/SQS ApproximateNumberOfMessagesVisible",
        "Maximum",
        MORE,
        0,
        (1, 1),
        300,
        NO_ALARM,
    ),
    (
        "UnhandledEventsExist",
        "AWS/SQS ApproximateNumberOfMessagesVisible",
        "Maximum",
        MORE,
        0,
        (1, 1),
        300,
        NO_ALARM,
    ),
];

fn text<'a>(resource: &Resource<'a>, property: &str) -> &'a str {
    resource.property(property).as_str().unwrap_or_else(|| panic!("{}: {property}", resource.name))
}

fn metric(alarm: &Resource<'_>) -> String {
    format!("{} {}", text(alarm, "Namespace"), text(alarm, "MetricName"))
}

#[test]
fn each_alarm_counts_as_is_said_and_tells_people() {
    let stack = Stack::new("test", &[]);
    let alarms: Vec<Resource<'_>> = stack.template().resources("AWS::CloudWatch::Alarm").collect();
    let names: Vec<&str> = alarms.iter().map(|alarm| alarm.name).collect();
    assert_eq!(names, ALARMS.map(|row| row.0));
    for (alarm, row) in alarms.iter().zip(ALARMS) {
        let (name, watched, statistic, comparison, threshold, (breaching, of), period, silence) = row;
        let number = |property: &str| alarm.property(property).as_u64();
        assert!(!text(alarm, "AlarmDescription").is_empty(), "{name}");
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(*alarm.property(actions), json!([{ "Ref": "Notifications" }]), "{name}");
        }
        assert_eq!(metric(alarm), watched, "{name}");
        let percentile = statistic.starts_with('p');
        let property = if percentile { "ExtendedStatistic" } else { "Statistic" };
        assert_eq!(text(alarm, property), statistic, "{name}");
        assert_eq!(text(alarm, "ComparisonOperator"), comparison, "{name}");
        assert_eq!(stack.resolve(alarm.property("Threshold")), threshold, "{name}");
        let periods = number("EvaluationPeriods").unwrap();
        assert_eq!((number("DatapointsToAlarm").unwrap_or(periods), periods), (breaching, of), "{name}");
        assert_eq!(number("Period"), Some(period), "{name}");
        assert_eq!(text(alarm, "TreatMissingData"), silence, "{name}");
    }
}

/// What of a metric an alarm watches.
fn dimensions(stack: &Stack, alarm: &Resource<'_>) -> BTreeMap<String, String> {
    let dimensions = stack.resolve(alarm.property("Dimensions"));
    let part = |dimension: &Value, name: &str| dimension[name].as_str().unwrap().to_owned();
    let dimensions = dimensions.as_array().unwrap().iter();
    dimensions.map(|dimension| (part(dimension, "Name"), part(dimension, "Value"))).collect()
}

#[test]
fn alarms_watch_whatever_needs_somebody() {
    let stack = Stack::new("test", &[]);
    let alarms = stack.template().resources("AWS::CloudWatch::Alarm");
    let watched: Vec<_> = alarms.map(|alarm| (metric(&alarm), dimensions(&stack, &alarm))).collect();
    let is_watched = |metric: &str, dimension: &str, of: &str| {
        let of = BTreeMap::from([(dimension.to_owned(), of.to_owned())]);
        assert!(watched.contains(&(metric.to_owned(), of.clone())), "{metric} of {of:?}");
    };
    for function in stack.template().resources("AWS::Serverless::Function") {
        for metric in ["Errors", "Throttles", "Duration"] {
            is_watched(&format!("AWS/Lambda {metric}"), "FunctionName", function.name);
        }
    }
    for integration in stack.template().resources("AWS::ApiGatewayV2::Integration") {
        let function = integration.property("IntegrationUri")["Fn::GetAtt"][0].as_str().unwrap();
        is_watched("SegmentExport OwnFailures", "Function", function);
    }
    for queue in stack.template().resources("AWS::SQS::Queue") {
        let name = stack.resolve(&json!({ "Fn::GetAtt": [queue.name, "QueueName"] }));
        is_watched("AWS/SQS ApproximateNumberOfMessagesVisible", "QueueName", name.as_str().unwrap());
    }
    let machine = stack.resolve(&json!({ "Ref": "RunMachine" }));
    for metric in ["ExecutionsFailed", "ExecutionsTimedOut"] {
        is_watched(&format!("AWS/States {metric}"), "StateMachineArn", machine.as_str().unwrap());
    }
}

/// Metrics that a function writes, each with the sets of dimensions under which it can be found.
type Written = BTreeSet<(String, Vec<String>)>;

/// What the sources of a function declare: each chain that begins with `Metrics::of`. As `telemetry` writes them, a
/// metric is found by `Function` alone, and by `Function` and what `by` adds.
fn written(folder: &str) -> Written {
    let mut written = Written::new();
    for file in fs::read_dir(repository().join(folder).join("src")).unwrap() {
        let path = file.unwrap().path();
        let Ok(source) = fs::read_to_string(path) else { continue };
        for chain in source.split("Metrics::of(").skip(1) {
            let chain = chain.split_once(';').map_or(chain, |(chain, _)| chain);
            let quoted = |call: &str| -> Vec<String> {
                let opening = format!(".{call}(\"");
                let calls = chain.split(opening.as_str()).skip(1);
                calls.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
            };
            let mut dimensions = vec!["Function".to_owned()];
            let metrics = quoted("with");
            let mut declare = |dimensions: &[String]| {
                written.extend(metrics.iter().map(|metric| (metric.clone(), dimensions.to_vec())));
            };
            declare(&dimensions);
            for dimension in quoted("by") {
                dimensions.push(dimension);
                declare(&dimensions);
            }
        }
    }
    written
}

#[test]
fn alarms_of_our_own_metrics_watch_what_functions_write() {
    let stack = Stack::new("test", &[]);
    let folders = [
        ("ExportTrigger", "functions/export-trigger"),
        ("ExportRun", "functions/export-run"),
        // What both functions behind API Gateway are served by.
        ("ExportConfig", "shared/deployment"),
        ("OauthCallback", "shared/deployment"),
    ];
    let written = BTreeMap::from(folders.map(|(name, folder)| (name.to_owned(), written(folder))));
    let mut seen = 0;
    for alarm in stack.template().resources("AWS::CloudWatch::Alarm") {
        if text(&alarm, "Namespace") != "SegmentExport" {
            assert!(text(&alarm, "Namespace").starts_with("AWS/"), "{}", alarm.name);
            continue;
        }
        let dimensions = dimensions(&stack, &alarm);
        let mut names: Vec<String> = dimensions.keys().cloned().collect();
        names.sort_by_key(|name| name != "Function");
        let watched = (text(&alarm, "MetricName").to_owned(), names);
        let written = &written[&dimensions["Function"]];
        assert!(written.contains(&watched), "{}: {watched:?} of {written:?}", alarm.name);
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn alarms_name_events_as_the_function_does() {
    let stack = Stack::new("test", &[]);
    let source = repository().join("functions/export-trigger/src/handler.rs");
    let source = fs::read_to_string(source).unwrap();
    for (alarm, rule) in [("MaintenanceFails", "Maintenance"), ("ScheduledRefreshStands", "ScheduledRefresh")]
    {
        let alarm = stack.template().resource(alarm);
        let event = dimensions(&stack, &alarm)["Event"].clone();
        assert!(source.contains(&format!("\"{event}\"")), "{event}");
        assert_eq!(event.replace('_', ""), rule.to_lowercase());
    }
}

#[test]
fn the_duration_that_is_watched_is_near_the_time_out() {
    let stack = Stack::new("test", &[]);
    let template = stack.template();
    for function in template.resources("AWS::Serverless::Function") {
        let timeout = stack.resolve(function.property("Timeout"));
        let timeout =
            timeout.as_str().map_or_else(|| timeout.as_u64().unwrap(), |text| text.parse().unwrap()) * 1000;
        let name = format!("{}Duration", function.name);
        let threshold = template.resource(&name).property("Threshold").as_u64().unwrap();
        assert!(threshold < timeout && threshold * 10 >= timeout * 8, "{name}: {threshold} of {timeout} ms");
    }
}
