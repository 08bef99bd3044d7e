//! Starting, canceling and looking at runs.

use identity::Role;
use reqwest::Method;
use serde_json::json;

use super::scene::{PEOPLE, Scene};

#[tokio::test]
async fn the_same_request_makes_one_run() {
    let scene = Scene::without_runs().await;
    let start = async |role: Role, key: &str| {
        let request =
            scene.world.api(role, Method::POST, "/exports/news/runs").header("idempotency-key", key);
        let answer = scene.answer(request, &Method::POST, "/exports/news/runs").await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let run = answer.json()["run"].as_str().unwrap().to_owned();
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(location, format!("/api/v1/exports/news/runs/{run}"));
        (run, answer.json()["outcome"].as_str().unwrap().to_owned())
    };
    let (run, outcome) = start(Role::Contributor, "monday").await;
    assert_eq!(outcome, "created");
    assert_eq!(start(Role::Contributor, "monday").await.0, run);
    scene.world.finish(&scene.start("news").await).await;
    assert_eq!(start(Role::Contributor, "monday").await, (run.clone(), "known".to_owned()));
    // Another person's request is another one, whatever it is called.
    let (other, outcome) = start(Role::Administrator, "monday").await;
    assert_eq!(outcome, "created");
    assert_ne!(other, run);
    // The same name for something else is a mistake.
    let full = scene.world.api(Role::Contributor, Method::POST, "/exports/news/runs");
    let full = full.header("idempotency-key", "monday").json(&json!({ "kind": "full" }));
    let answer = scene.answer(full, &Method::POST, "/exports/news/runs").await;
    assert_eq!(answer.problems(), [("idempotency_key".to_owned(), "used".to_owned())]);
    let refused = scene.world.api(Role::Contributor, Method::POST, "/exports/news/runs");
    let refused = refused.header("idempotency-key", "two words");
    let answer = scene.answer(refused, &Method::POST, "/exports/news/runs").await;
    assert_eq!(answer.problems(), [("idempotency_key".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn a_run_is_driven_looked_at_and_canceled() {
    let scene = Scene::without_runs().await;
    let refused = scene.post(Role::Contributor, "/exports/news/runs", json!({ "kinds": "full" })).await;
    assert_eq!(refused.problems(), [("kinds".to_owned(), "unknown_field".to_owned())]);
    let started = scene.post(Role::Contributor, "/exports/news/runs", json!({ "kind": "full" })).await.json();
    let run = started["run"].as_str().unwrap();
    assert_eq!(scene.world.driver.runs().len(), 1);
    let path = format!("/exports/news/runs/{run}");
    let details = scene.get(Role::Viewer, &path).await.json();
    assert_eq!((&details["kind"], &details["progress"]["status"]), (&"full".into(), &"queued".into()));
    assert_eq!(details["you_may"]["cancel"], false);
    assert_eq!(scene.get(Role::Contributor, &path).await.json()["you_may"]["cancel"], true);
    let cancel = format!("{path}/cancel");
    for _ in 0..2 {
        assert_eq!(scene.send(Role::Contributor, Method::POST, &cancel, None, None).await.status, 202);
    }
    let export = scene.get(Role::Viewer, "/exports/news").await.json();
    assert_eq!(export["standing"]["canceling"], true);
    let key = engine::RunKey {
        export: "news".to_owned().try_into().unwrap(),
        run: run.to_owned().try_into().unwrap(),
    };
    scene.world.finish(&key).await;
    let ended = scene.get(Role::Viewer, &path).await.json();
    assert_eq!(ended["ended"]["status"], "canceled");
    let export = scene.get(Role::Viewer, "/exports/news").await.json();
    assert_eq!(export["standing"]["canceling"], false);
    let late = scene.send(Role::Contributor, Method::POST, &cancel, None, None).await;
    assert_eq!((late.status, late.code().as_str()), (409, "nothing_to_do"));
}

#[tokio::test]
async fn an_export_tells_programs_that_its_data_has_grown_old() {
    let scene = Scene::open().await;
    scene.runs("news").await;
    scene.world.time_passes(jiff::SignedDuration::from_hours(30 * 24));
    let export = scene.get(Role::Viewer, "/exports/news").await.json();
    let warning = export["standing"]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("look whether the segment is still refreshed"), "{warning}");
    let listed = scene.get(Role::Viewer, "/exports").await.json();
    assert_eq!(listed["items"][0]["warnings"], export["standing"]["warnings"]);
}

#[tokio::test]
async fn files_of_a_run_are_attachments_on_record() {
    let scene = Scene::open().await;
    let (run, _) = scene.runs("news").await;
    let report = scene.get(Role::Contributor, &format!("/exports/news/runs/{run}/report")).await;
    assert_eq!(report.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(report.headers["content-length"], report.text.len().to_string().as_str());
    let name = format!("attachment; filename=\"rejected-rows-{run}.csv\"");
    assert_eq!(report.headers["content-disposition"], name.as_str());
    assert!(
        report.text.contains("eve-at-home") && !report.text.contains("ann@example.com"),
        "{}",
        report.text
    );
    scene.world.time_passes(jiff::SignedDuration::from_secs(1));
    let outcomes = scene.get(Role::Contributor, &format!("/exports/news/runs/{run}/outcomes")).await;
    assert_eq!(outcomes.text.lines().count(), PEOPLE.lines().count());
    let audit = scene.get(Role::Administrator, "/audit").await.json();
    let actions: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["outcomes.downloaded", "report.downloaded"]);
    assert_eq!(audit["items"][0]["role"], "contributor");
}

#[tokio::test]
async fn files_in_s3_are_downloaded_by_a_link_of_five_minutes() {
    let scene = Scene::giving_links().await;
    let (run, _) = scene.runs("news").await;
    for (file, kept, name) in [
        ("report", format!("/reports/news/{run}.csv"), "rejected-rows"),
        ("outcomes", format!("/outcomes/news/{run}.csv"), "outcomes"),
    ] {
        let path = format!("/exports/news/runs/{run}/{file}");
        let answer = scene.get(Role::Contributor, &path).await;
        assert_eq!((answer.status, answer.text.as_str()), (303, ""));
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        let link: url::Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
        assert_eq!((link.host_str(), link.path()), (Some("bucket.example.com"), kept.as_str()));
        let query = link.query().unwrap();
        assert_eq!(query, format!("expires=300&name={name}-{run}.csv"));
        let viewer = scene.get(Role::Viewer, &path).await;
        assert_eq!((viewer.status, viewer.headers.contains_key("location")), (403, false));
        scene.world.time_passes(jiff::SignedDuration::from_secs(1));
    }
    let audit = scene.get(Role::Administrator, "/audit").await;
    let actions: Vec<_> =
        audit.json()["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["outcomes.downloaded", "report.downloaded"], "and the refused ones are not");
    assert!(!audit.text.contains("bucket.example.com"), "{}", audit.text);
    // The bucket's rule removes reports after 30 days: said here, not by S3.
    scene
        .world
        .documents
        .store()
        .delete(&format!("reports/news/{run}.csv"), store::Condition::None)
        .await
        .unwrap();
    let gone = scene.get(Role::Contributor, &format!("/exports/news/runs/{run}/report")).await;
    assert!(gone.status == 404 && gone.text.contains("30 days"), "{}", gone.text);
}

#[tokio::test]
async fn an_export_without_a_connection_does_not_run() {
    let scene = Scene::without_runs().await;
    let version = scene.version("/exports/old").await;
    let old = |version: &str| json!({ "exports": [{ "id": "old", "version": version }] });
    let stale = scene.post(Role::Administrator, "/exports/detach", old("\"older\"")).await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "stale"));
    scene.post(Role::Administrator, "/exports/detach", old(&version)).await;
    let answer = scene.send(Role::Administrator, Method::POST, "/exports/old/runs", None, None).await;
    assert_eq!((answer.status, answer.code().as_str()), (409, "no_connection"));
    let shown = scene.get(Role::Viewer, "/exports/old").await.json();
    assert_eq!(shown["standing"]["connection"], json!({ "state": "no_connection" }));
    // A body that is there and says nothing is the same as none.
    for export in ["news", "secret"] {
        let path = format!("/exports/{export}/runs");
        let answer = scene.post(Role::Administrator, &path, serde_json::Value::Null).await;
        assert_eq!((answer.status, &answer.json()["outcome"]), (202, &"created".into()));
    }
    let all = scene.send(Role::Administrator, Method::POST, "/exports/run-all", None, None).await.json();
    assert_eq!(all["started"].as_array().unwrap().len(), 2);
    assert_eq!(all["left_out"][0]["code"], "no_connection");
    let with_key = async |key: &str| {
        let request = scene.world.api(Role::Administrator, Method::POST, "/exports/run-all");
        scene.answer(request.header("idempotency-key", key), &Method::POST, "/exports/run-all").await
    };
    let runs = |all: serde_json::Value| -> Vec<serde_json::Value> {
        all["started"].as_array().unwrap().iter().map(|one| one["run"].clone()).collect()
    };
    let (first, again) = (with_key("monday").await.json(), with_key("monday").await.json());
    assert_eq!(runs(first), runs(again));
    let refused = with_key("two words").await;
    assert_eq!(refused.problems(), [("idempotency_key".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn the_same_request_saves_one_export() {
    let scene = Scene::without_runs().await;
    let draft = |name: &str| {
        json!({ "name": name, "connection": "shared", "list": { "id": scene.list }, "segments": ["customers"],
                "email_column": "EMail" })
    };
    let save = async |name: &str, key: &str| {
        let request = scene.world.api(Role::Contributor, Method::POST, "/exports").json(&draft(name));
        scene.answer(request.header("idempotency-key", key), &Method::POST, "/exports").await
    };
    let (first, again) = (save("Monday", "monday").await, save("Monday", "monday").await);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert_eq!(first.etag(), again.etag());
    let other = save("Tuesday", "monday").await;
    assert_eq!(other.problems(), [("idempotency_key".to_owned(), "used".to_owned())]);
    assert_ne!(save("Monday", "tuesday").await.headers["location"], first.headers["location"]);
    let refused = save("Monday", "two words").await;
    assert_eq!(refused.problems(), [("idempotency_key".to_owned(), "invalid".to_owned())]);
}
