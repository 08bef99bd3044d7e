//! Answers as programs get them, kept as snapshots.

use export_config::router;
use identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::World;

#[tokio::test]
async fn connections() {
    let scene = Scene::without_runs().await;
    insta::assert_json_snapshot!(
        "connections_for_an_administrator",
        scene.get(Role::Administrator, "/connections").await.json()
    );
    insta::assert_json_snapshot!(
        "connections_for_a_contributor",
        scene.get(Role::Contributor, "/connections").await.json()
    );
    insta::assert_json_snapshot!(
        "connection",
        scene.get(Role::Administrator, "/connections/shared").await.json()
    );
    let nothing = scene.get(Role::Viewer, "/connections").await.json();
    assert_eq!(nothing, json!({ "items": [], "next": null, "unreadable": [] }));
}

#[tokio::test]
async fn exports() {
    let scene = Scene::without_runs().await;
    let mut export = scene.get(Role::Contributor, "/exports/news").await.json();
    hide(&mut export, &scene.list);
    insta::assert_json_snapshot!("export", export);
    let of_others = scene.get(Role::Contributor, "/exports/secret").await.json();
    assert_eq!(of_others["standing"]["connection"], json!({ "state": "not_shared" }));
    assert_eq!(
        (&of_others["draft"]["connection"], &of_others["standing"]["your_permissions"]),
        (&Value::Null, &"view".into())
    );
    insta::assert_json_snapshot!("exports", scene.get(Role::Viewer, "/exports").await.json());
    let copy =
        scene.send(Role::Contributor, Method::POST, "/exports/news/duplicate", None, None).await.json();
    assert_eq!(copy["name"], "Copy of News");
    // What is answered can be sent back as it is.
    let review = scene.post(Role::Contributor, "/exports/review", copy).await.json();
    assert_eq!(review["problems"], json!([]));
    let saved = scene.post(Role::Contributor, "/exports", json!({
        "name": "Fields", "connection": "shared", "list": { "new": "Brand new" }, "segments": ["customers"],
        "email_column": "EMail",
        "attributes": [{ "field": "first_name", "column": "FirstName" }, { "field": "company_name", "constant": "Us" }],
        "schedule": { "kind": "own", "repeat": "monthly", "days": [1, 15], "time_zone": "Europe/Berlin", "start": "2026-12-01T06:30" },
    })).await;
    assert_eq!(saved.status, 201, "{}", saved.text);
    let mut draft = saved.json()["export"]["draft"].take();
    draft["list"]["id"] = "(a list)".into();
    insta::assert_json_snapshot!("draft_of_a_saved_export", draft);
}

#[tokio::test]
async fn runs_and_segments() {
    let scene = Scene::open().await;
    let (ended, active) = scene.runs("news").await;
    let mut runs = scene.get(Role::Contributor, "/exports/news/runs").await.json();
    let mut run = scene.get(Role::Viewer, &format!("/exports/news/runs/{ended}")).await.json();
    for hidden in [&ended, &active, &scene.list] {
        hide(&mut runs, hidden);
        hide(&mut run, hidden);
    }
    insta::assert_json_snapshot!("runs", runs);
    insta::assert_json_snapshot!("run", run);
    insta::assert_json_snapshot!("segments", scene.get(Role::Viewer, "/segments").await.json());
    insta::assert_json_snapshot!(
        "segment_for_a_contributor",
        scene.get(Role::Contributor, "/segments/customers").await.json()
    );
    assert_eq!(scene.get(Role::Viewer, "/segments/customers").await.json()["sample"], Value::Null);
    let exports = scene.get(Role::Viewer, "/segments/customers/exports").await.json();
    let version = exports["others"][0]["version"].as_str().unwrap();
    let body = Some(json!({ "segment": "customers" }));
    let added =
        scene.send(Role::Administrator, Method::POST, "/exports/old/segments", body, Some(version)).await;
    assert_eq!(
        (added.status, &added.json()["export"]["draft"]["segments"]),
        (200, &json!(["buyers", "customers"]))
    );
}

#[tokio::test]
async fn problems() {
    let scene = Scene::without_runs().await;
    let version = scene.version("/connections/shared").await;
    let in_use =
        scene.send(Role::Administrator, Method::DELETE, "/connections/shared", None, Some(&version)).await;
    insta::assert_json_snapshot!("connection_in_use", in_use.json());
    let invalid =
        scene.post(Role::Administrator, "/connections", json!({ "display_name": "", "agreed": false })).await;
    insta::assert_json_snapshot!("invalid", invalid.json());
}

#[tokio::test]
async fn the_first_day() {
    let world = World::bare(router).await;
    let get = async |path: &str| -> Value {
        world.api(Role::Administrator, Method::GET, path).send().await.unwrap().json().await.unwrap()
    };
    let application = get("/application").await;
    let redirect = format!("{}/oauth/constant-contact/callback", world.address);
    assert_eq!(application, json!({ "configured": false, "redirect_uri": redirect }));
    assert_eq!(get("/quota").await["code"], "set_up_needed");
    assert_eq!(get("/exports").await, json!({ "items": [], "next": null, "total": 0, "unreadable": [] }));
    assert_eq!(get("/segments").await, json!({ "items": [], "next": null }));
    assert_eq!(get("/schedule").await["schedule"], json!({ "kind": "off" }));
    assert_eq!(get("/consent").await["version"], configuration::CONSENT_VERSION);
}

#[tokio::test]
async fn a_connection_is_tested_and_authorised() {
    let scene = Scene::without_runs().await;
    let role = Role::Administrator;
    let test = scene.send(role, Method::POST, "/connections/shared/test", None, None).await.json();
    assert_eq!((&test["works"], &test["failure"]), (&true.into(), &Value::Null));
    let calls = scene.get(role, "/connections/shared/calls").await.json();
    assert_eq!(calls["items"][0]["method"], "GET");
    let begun = scene.send(role, Method::POST, "/connections/shared/authorization", None, None).await.json();
    assert!(begun["authorize_url"].as_str().unwrap().contains("code_challenge="), "{begun}");
    let list =
        scene.get(Role::Contributor, &format!("/connections/shared/lists?find={}", scene.list)).await.json();
    assert_eq!((&list["items"][0]["name"], &list["next"]), (&"Newsletter".into(), &Value::Null));
    scene.world.time_passes(jiff::SignedDuration::from_mins(6));
    // The same sign-in as before, six minutes later.
    let signed_in = Some(company::START.parse().unwrap());
    let options = issuer::TokenOptions { authenticated_at: signed_in, ..Default::default() };
    let token = scene.world.token_with(role, &options);
    let version = scene.version("/connections/shared").await;
    let path = "/connections/shared/export-user";
    let request = scene.world.request(Method::POST, path).bearer_auth(token).header("if-match", version);
    let answer = scene.answer(request, &Method::POST, path).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "fresh_sign_in_needed"));
}

/// Puts a word in place of an id that differs from run to run.
fn hide(value: &mut Value, id: &str) {
    match value {
        Value::String(text) if text == id => "(an id)".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, id)),
        Value::Object(members) => members.values_mut().for_each(|member| hide(member, id)),
        _ => {}
    }
}
