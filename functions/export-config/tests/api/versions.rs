//! Changes name the version that they are based on.

use identity::Role;
use reqwest::Method;
use serde_json::json;

use super::scene::Scene;

const CHANGE: fn() -> serde_json::Value = || json!({ "display_name": "Renamed", "access": "administrators" });

#[tokio::test]
async fn a_change_without_a_version_or_with_an_old_one_is_refused() {
    let scene = Scene::without_runs().await;
    let role = Role::Administrator;
    let schedule = json!({ "schedule": { "kind": "off" }, "upload_trigger": true });
    let draft = json!({ "name": "New" });
    let changes = [
        (Method::PUT, "/connections/shared", Some(CHANGE())),
        (Method::DELETE, "/connections/shared", None),
        (Method::POST, "/connections/shared/export-user", None),
        (Method::PUT, "/exports/news", Some(draft)),
        (Method::DELETE, "/exports/news", None),
        (Method::POST, "/exports/news/segments", Some(json!({ "segment": "buyers" }))),
        (Method::PUT, "/schedule", Some(schedule)),
    ];
    for (method, path, body) in changes {
        for version in [None, Some("*"), Some("W/\"1\""), Some("1")] {
            let answer = scene.send(role, method.clone(), path, body.clone(), version).await;
            assert_eq!((answer.status, answer.code().as_str()), (428, "version_required"), "{method} {path}");
        }
        let answer = scene.send(role, method.clone(), path, body, Some("\"older\"")).await;
        assert_eq!((answer.status, answer.code().as_str()), (412, "stale"), "{method} {path}");
    }
}

#[tokio::test]
async fn each_change_has_a_new_version() {
    let scene = Scene::without_runs().await;
    let role = Role::Administrator;
    let first = scene.version("/connections/shared").await;
    let path = "/connections/shared";
    let answer = scene.send(role, Method::PUT, path, Some(CHANGE()), Some(&first)).await;
    assert_eq!((answer.status, &answer.json()["display_name"]), (200, &"Renamed".into()));
    assert_ne!(answer.etag(), first);
    assert_eq!(answer.etag(), scene.version(path).await);
    let again = scene.send(role, Method::PUT, path, Some(CHANGE()), Some(&first)).await;
    assert_eq!(again.status, 412);
}

#[tokio::test]
async fn the_first_schedule_has_a_version_too() {
    let scene = Scene::without_runs().await;
    let role = Role::Administrator;
    let body = json!({ "schedule": { "kind": "off" }, "upload_trigger": true });
    let never = scene.version("/schedule").await;
    let saved = scene.send(role, Method::PUT, "/schedule", Some(body.clone()), Some(&never)).await;
    assert_eq!((saved.status, &saved.json()["upload_trigger"]), (200, &true.into()));
    let again = scene.send(role, Method::PUT, "/schedule", Some(body.clone()), Some(&never)).await;
    assert_eq!(again.status, 412);
    let next = scene.send(role, Method::PUT, "/schedule", Some(body), Some(&saved.etag())).await;
    assert_eq!(next.status, 200);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let scene = Scene::without_runs().await;
    let version = scene.version("/exports/news").await;
    let rename = |name: &str| {
        let mut draft = json!({
            "connection": "shared", "list": { "id": scene.list }, "segments": ["customers"], "email_column": "EMail",
        });
        draft["name"] = name.into();
        scene.send(Role::Contributor, Method::PUT, "/exports/news", Some(draft), Some(&version))
    };
    let (one, other) = futures_util::join!(rename("One"), rename("Other"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let winner = if one.status == 200 { "One" } else { "Other" };
    let now = scene.get(Role::Viewer, "/exports/news").await.json();
    assert_eq!(now["standing"]["name"], winner);
}

#[tokio::test]
async fn what_is_new_says_where_it_is() {
    let scene = Scene::without_runs().await;
    let created = scene
        .post(Role::Administrator, "/connections", json!({ "display_name": "Third", "agreed": true }))
        .await;
    let location = created.headers["location"].to_str().unwrap().strip_prefix("/api/v1").unwrap();
    assert_eq!(scene.version(location).await, created.etag());
}
