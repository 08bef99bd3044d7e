//! What is sent is read strictly, and what is wrong with it is said by field.

use identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::scene::Scene;

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn unknown_fields_and_wrong_types_are_named() {
    let scene = Scene::without_runs().await;
    let cases: [(&str, Value, (&str, &str)); 7] = [
        ("/connections", json!({ "display_name": "A", "agree": true }), ("agree", "unknown_field")),
        ("/connections", json!({ "display_name": 5, "agreed": true }), ("display_name", "wrong_type")),
        ("/connections", json!({ "agreed": true }), ("display_name", "required")),
        ("/connections", json!({ "display_name": "A", "access": "all" }), ("access", "wrong_type")),
        (
            "/exports",
            json!({ "attributes": [{ "field": "first_name", "columns": "A" }] }),
            ("attributes[0].columns", "unknown_field"),
        ),
        (
            "/exports",
            json!({ "schedule": { "kind": "own", "days": ["one"] } }),
            ("schedule.days[0]", "wrong_type"),
        ),
        ("/exports/schedules", json!({ "exports": "news", "switch": true }), ("exports", "wrong_type")),
    ];
    for (path, body, problem) in cases {
        let answer = scene.post(Role::Administrator, path, body).await;
        assert_eq!(answer.problems(), pairs([problem]), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_as_such() {
    let scene = Scene::without_runs().await;
    let post = |content_type: &'static str, body: String| {
        let request = scene.world.api(Role::Administrator, Method::POST, "/connections");
        request.header("content-type", content_type).body(body)
    };
    let cases = [
        ("application/json", "{".to_owned(), 400, "malformed"),
        ("application/json; charset=utf-8", String::new(), 400, "malformed"),
        ("text/plain", "{}".to_owned(), 415, "unsupported_media_type"),
        ("application/json", format!("\"{}\"", "a".repeat(300_000)), 413, "too_large"),
    ];
    for (content_type, body, status, code) in cases {
        let answer = scene.answer(post(content_type, body), &Method::POST, "/connections").await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
    }
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_export_is_said_at_once() {
    let scene = Scene::without_runs().await;
    let draft = json!({
        "name": " ", "list": { "id": "" }, "attributes": [{ "field": "first_name" }],
        "schedule": { "kind": "own", "repeat": "weekly" },
    });
    let problems = scene.post(Role::Contributor, "/exports", draft).await.problems();
    let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
    for field in [
        "connection",
        "name",
        "list",
        "segments",
        "email_column",
        "attributes[0].column",
        "schedule.weekdays",
    ] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
}

#[tokio::test]
async fn what_excludes_each_other_cannot_be_given_together() {
    let scene = Scene::without_runs().await;
    let draft = json!({ "attributes": [{ "field": "first_name", "column": "A", "constant": "B" }] });
    let answer = scene.post(Role::Contributor, "/exports", draft).await;
    assert_eq!(answer.problems(), pairs([("attributes[0]", "invalid")]));
    let news = json!([{ "id": "news", "version": "\"seen\"" }]);
    for (body, code) in [
        (json!({ "exports": news }), "required"),
        (json!({ "exports": news, "switch": true, "own": { "kind": "off" } }), "invalid"),
    ] {
        let answer = scene.post(Role::Contributor, "/exports/schedules", body).await;
        assert_eq!(answer.problems(), pairs([("switch", code)]));
    }
}

#[tokio::test]
async fn queries_are_read_strictly_too() {
    let scene = Scene::without_runs().await;
    let cases = [
        ("/exports?serch=news", ("serch", "unknown_field")),
        ("/exports?status=broken", ("status", "wrong_type")),
        ("/exports?descending=perhaps", ("descending", "wrong_type")),
        ("/exports?limit=201", ("limit", "invalid")),
        ("/exports?limit=-1", ("limit", "wrong_type")),
        ("/exports?after=x", ("after", "invalid")),
        ("/exports/news/runs?limit=0", ("limit", "invalid")),
        ("/audit?after=..%2Fexports", ("after", "invalid")),
        ("/connections?usable=1", ("usable", "wrong_type")),
        ("/connections/shared/lists?find=none", ("list", "invalid")),
    ];
    for (path, problem) in cases {
        let answer = scene.get(Role::Administrator, path).await;
        assert_eq!(answer.problems(), pairs([problem]), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_cannot_be_an_id_names_nothing() {
    let scene = Scene::without_runs().await;
    for path in
        ["/exports/a%2Fb", "/exports/%20", "/connections/..%2F..%2Faudit", "/segments/%FF", "/exports/none"]
    {
        let answer = scene.get(Role::Administrator, path).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let answer = scene.get(Role::Administrator, "/exports/news/runs/none").await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let scene = Scene::without_runs().await;
    let mut names = Vec::new();
    let mut path = "/exports?limit=2&sort=name".to_owned();
    for _ in 0..2 {
        let page = scene.get(Role::Viewer, &path).await.json();
        assert_eq!(page["total"], 3);
        names.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/exports?limit=2&sort=name&after={next}");
    }
    assert_eq!(names, ["News", "Old", "Secret"]);
    let past = scene.get(Role::Viewer, "/exports?limit=2&after=9").await.json();
    assert_eq!((&past["items"], &past["next"]), (&json!([]), &Value::Null));
    let found = scene.get(Role::Viewer, "/exports?search=secret&status=never_run").await.json();
    assert_eq!(found["total"], 1);
}
