//! What each role allows, compared with what its function does in the life of an export: connected, run, changed,
//! detached, removed and forgotten. The functions are the real ones, with the environments of the template.

use catalog::{Export, export_key};
use domain::identifier::ExportId;
use engine::Caller;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{Condition, list_all};
use template_tests::{Call, Stack};

use crate::scene::{FUNCTIONS, Scene};

/// What Lambda itself needs of a function's role: the product never asks for it.
const OF_THE_PLATFORM: [&str; 5] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "sqs:SendMessage",
];

/// What is needed only in situations that this life does not have: function, action, the resource's end, and when.
const RARELY: [(&str, &str, &str, &str); 24] = [
    ("ExportConfig", "s3:DeleteObject", "/audit/*", "an entry is withdrawn when its effect was refused"),
    ("OauthCallback", "s3:DeleteObject", "/audit/*", "the same"),
    ("ExportTrigger", "s3:DeleteObject", "/audit/*", "the same"),
    (
        "OauthCallback",
        "s3:GetObject",
        "/audit/*",
        "an entry is read back when the answer to its writing was lost",
    ),
    ("ExportTrigger", "s3:GetObject", "/audit/*", "the same"),
    ("ExportRun", "s3:GetObject", "/active-runs/*", "the same, of an entry of the index"),
    ("ExportConfig", "s3:GetObject", "/authorizations/*", "what others began and left is cleared away"),
    ("ExportConfig", "s3:DeleteObject", "/authorizations/*", "the same"),
    ("ExportConfig", "s3:PutObject", "/segments/*", "it is the first to see a marker of a segment"),
    ("ExportRun", "s3:PutObject", "/segments/*", "the same"),
    ("OauthCallback", "s3:DeleteObject", "/tokens/*", "the connection was removed during its authentication"),
    ("OauthCallback", "secretsmanager:DeleteSecret", "/connections/*", "the same"),
    ("OauthCallback", "s3:GetObject", "/active-runs/*", "it takes up runs that waited"),
    ("OauthCallback", "s3:GetObject", "/runs/*", "the same"),
    ("OauthCallback", "s3:GetObject", "/exports/*", "the same"),
    ("OauthCallback", "s3:PutObject", "/exports/*", "the same"),
    ("ExportRun", "s3:PutObject", "/active-runs/*", "it begins the run that follows"),
    ("ExportRun", "s3:DeleteObject", "/accounts/*", "opt-outs are read anew every 30 days"),
    (
        "ExportTrigger",
        "s3:DeleteObject",
        "/active-runs/*",
        "a run's process died just before the export was removed",
    ),
    (
        "ExportTrigger",
        "s3:DeleteObject",
        "/notifications/*",
        "a connection was removed of which something was told",
    ),
    ("ExportRun", "s3:AbortMultipartUpload", "/chunks/*", "a large file cannot be finished"),
    ("ExportRun", "s3:AbortMultipartUpload", "/ledgers/*", "the same"),
    ("ExportRun", "s3:AbortMultipartUpload", "/reports/*", "the same"),
    ("ExportRun", "s3:AbortMultipartUpload", "/outcomes/*", "the same"),
];

/// One export from its connection to its end, through every function.
async fn life(scene: &Scene) {
    let stage = &scene.web.stage;
    // The first day.
    scene.forget_the_application().await;
    let application = simulator::Application::default();
    let credentials =
        json!({ "client_id": application.client_id, "client_secret": application.client_secret });
    scene.api("PUT", "/application", Some(credentials.clone())).await;
    scene.api("PUT", "/application", Some(credentials)).await;
    // A second connection beside the one that is there.
    let added =
        scene.api("POST", "/connections", Some(json!({ "display_name": "Second", "agreed": true }))).await;
    let second = text(&added["id"]);
    scene.authenticate(&second).await;
    scene.authenticate(&second).await;
    scene.api("POST", &format!("/connections/{second}/export-user"), None).await;
    scene.api("POST", &format!("/connections/{second}/authorization"), None).await;
    look(scene, &second).await;
    configure(scene).await;
    // A run that a person asks for.
    let started = scene.api("POST", "/exports/export-1/runs", Some(json!({ "kind": "full" }))).await;
    let run = text(&started["run"]);
    stage.control.expire_access_tokens().await.unwrap();
    assert_eq!(scene.drive("export-1", &run).await["status"], "Successful");
    scene.api("GET", "/exports/export-1/runs", None).await;
    scene.api("GET", &format!("/exports/export-1/runs/{run}"), None).await;
    // Runs that events start.
    scene.event(json!({ "trigger": "ScheduledRefresh" })).await;
    upload(scene, "people", "CustomerId,EMail,FirstName\nc-1,new@example.com,New\nc-2,wrong,Wrong\n").await;
    scene.uploaded("segments/people/2026-11-23.csv").await;
    let run = scene.active_run("export-1").await.expect("a run of the upload");
    // Announced once more while its run is active.
    scene.uploaded("segments/people/2026-11-23.csv").await;
    scene.drive("export-1", &run).await;
    for file in ["report", "outcomes"] {
        scene.download(&format!("/exports/export-1/runs/{run}/{file}")).await;
    }
    refused(scene).await;
    a_folder(scene).await;
    followed(scene).await;
    // A run that is cancelled, and one that is skipped, of which maintenance tells people.
    let started = scene.api("POST", "/exports/export-1/runs", Some(json!({ "kind": "full" }))).await;
    let run = text(&started["run"]);
    scene.api("POST", &format!("/exports/export-1/runs/{run}/cancel"), None).await;
    scene.drive("export-1", &run).await;
    skipped(scene).await;
    scene.long_unused("connection-1").await;
    scene.event(json!({ "trigger": "Maintenance" })).await;
    ended(scene, &second).await;
    // What was told of connections that are gone is forgotten.
    scene.event(json!({ "trigger": "Maintenance" })).await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Pages and lists.
async fn look(scene: &Scene, connection: &str) {
    scene.web.stage.control.expire_access_tokens().await.unwrap();
    scene.api("POST", &format!("/connections/{connection}/test"), None).await;
    for path in [
        "/me",
        "/consent",
        "/quota",
        "/schedule",
        "/application",
        "/connections",
        "/segments",
        "/exports",
        "/audit",
    ] {
        scene.api("GET", path, None).await;
    }
    for path in ["", "/calls", "/lists", "/custom-fields", "/counts"] {
        scene.api("GET", &format!("/connections/{connection}{path}"), None).await;
    }
    for path in ["", "/exports"] {
        scene.api("GET", &format!("/segments/people{path}"), None).await;
    }
}

/// Whatever can be set.
async fn configure(scene: &Scene) {
    let schedule = json!({ "kind": "daily", "times": ["06:30"], "time_zone": "Etc/UTC" });
    scene.api("PUT", "/schedule", Some(json!({ "schedule": schedule, "upload_trigger": true }))).await;
    for paused in [true, false] {
        scene.api("PUT", "/pause", Some(json!({ "paused": paused }))).await;
    }
    let list = scene.api("POST", "/connections/connection-1/lists", Some(json!({ "name": "Buyers" }))).await;
    let draft = json!({
        "name": "Another", "connection": "connection-1", "list": { "id": list["id"] }, "segments": ["people"],
        "email_column": "EMail",
    });
    scene.api("POST", "/exports/review", Some(draft.clone())).await;
    let export = scene.api("POST", "/exports", Some(draft.clone())).await;
    let export = text(&export["export"]["standing"]["id"]);
    scene.api("PUT", &format!("/exports/{export}"), Some(draft)).await;
    scene.api("POST", &format!("/exports/{export}/duplicate"), None).await;
    let version = scene.version(&format!("/exports/{export}")).await;
    let chosen = json!([{ "id": export, "version": version }]);
    scene.api("POST", "/exports/schedules", Some(json!({ "exports": chosen, "switch": false }))).await;
    scene.api("POST", "/exports/run-all", None).await;
    if let Some(run) = scene.active_run("export-1").await {
        scene.drive("export-1", &run).await;
    }
    scene.api("DELETE", &format!("/exports/{export}"), None).await;
}

/// Constant Contact withdraws its permission in the middle, and gives it again.
async fn refused(scene: &Scene) {
    scene.web.stage.control.disconnect().await.unwrap();
    let run = started(scene).await;
    let parked = scene.drive("export-1", &run).await;
    assert_eq!((&parked["state"], &parked["reason"]), (&json!("parked"), &json!("needs_reauthentication")));
    scene.authenticate("connection-1").await;
    scene.drive("export-1", &run).await;
}

/// A snapshot that comes in parts, and is complete when nobody says so.
async fn a_folder(scene: &Scene) {
    let segments = &scene.web.stage.segments;
    let part = "segments/folder/2026-11-23/part-0.csv";
    segments.put(part, "CustomerId,EMail\n1,one@example.com\n".into(), Condition::None).await.unwrap();
    scene.uploaded(part).await;
    segments.put("segments/folder/2026-11-23/_SUCCESS", "".into(), Condition::None).await.unwrap();
    scene.event(json!({ "trigger": "ScheduledRefresh" })).await;
}

/// A run that another one waits for: a person's, at which maintenance looks, and then an upload's.
async fn followed(scene: &Scene) {
    let run = started(scene).await;
    scene.turn("export-1", &run).await;
    started(scene).await;
    scene.event(json!({ "trigger": "Maintenance" })).await;
    finish(scene, &run).await;
    // An upload joins no full run: its own follows.
    let run = started(scene).await;
    upload(scene, "people", "CustomerId,EMail,FirstName\nc-1,new@example.com,Newer\n").await;
    scene.uploaded("segments/people/2026-11-23.csv").await;
    finish(scene, &run).await;
}

/// Works on a run, and on the one that follows it, to their ends.
async fn finish(scene: &Scene, run: &str) {
    scene.drive("export-1", run).await;
    if let Some(next) = scene.active_run("export-1").await {
        scene.drive("export-1", &next).await;
    }
}

/// A run that a person asks for.
async fn started(scene: &Scene) -> String {
    text(&scene.api("POST", "/exports/export-1/runs", Some(json!({ "kind": "full" }))).await["run"])
}

async fn upload(scene: &Scene, segment: &str, rows: &'static str) {
    let key = format!("segments/{segment}/2026-11-23.csv");
    scene.web.stage.segments.put(&key, rows.into(), Condition::None).await.unwrap();
}

/// A run that ended while nobody could tell.
async fn skipped(scene: &Scene) {
    let stage = &scene.web.stage;
    for object in list_all(stage.segments.as_ref(), "segments/people/").await.unwrap() {
        stage.segments.delete(&object.key, Condition::None).await.unwrap();
    }
    let key = stage.start_run().await;
    let soon = Timestamp::now() + SignedDuration::from_mins(5);
    stage.engine.advance(&key, soon, Caller::Shared).await.unwrap();
}

/// The end of an export and of its connection.
async fn ended(scene: &Scene, second: &str) {
    let stage = &scene.web.stage;
    let version = scene.version("/exports/export-1").await;
    let chosen = json!([{ "id": "export-1", "version": version }]);
    scene.api("POST", "/exports/detach", Some(json!({ "exports": chosen }))).await;
    scene.api("DELETE", "/exports/export-1", None).await;
    // Thirty days later.
    let key = export_key(&ExportId::new("export-1").unwrap());
    let removed = stage.documents.load::<Export>(&key).await.unwrap().unwrap();
    let long_ago = Timestamp::now() - SignedDuration::from_hours(31 * 24);
    let forgotten = Export { removed_at: Some(long_ago), ..removed.content.clone() };
    stage.documents.replace(&removed, forgotten).await.unwrap();
    scene.event(json!({ "trigger": "Maintenance" })).await;
    assert!(stage.documents.load::<Export>(&key).await.unwrap().is_none(), "its data is deleted");
    scene.api("DELETE", &format!("/connections/{second}"), None).await;
    scene.api("POST", "/connections/connection-1/detach-and-remove", None).await;
}

/// What a function needed and may not do.
fn denied(stack: &Stack, function: &str, calls: &[Call]) -> Vec<Call> {
    let policy = stack.policy(&format!("{function}Role"));
    calls.iter().filter(|call| !policy.allows(call)).cloned().collect()
}

/// What a function may do and did not need: action and resource.
fn unused(stack: &Stack, function: &str, calls: &[Call]) -> Vec<(String, String)> {
    let policy = stack.policy(&format!("{function}Role"));
    let mut unused = Vec::new();
    for (statement, action, resource) in policy.permissions() {
        let rarely = RARELY
            .iter()
            .any(|(who, what, on, _)| (*who, *what) == (function, action) && resource.ends_with(on));
        let alone = statement.only(action, resource);
        if !OF_THE_PLATFORM.contains(&action) && !rarely && !calls.iter().any(|call| alone.allows(call)) {
            unused.push((action.to_owned(), resource.to_owned()));
        }
    }
    unused
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_allows_what_its_function_does_and_nothing_else() {
    let scene = Scene::open().await;
    life(&scene).await;
    let mut problems = scene.problems();
    for (function, _) in FUNCTIONS {
        let calls = scene.calls(function);
        for call in denied(&scene.stack, function, &calls) {
            problems.push(format!("{function} may not do what it does: {call:?}"));
        }
        for (action, resource) in unused(&scene.stack, function, &calls) {
            problems.push(format!("{function} may {action} on {resource}, which it never does"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_key_of_ones_own_can_be_used_through_s3_only_and_only_if_there_is_one() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/of-ones-own";
    let segments = "arn:aws:kms:us-east-1:123456789012:key/of-the-segments";
    for (function, _) in FUNCTIONS {
        let role = format!("{function}Role");
        let of = |parameters: &[(&str, &str)]| {
            let policy = Stack::new("test", parameters).policy(&role);
            let permissions = policy.permissions().filter(|(_, action, _)| action.starts_with("kms:"));
            permissions
                .map(|(_, action, resource)| (action.to_owned(), resource.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), []);
        let on = |key: &str| {
            ["kms:Decrypt", "kms:GenerateDataKey"].map(|action| (action.to_owned(), key.to_owned())).to_vec()
        };
        assert_eq!(of(&[("KeyArn", key)]), on(key));
        assert_eq!(of(&[("SegmentsKeyArn", segments)]), on(segments));
        assert_eq!(of(&[("KeyArn", key), ("SegmentsKeyArn", segments)]).len(), 4);
        let call = |service: &str| Call {
            action: "kms:Decrypt".to_owned(),
            resource: key.to_owned(),
            context: [("kms:ViaService".to_owned(), format!("{service}.us-east-1.amazonaws.com"))].into(),
        };
        let policy = Stack::new("test", &[("KeyArn", key)]).policy(&role);
        assert!(policy.allows(&call("s3")) && !policy.allows(&call("secretsmanager")), "{function}");
    }
}

#[test]
fn what_is_needed_rarely_is_allowed_all_the_same() {
    let stack = Stack::new("test", &[]);
    for (function, action, end, when) in RARELY {
        let policy = stack.policy(&format!("{function}Role"));
        let allowed =
            policy.permissions().any(|(_, known, resource)| known == action && resource.ends_with(end));
        assert!(allowed, "{function} may not {action} on {end}, although {when}");
    }
}
