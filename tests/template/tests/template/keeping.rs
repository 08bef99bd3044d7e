//! What is kept: how long, for whom, and what happens to it with the stack.

use serde_json::{Value, json};
use template_tests::{Stack, Template};

#[test]
fn what_people_put_in_outlives_the_stack() {
    let template = Template::read();
    let people = ["UserPool", "FirstAdministrator", "FirstAdministratorMembership"];
    for name in ["StateBucket", "SegmentsBucket"].into_iter().chain(people) {
        let resource = template.resource(name);
        // A creation that failed leaves nothing behind.
        assert_eq!(resource.body["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
        assert_eq!(resource.body["UpdateReplacePolicy"], "Retain", "{name}");
    }
}

#[test]
fn buckets_are_private_encrypted_and_closed_to_plain_connections() {
    for parameters in [vec![], vec![("KeyArn", "arn:aws:kms:us-east-1:123456789012:key/of-ones-own")]] {
        let stack = Stack::new("test", &parameters);
        for bucket in stack.template().resources("AWS::S3::Bucket") {
            let blocked = bucket.property("PublicAccessBlockConfiguration").as_object().unwrap();
            assert_eq!(blocked.len(), 4, "{}", bucket.name);
            assert!(blocked.values().all(|value| *value == true), "{}", bucket.name);
            let encryption = stack.resolve(bucket.property("BucketEncryption"));
            let encryption =
                &encryption["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"];
            let expected = match parameters.first() {
                None => json!({ "SSEAlgorithm": "AES256" }),
                Some((_, key)) => json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key }),
            };
            assert_eq!(*encryption, expected, "{}", bucket.name);
            let policy = stack.template().resource(if bucket.name == "StateBucket" {
                "StateBucketPolicy"
            } else {
                "SegmentsBucketPolicy"
            });
            let statement = &policy.property("PolicyDocument")["Statement"][0];
            assert_eq!((&statement["Effect"], &statement["Action"]), (&json!("Deny"), &json!("s3:*")));
            assert_eq!(statement["Condition"], json!({ "Bool": { "aws:SecureTransport": "false" } }));
        }
    }
}

fn rule<'a>(rules: &'a Value, prefix: &str) -> &'a Value {
    rules.as_array().unwrap().iter().find(|rule| rule["Prefix"] == prefix).unwrap()
}

#[test]
fn rows_of_people_are_kept_for_as_long_as_is_said_and_no_longer() {
    let template = Template::read();
    let rules = &template.resource("StateBucket").property("LifecycleConfiguration")["Rules"];
    for (prefix, days) in [("chunks/", 7), ("reports/", 30), ("authorizations/", 1)] {
        let rule = rule(rules, prefix);
        assert_eq!(
            (&rule["Status"], &rule["ExpirationInDays"]),
            (&json!("Enabled"), &json!(days)),
            "{prefix}"
        );
        // Else what was deleted would still be there.
        assert_eq!(rule["NoncurrentVersionExpiration"]["NoncurrentDays"], 1, "{prefix}");
    }
    let all = rules.as_array().unwrap().iter().find(|rule| rule.get("Prefix").is_none()).unwrap();
    assert!(all["NoncurrentVersionExpiration"]["NoncurrentDays"].as_u64().unwrap() <= 30);
    assert!(all["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"].as_u64().unwrap() <= 7);
}

#[test]
fn outcomes_end_and_segments_stay() {
    let stack = Stack::new("test", &[("OutcomeDays", "30")]);
    let bucket = stack.template().resource("SegmentsBucket");
    let rules = stack.resolve(&bucket.property("LifecycleConfiguration")["Rules"]);
    let expiring = |rule: &&Value| rule.get("ExpirationInDays").is_some();
    let expiring: Vec<&Value> = rules.as_array().unwrap().iter().filter(expiring).collect();
    let [outcomes] = expiring[..] else { panic!("one rule deletes: {expiring:?}") };
    // Where the engine writes them.
    assert_eq!(outcomes["Prefix"], "outcomes/");
    assert_eq!((&outcomes["Status"], &outcomes["ExpirationInDays"]), (&json!("Enabled"), &json!("30")));
}

#[test]
fn every_log_ends() {
    let template = Template::read();
    let logs: Vec<&str> = template
        .resources("AWS::Logs::LogGroup")
        .map(|log| {
            assert_eq!(
                *log.property("RetentionInDays"),
                json!({ "Ref": "LogRetentionDays" }),
                "{}",
                log.name
            );
            log.name
        })
        .collect();
    for function in template.resources("AWS::Serverless::Function") {
        // One that Lambda makes by itself is kept for ever.
        let log = function.property("LoggingConfig")["LogGroup"]["Ref"].as_str().unwrap();
        assert!(logs.contains(&log), "{}", function.name);
    }
    let machine = template.resource("RunMachine");
    let logging = machine.property("Logging");
    assert_eq!((&logging["Level"], &logging["IncludeExecutionData"]), (&json!("ERROR"), &json!(false)));
}

#[test]
fn the_access_log_knows_nobody() {
    let template = Template::read();
    let format =
        template.resource("Stage").property("AccessLogSettings")["Format"].as_str().unwrap().to_owned();
    serde_json::from_str::<Value>(&format).expect("JSON");
    for known in ["identity", "path", "querystring", "authorizer", "userAgent"] {
        assert!(!format.contains(known), "{known}");
    }
}

#[test]
fn two_stacks_share_nothing() {
    let [one, other] =
        ["one", "other"].map(|name| Stack::new(name, &[("AdministratorEmail", "ann@example.com")]));
    let named = [
        "FunctionName",
        "BucketName",
        "QueueName",
        "TopicName",
        "StateMachineName",
        "RoleName",
        "LogGroupName",
        "Name",
        "AlarmName",
        "DashboardName",
    ];
    let resources: Vec<Value> = one.template().resources("").map(|resource| json!(resource.name)).collect();
    for resource in one.template().resources("") {
        for property in named {
            let value = resource.property(property);
            // What refers to a resource refers to the one of its stack.
            if value.get("Ref").is_some_and(|name| resources.contains(name)) {
                continue;
            }
            // Names within something that belongs to one stack anyway.
            if value.is_null()
                || matches!(resource.kind(), "AWS::ApiGatewayV2::Authorizer" | "AWS::Route53::RecordSet")
            {
                continue;
            }
            assert_ne!(one.resolve(value), other.resolve(value), "{}: {property}", resource.name);
        }
    }
    assert_ne!(
        one.environment("ExportRun")["SECRETS_PREFIX"],
        other.environment("ExportRun")["SECRETS_PREFIX"]
    );
}
