//! What is sent is read strictly, and what is wrong with it is said by field.

use identity::Role;
use reqwest::Method;
use serde_json::{Value, json};
use store::{Condition, ObjectStore};

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
async fn an_array_is_not_taken_for_an_object() {
    let scene = Scene::without_runs().await;
    let before = scene.get(Role::Administrator, "/connections").await.json();
    let cases = [
        (Method::POST, "/connections", json!(["Made from an array", null, true])),
        (Method::PUT, "/pause", json!([true])),
        (Method::POST, "/exports/news/runs", json!(["full"])),
        (Method::POST, "/exports/news/runs", json!("full")),
        (Method::POST, "/exports", json!([])),
        (Method::POST, "/exports", Value::Null),
    ];
    for (method, path, body) in cases {
        let request = scene.world.api(Role::Administrator, method.clone(), path).json(&body);
        let answer = scene.answer(request.header("if-match", "\"seen\""), &method, path).await;
        assert_eq!(answer.problems(), pairs([("", "wrong_type")]), "{method} {path}: {}", answer.text);
    }
    assert_eq!(scene.get(Role::Administrator, "/connections").await.json(), before);
    assert_eq!(scene.get(Role::Viewer, "/schedule").await.json()["paused"], false);
    assert!(scene.world.driver.runs().is_empty());
}

#[tokio::test]
async fn a_list_is_given_by_one_of_id_and_name() {
    let scene = Scene::without_runs().await;
    let draft = |list: Value| {
        json!({ "name": "Another", "connection": "shared", "list": list, "segments": ["customers"],
                "email_column": "EMail" })
    };
    let cases = [
        (json!(null), ("list", "wrong_type")),
        (json!("a"), ("list", "wrong_type")),
        (json!({ "name": "a" }), ("list.name", "unknown_field")),
        (json!({ "id": 5 }), ("list.id", "wrong_type")),
        (json!({ "id": scene.list, "new": "b" }), ("list", "invalid")),
    ];
    for (list, problem) in cases {
        let answer = scene.post(Role::Contributor, "/exports/review", draft(list.clone())).await;
        assert_eq!(answer.problems(), pairs([problem]), "{list}: {}", answer.text);
    }
    for list in
        [json!({ "id": scene.list }), json!({ "id": scene.list, "new": null }), json!({ "new": "New" })]
    {
        let answer = scene.post(Role::Contributor, "/exports/review", draft(list.clone())).await;
        assert_eq!((answer.status, &answer.json()["problems"]), (200, &json!([])), "{list}: {}", answer.text);
    }
    let answer = scene.post(Role::Contributor, "/exports/review", draft(json!({}))).await.json();
    let problem = &answer["problems"][0];
    assert_eq!((&problem["field"], &problem["code"]), (&"list".into(), &"required".into()), "{answer}");
}

#[tokio::test]
async fn an_export_that_is_chosen_twice_is_refused_before_anything_changes() {
    let scene = Scene::without_runs().await;
    let version = scene.version("/exports/news").await;
    let news = json!({ "id": "news", "version": version });
    for path in ["/exports/detach", "/exports/schedules"] {
        let body = match path {
            "/exports/detach" => json!({ "exports": [news, news] }),
            _ => json!({ "exports": [news, news], "switch": false }),
        };
        let answer = scene.post(Role::Administrator, path, body).await;
        assert_eq!(answer.problems(), pairs([("exports[1].id", "twice")]), "{path}: {}", answer.text);
        assert_eq!(scene.version("/exports/news").await, version, "{path}");
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
        ("/exports?after=2", ("after", "invalid")),
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
    let found = scene.get(Role::Viewer, "/exports?search=secret&status=never_run").await.json();
    assert_eq!(found["total"], 1);
}

#[tokio::test]
async fn what_is_removed_between_two_pages_leaves_nothing_else_out() {
    let scene = Scene::without_runs().await;
    for sort in ["name", "connection", "status", "next_due", "updated_at&descending=true"] {
        let first = scene.get(Role::Viewer, &format!("/exports?limit=1&sort={sort}")).await.json();
        let id = first["items"][0]["id"].as_str().unwrap().to_owned();
        let key = format!("exports/{id}/export.json");
        let removed = ObjectStore::get(&scene.world.memory, &key).await.unwrap().bytes;
        ObjectStore::delete(&scene.world.memory, &key, Condition::None).await.unwrap();
        let next = first["next"].as_str().unwrap();
        let rest = scene.get(Role::Viewer, &format!("/exports?sort={sort}&after={next}")).await.json();
        assert_eq!(rest["items"].as_array().unwrap().len(), 2, "{sort}: {rest}");
        assert_eq!((&rest["next"], &rest["total"]), (&Value::Null, &json!(2)), "{sort}");
        ObjectStore::put(&scene.world.memory, &key, removed, Condition::None).await.unwrap();
        let other = scene.get(Role::Viewer, &format!("/exports?sort=kind&after={next}")).await;
        assert_eq!(other.problems(), pairs([("after", "invalid")]), "{sort}");
    }
}
