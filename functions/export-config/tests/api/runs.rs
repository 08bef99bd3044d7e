//! Starting, canceling and looking at runs.

use identity::Role;
use reqwest::Method;
use serde_json::json;

use crate::scene::{PEOPLE, Scene};

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
    scene.finish(&scene.start("news").await).await;
    assert_eq!(start(Role::Contributor, "monday").await, (run.clone(), "known".to_owned()));
    // Another person's request is another one, whatever it is called.
    let (other, outcome) = start(Role::Administrator, "monday").await;
    assert_eq!(outcome, "created");
    assert_ne!(other, run);
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
    assert_eq!(scene.world.driver.0.lock().unwrap().len(), 1);
    let path = format!("/exports/news/runs/{run}");
    let details = scene.get(Role::Viewer, &path).await.json();
    assert_eq!((&details["kind"], &details["progress"]["status"]), (&"full".into(), &"queued".into()));
    assert_eq!(details["you_may"]["cancel"], false);
    assert_eq!(scene.get(Role::Contributor, &path).await.json()["you_may"]["cancel"], true);
    let cancel = format!("{path}/cancel");
    for _ in 0..2 {
        assert_eq!(scene.send(Role::Contributor, Method::POST, &cancel, None, None).await.status, 202);
    }
    let key = engine::RunKey {
        export: "news".to_owned().try_into().unwrap(),
        run: run.to_owned().try_into().unwrap(),
    };
    scene.finish(&key).await;
    let ended = scene.get(Role::Viewer, &path).await.json();
    assert_eq!(ended["ended"]["status"], "canceled");
    let late = scene.send(Role::Contributor, Method::POST, &cancel, None, None).await;
    assert_eq!((late.status, late.code().as_str()), (409, "nothing_to_do"));
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
async fn an_export_without_a_connection_does_not_run() {
    let scene = Scene::without_runs().await;
    scene.post(Role::Administrator, "/exports/detach", json!({ "exports": ["old"] })).await;
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
}
