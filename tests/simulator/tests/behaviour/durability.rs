//! Promises: what was answered survives the process, a second simulator is kept out, and the outside can see and steer
//! everything.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Clock, Options, Simulator, StartError, Switches};

use super::common::{SCOPE, Service, options, rows};

fn kept_in(directory: &Path) -> Options {
    let switches = Switches { activity_seconds: 60, ..Switches::default() };
    Options { data_directory: Some(directory.to_owned()), switches, ..options() }
}

#[tokio::test]
async fn everything_goes_on_after_the_simulator_was_dropped_in_mid_activity() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::with(kept_in(directory.path())).await;
    let list = service.control.create_list("A").await.unwrap();
    let tokens = service.control.issue_tokens(SCOPE).await.unwrap();
    let id = service.import(&list, rows(0..100)).await;
    service.advance(30).await;
    let before = service.control.statistics().await;
    let Service { simulator, control, .. } = service;
    drop(simulator);
    drop(control);
    let mut service = Service::with(kept_in(directory.path())).await;
    service.token = tokens.access_token;
    assert_eq!(service.control.statistics().await, before);
    let path = format!("/v3/activities/{id}");
    let half = service.read(&path).await;
    assert_eq!(
        (half["state"].as_str(), half["percent_done"].as_u64()),
        (Some("processing"), Some(49)),
        "the clock stood"
    );
    service.advance(30).await;
    assert_eq!(service.read(&path).await["state"], "completed");
    assert_eq!(service.members(&list).await.len(), 100);
    let refresh = tokens.refresh_token.unwrap();
    assert_eq!(service.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await.0, 200);
    service.simulator.shutdown().await;
}

/// Not a promise by itself: the process that the next test kills. Alone it ends at once.
#[tokio::test]
async fn process_to_be_killed() {
    let Ok(directory) = std::env::var("SIMULATOR_TO_BE_KILLED") else {
        return;
    };
    let simulator = Simulator::start(kept_in(Path::new(&directory))).await.unwrap();
    let tokens = simulator.control().issue_tokens(SCOPE).await.unwrap();
    println!("ready {} {}", simulator.base_url(), tokens.access_token);
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_was_answered_survives_a_killed_process() {
    let directory = tempfile::tempdir().unwrap();
    let mut process = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::process_to_be_killed", "--nocapture"])
        .env("SIMULATOR_TO_BE_KILLED", directory.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready =
        lines.find_map(|line| line.unwrap().split_once("ready ").map(|(_, rest)| rest.to_owned())).unwrap();
    let (address, token) = ready.split_once(' ').unwrap();
    let client = reqwest::Client::new();
    let post = async |path: &str, body: Value| {
        let request = client.post(format!("{address}{path}")).bearer_auth(token).json(&body);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let list = post("/v3/contact_lists", json!({"name": "A"})).await["list_id"].as_str().unwrap().to_owned();
    let mut ids = Vec::new();
    for number in 0..10 {
        let body = json!({"import_data": rows(number * 100..number * 100 + 100), "list_ids": [list]});
        let activity = post("/v3/activities/contacts_json_import", body).await;
        ids.push(activity["activity_id"].as_str().unwrap().to_owned());
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let mut service = Service::with(kept_in(directory.path())).await;
    service.token = token.to_owned();
    assert_eq!(service.control.statistics().await.imports, 10);
    service.advance(60).await;
    for id in &ids {
        assert_eq!(service.read(&format!("/v3/activities/{id}")).await["state"], "completed");
    }
    assert_eq!(service.control.count_members(list).await.unwrap(), 1_000);
}

#[tokio::test]
async fn a_directory_has_one_simulator_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let first = Simulator::start(kept_in(directory.path())).await.unwrap();
    let second = Simulator::start(kept_in(directory.path())).await;
    assert!(matches!(second, Err(StartError::DirectoryInUse)), "{second:?}");
    first.shutdown().await;
    Simulator::start(kept_in(directory.path())).await.unwrap();
}

#[tokio::test]
async fn on_the_machines_clock_activities_end_in_the_background() {
    let service = Service::with(Options { clock: Clock::System, ..options() }).await;
    let list = service.control.create_list("A").await.unwrap();
    service.import(&list, rows(0..10)).await;
    while service.control.activities(1).await.unwrap()[0].state != "completed" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(service.members(&list).await.len(), 10);
    assert!(service.control.advance(Duration::from_secs(1)).await.is_err());
}

#[tokio::test]
async fn everything_can_be_steered_from_outside_in_json() {
    let mut service = Service::start().await;
    service.token = "none is needed".to_owned();
    let (status, list) = service.post("/control/lists", json!({"name": "A"})).await;
    assert_eq!(status, 201);
    let list = list["list_id"].as_str().unwrap();
    let people = json!([{"email": "a@example.com", "first_name": "Ann", "list_ids": [list]}]);
    assert_eq!(service.post("/control/contacts", people).await.0, 204);
    let change = json!({"email": "a@example.com", "change": "unsubscribe"});
    assert_eq!(service.post("/control/contacts/change", change).await.0, 204);
    let members = service.read(&format!("/control/members?list_id={list}")).await;
    assert_eq!(members["members"][0]["permission_to_send"], "unsubscribed");
    let patch = async |path: &str, body: Value| service.call(Method::PATCH, path, Some(body)).await;
    assert_eq!(patch("/control/switches", json!({"naming": "none"})).await.1["naming"], "none");
    assert_eq!(patch("/control/faults", json!({"error_next": 2})).await.1["error_next"], 2);
    assert_eq!(patch("/control/limits", json!({"lists": 5})).await.1["lists"], 5);
    assert_eq!(patch("/control/switches", json!({"nameing": "none"})).await.0, 400);
    let (_, clock) = service.post("/control/clock", json!({"advance_seconds": 60})).await;
    assert_eq!(clock["now"], "2026-11-22T03:34:00Z");
    let (_, tokens) = service.post("/control/tokens", json!({"scope": "contact_data"})).await;
    service.token = tokens["access_token"].as_str().unwrap().to_owned();
    assert_eq!(service.get("/v3/contacts").await.0, 500);
    let situation = service.read("/control").await;
    assert_eq!(
        (situation["statistics"]["failed"].as_u64(), situation["contacts"]["unsubscribed"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(service.call(Method::DELETE, "/control/statistics", None).await.0, 204);
    assert_eq!(service.read("/control/statistics").await["total"], 0);
    assert_eq!(service.get("/control/members?list_id=none").await.0, 404);
}

#[tokio::test]
async fn the_page_shows_what_is_held() {
    let service = Service::start().await;
    let list = service.control.create_list("News <b>").await.unwrap();
    service.imported(&list, rows(0..3)).await;
    let page = service.client.get(service.url("/")).send().await.unwrap().text().await.unwrap();
    for shown in [
        "Sample Organization",
        "News &lt;b&gt;",
        "contacts_json_import",
        "completed 100 %",
        "color-scheme: light dark",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("person0@example.com"), "no people on the page");
}
