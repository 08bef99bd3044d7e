//! Exports of a deployed stack: started by a click, by an upload and by the clock, and survived.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use deployed_stack::{Api, Stack, Tools, counts, until};
use end_to_end::Account;
use identity::Role;
use issuer::TokenOptions;
use serde_json::{Value, json};
use store::{Condition, ObjectStore as _};

/// A name that every encoding on the way from S3 to the function would change.
const SEGMENT: &str = "newsletter readers + friends";
const LIST: &str = "Newsletter";
const HEADER: &str = "CustomerId,EMail,FirstName,LastName\n";

/// Longer than anything here takes on any machine.
const PATIENCE: u64 = 240;

fn rows(name: &str, count: u32) -> String {
    (0..count)
        .map(|number| format!("{name}-{number},{name}{number}@example.org,Ann,Person {number}\n"))
        .collect()
}

async fn upload(stack: &Stack, snapshot: &str, rows: &str) {
    let key = format!("segments/{SEGMENT}/{snapshot}");
    let content = Bytes::from(format!("{HEADER}{rows}"));
    stack.segments().await.put(&key, content, Condition::None).await.expect("an upload");
}

/// The wall before the API, which is the emulator's here and API Gateway's in AWS, and the verifier behind it.
fn nobody_without_a_role_gets_in(stack: &Stack) {
    let nobody = TokenOptions { groups: Some(vec![]), ..TokenOptions::default() };
    assert_eq!(stack.api_with(Role::Viewer, &nobody).send("GET", "/me", &[], "").status, 403);
    let wrong = |options: TokenOptions| {
        stack.api_with(Role::Administrator, &options).send("GET", "/me", &[], "").status
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(wrong(TokenOptions { audience: text("another client"), ..TokenOptions::default() }), 401);
    assert_eq!(
        wrong(TokenOptions { issuer: text("https://issuer.example.com"), ..TokenOptions::default() }),
        401
    );
    let over = jiff::Timestamp::from_second(1_770_000_000).unwrap();
    assert_eq!(wrong(TokenOptions { issued_at: Some(over), ..TokenOptions::default() }), 401);
    let viewer = stack.api(Role::Viewer);
    assert_eq!(viewer.get("/me")["role"], "viewer");
    assert_eq!(viewer.send("PUT", "/pause", &[], r#"{"paused":true}"#).status, 403);
    let stranger = end_to_end::Browser::new(stack.address().replace("http://", ""));
    assert_eq!(stranger.get("/api/v1/me", &[]).status, 401);
    assert_eq!(stranger.get("/api/v1/me", &["Authorization: Bearer no.token.atall"]).status, 401);
}

fn refresh(api: &Api, schedule: &Value, upload_trigger: bool) {
    let present = api.ask("GET", "/schedule", &[], &Value::Null);
    let version = format!("If-Match: {}", present.header("etag").expect("a version"));
    let change = json!({ "schedule": schedule, "upload_trigger": upload_trigger });
    let _ = api.ask("PUT", "/schedule", &[&version], &change);
}

/// Waits for the export's run number `number` to end by itself, and answers it.
fn nth_run(api: &Api, export: &str, number: usize) -> Value {
    until(PATIENCE, "a run that starts by itself", || {
        let runs = api.ended_runs(export);
        (runs.len() == number).then(|| runs[0].clone())
    })
}

/// A time of day in UTC that comes within two minutes.
fn soon() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    // A schedule is not due for a time before it was saved.
    let minute = (now + 75) / 60 % (24 * 60);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_segment_goes_to_its_list_by_a_click_by_an_upload_and_by_the_clock() {
    let Some(tools) = Tools::find("the exports of a deployed stack") else { return };
    let mut stack = Stack::deploy(&tools, &[]).await;
    nobody_without_a_role_gets_in(&stack);
    let connection = stack.connect();
    let api = stack.api(Role::Administrator);
    // Somebody who has opted out before.
    let contact = json!([{ "email": "reader0@example.org", "unsubscribed": true }]).to_string();
    let control = stack.simulator().browser();
    let answer = control.send("POST", "/control/contacts", &["Content-Type: application/json"], &contact);
    assert_eq!(answer.status, 204, "{answer:?}");

    upload(&stack, "2026-11-22 a+b.csv", &rows("reader", 40)).await;
    let export = api.create_export(&connection, SEGMENT, LIST);
    let run = api.start_run(&export);
    let clicked = api.end_of_run(PATIENCE, &export, &run);
    assert_eq!(clicked["status"], "successful", "{clicked}");
    let first = counts(&clicked);
    assert_eq!((first.read, first.added, first.opted_out), (40, 39, 1), "{clicked}");

    refresh(&api, &json!({ "kind": "off" }), true);
    upload(&stack, "2026-11-23 a+b.csv", &rows("reader", 45)).await;
    let uploaded = nth_run(&api, &export, 2);
    assert_eq!(
        (&uploaded["status"], &uploaded["trigger"]),
        (&json!("successful"), &json!("upload")),
        "{uploaded}"
    );
    assert_eq!((counts(&uploaded).added, counts(&uploaded).unchanged), (5, 39), "{uploaded}");

    // Without the trigger an upload starts nothing; the clock does.
    let daily = json!({ "kind": "daily", "times": [soon()], "time_zone": "UTC" });
    refresh(&api, &daily, false);
    upload(&stack, "2026-11-24 a+b.csv", &rows("reader", 47)).await;
    let scheduled = nth_run(&api, &export, 3);
    assert_eq!(
        (&scheduled["status"], &scheduled["trigger"]),
        (&json!("successful"), &json!("scheduled")),
        "{scheduled}"
    );
    assert_eq!((counts(&scheduled).added, counts(&scheduled).unchanged), (2, 44), "{scheduled}");

    let executions = stack.executions().await;
    assert_eq!(executions.when_ended(30).await, ["SUCCEEDED"; 3]);
    nothing_personal_is_logged(&stack);
    let account = Account::of_export(stack.close_account());
    assert_eq!(account.members.len(), 46);
    assert!(!account.members.contains_key("reader0@example.org"), "who has opted out is not written to");
    account.brought_once(46);
}

/// Neither addresses nor names nor tokens, in any log of the deployment.
fn nothing_personal_is_logged(stack: &Stack) {
    let groups = stack.functions().log_groups();
    let lines: Vec<String> = groups.iter().flat_map(|group| stack.functions().log(group)).collect();
    assert!(
        lines.iter().any(|line| line.contains("\"advanced\"")),
        "the function's log is among them: {groups:?}"
    );
    for secret in ["@example.org", "reader1", deployed_stack::CLIENT_SECRET, "Bearer "] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret} is in a log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_function_that_is_killed_in_the_middle_of_a_run_is_made_up_for() {
    let Some(tools) = Tools::find("a killed function of a deployed stack") else { return };
    let mut stack = Stack::deploy(&tools, &[]).await;
    let connection = stack.connect();
    let api = stack.api(Role::Administrator);
    upload(&stack, "1.csv", &rows("reader", 60)).await;
    let export = api.create_export(&connection, SEGMENT, LIST);
    let function = stack.output("ExportRunFunction").to_owned();
    // The lease of a killed invocation ends just after its time-out, which is a quarter of an hour otherwise.
    stack.functions().set_timeout(&function, 12);
    // Each request takes so long that the function is at work on one whenever it is killed.
    stack.slow_account(1_500);
    let run = api.start_run(&export);
    // The worst moment: an import is announced, on its way, and not answered.
    until(60, "an import under way", || {
        (api.run(&export, &run)["progress"]["stage"] == "sending").then_some(())
    });
    assert!(stack.functions().kill(&function) > 0, "there was a process to kill");
    stack.slow_account(0);
    let ended = api.end_of_run(PATIENCE, &export, &run);
    assert_eq!((&ended["status"], counts(&ended).added), (&json!("successful"), 60), "{ended}");
    assert_eq!(ended["counts"]["notes"]["possibly_repeated"], 0, "{ended}");
    let lines = stack.emulator().said();
    assert!(
        lines.contains("Runtime exited before returning a response"),
        "an invocation was under way: {lines}"
    );
    let account = Account::of_export(stack.close_account());
    assert_eq!(account.members.len(), 60);
    account.brought_once(60);
}
