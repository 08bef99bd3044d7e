//! Promises of this file:
//! - every kind of document is in a recording, so that a change which an upgrade would not survive is noticed;
//! - so are the files that are no documents, and secrets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use compatibility_tests::{all_stages, play};
use serde_json::Value;

/// Kinds that are in no recording yet, because they are new, or because no stage wrote one. They are recorded with the
/// next release; then they are to be taken out of this list.
const WITH_THE_NEXT_RELEASE: &[&str] = &["segment memory"];

/// All Rust files below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The kinds of the present code with their schema versions, from the source itself: nobody can forget to list one.
fn kinds_of_the_code() -> BTreeMap<String, u64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for group in ["shared", "functions"] {
        for package in fs::read_dir(root.join(group)).unwrap() {
            let source = package.unwrap().path().join("src");
            if source.is_dir() {
                sources(&source, &mut files);
            }
        }
    }
    let mut kinds = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for implementation in text.split("impl Document for ").skip(1) {
            let number = implementation.split("const SCHEMA_VERSION: u32 = ").nth(1).unwrap();
            let kind = implementation.split("const KIND: &'static str = \"").nth(1).unwrap();
            let number = number.split(';').next().unwrap().parse().unwrap();
            kinds.insert(kind.split('"').next().unwrap().to_owned(), number);
        }
    }
    kinds
}

#[tokio::test]
async fn every_kind_of_document_is_recorded() {
    let mut recorded: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for folder in all_stages() {
        let (_, scene) = play(&folder).await;
        for (key, bytes) in scene.state.contents() {
            let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
            if let (Some(kind), Some(version)) =
                (document["kind"].as_str(), document["schema_version"].as_u64())
            {
                recorded.entry(kind.to_owned()).or_default().insert(version);
                assert!(document["write_id"].is_string(), "{key} has no write id");
            }
        }
        scene.end().await;
    }
    let code = kinds_of_the_code();
    assert!(code.len() > 20, "the source was found: {code:?}");
    for (kind, version) in &code {
        if WITH_THE_NEXT_RELEASE.contains(&kind.as_str()) {
            assert!(!recorded.contains_key(kind), "{kind:?} is recorded: take it out of the list");
            continue;
        }
        let versions = recorded.get(kind).unwrap_or_else(|| {
            panic!("no recording has a {kind:?}: let a stage of src/stages.rs write one, and until the next release is \
                    recorded put it into WITH_THE_NEXT_RELEASE")
        });
        assert!(
            versions.iter().all(|recorded| recorded <= version),
            "{kind:?} of {versions:?} is newer than the code"
        );
    }
}

#[tokio::test]
async fn files_and_secrets_are_recorded() {
    let endings = [".ledger", ".hashes", ".members", ".refusals.json", "outcomes.csv", "rejected.csv"];
    let (mut found, mut secrets): (BTreeSet<&str>, BTreeSet<String>) = Default::default();
    for folder in all_stages() {
        let (_, scene) = play(&folder).await;
        for key in scene.state.contents().keys() {
            found.extend(endings.into_iter().filter(|ending| key.ends_with(ending)));
        }
        secrets.extend(scene.secrets().into_keys().map(|name| name.split('/').nth(1).unwrap().to_owned()));
        for versions in scene.secrets().into_values() {
            for version in versions {
                let tokens: Value = serde_json::from_str(&version.value).unwrap();
                for name in ["access_token", "refresh_token"] {
                    let made_up = tokens[name].as_str().is_none_or(|token| token.starts_with("made-up-"));
                    assert!(made_up, "{name} in {} must be made up for everybody to see", folder.display());
                }
            }
        }
        scene.end().await;
    }
    assert_eq!(found.len(), endings.len(), "{found:?}");
    assert_eq!(secrets, BTreeSet::from(["application".to_owned(), "connections".to_owned()]));
}
