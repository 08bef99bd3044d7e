//! Promises of this file:
//! - a run that an earlier release started is finished by this one, wherever it was stopped, with the same end, the same
//!   counts and the same people on the list as that release would have brought it to;
//! - what a later build of the same schema has added to any document is neither refused nor lost on the way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::path::PathBuf;

use compatibility_tests::{Scene, all_stages, go_on, outcome, play};
use serde_json::{Value, json};

/// A field that nobody here knows.
const ADDED: &str = "added by a later build";

/// Adds a field to every document; answers the keys.
fn add_everywhere(scene: &Scene) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, bytes) in scene.state.contents() {
        let Ok(mut document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        if document["kind"].is_string() {
            document["content"][ADDED] = json!({ "whatever": [1] });
            scene.state.plant(&key, document.to_string());
            keys.push(key);
        }
    }
    keys
}

/// Documents that still exist and have lost the field.
fn lost(scene: &Scene, keys: Vec<String>) -> Vec<String> {
    let contents = scene.state.contents();
    let lost = |key: &String| {
        let bytes = contents.get(key)?;
        let document: Value = serde_json::from_slice(bytes).unwrap();
        document["content"][ADDED].is_null().then_some(())
    };
    keys.into_iter().filter(|key| lost(key).is_some()).collect()
}

async fn finishes(folder: PathBuf, of_a_later_build: bool) {
    let name = folder.display().to_string();
    let (stage, scene) = play(&folder).await;
    let added = if of_a_later_build { add_everywhere(&scene) } else { Vec::new() };
    go_on(&scene, stage.then, &stage.connection, &stage.export).await;
    assert_eq!(lost(&scene, added), Vec::<String>::new(), "{name}");
    let (ends, members) = outcome(&scene, &stage.list).await;
    assert_eq!(ends, stage.ends, "{name}: {}", stage.about);
    assert_eq!(members, stage.members, "{name}: {}", stage.about);
    scene.end().await;
}

async fn all_finish(of_a_later_build: bool) {
    let stages = all_stages();
    assert!(stages.len() >= 18, "there are recordings");
    let play = |folder: PathBuf| (folder.clone(), tokio::spawn(finishes(folder, of_a_later_build)));
    let playing: Vec<_> = stages.into_iter().map(play).collect();
    let mut failed = Vec::new();
    for (folder, outcome) in playing {
        if outcome.await.is_err() {
            failed.push(folder);
        }
    }
    assert!(failed.is_empty(), "the messages above say what is wrong with {failed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_an_earlier_release_started_ends_as_that_release_would_have_ended_it() {
    all_finish(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_later_build_has_added_to_documents_is_still_there_when_runs_have_ended() {
    all_finish(true).await;
}
