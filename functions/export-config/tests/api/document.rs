//! The description and the router say the same.

use std::collections::{BTreeMap, BTreeSet};

use export_config::router;
use identity::Role;
use reqwest::Method;
use serde_json::Value;

use super::description::Description;
use super::scene::Scene;
use crate::support::World;

/// Look at every difference: programs rely on this. Accept it with `INSTA_UPDATE=always`.
#[tokio::test]
async fn the_description_is_the_one_that_was_agreed_on() {
    let world = World::start(router).await;
    insta::assert_json_snapshot!("openapi", Description::of(&world).await.0);
}

/// Routes are registered together with their description. What is left to show is that no method is there besides.
#[tokio::test]
async fn no_address_takes_a_method_that_is_not_described() {
    let scene = Scene::without_runs().await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in scene.description.operations() {
        methods.entry(operation.path).or_default().insert(operation.method.to_string());
    }
    for (path, described) in methods {
        let address = path.replace("{id}", "a").replace("{run}", "b").replace("{name}", "c");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        {
            let answer = scene.world.api(Role::Viewer, method.clone(), &address).send().await.unwrap();
            let known = described.contains(method.as_str());
            assert_eq!(answer.status() != 405, known, "{method} {address}");
            if !known {
                let allowed = answer.headers()["allow"].to_str().unwrap().to_owned();
                for method in &described {
                    assert!(allowed.contains(method.as_str()), "{address}: {allowed}");
                }
                let problem: Value = answer.json().await.unwrap();
                assert_eq!(problem["code"], "method_not_allowed", "{method} {address}");
            }
        }
    }
}

/// So that the one above sees every route there is.
#[test]
fn no_route_is_registered_without_a_description() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    let mut folders = vec![folder];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| line.contains(".route(")) {
                assert!(line.contains("any(no_such_route)"), "{}: {line}", path.display());
            }
        }
    }
    assert!(files > 10);
}

#[tokio::test]
async fn everything_is_described_in_words() {
    let scene = Scene::without_runs().await;
    let mut names = BTreeSet::new();
    for operation in scene.description.operations() {
        let (at, content) = (format!("{} {}", operation.method, operation.path), &operation.content);
        assert!(content["summary"].is_string(), "{at}");
        assert!(names.insert(content["operationId"].as_str().unwrap().to_owned()), "{at}: used twice");
        assert_eq!(content["tags"].as_array().unwrap().len(), 1, "{at}");
        assert!(content.get("x-problems").is_none(), "{at}");
        for parameter in content["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{at}: {parameter}");
        }
        for (status, response) in content["responses"].as_object().unwrap() {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{at}: {status}");
        }
        let public = operation.path == "/openapi.json";
        assert_eq!(content["responses"]["401"].is_object(), !public, "{at}");
        assert_eq!(content["security"].is_array(), public, "{at}");
    }
    let scheme = &scene.description.0["components"]["securitySchemes"]["bearer"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));
    assert_eq!(scene.description.0["security"][0]["bearer"], serde_json::json!([]));
}
