//! Makes of what a release has written what the next one might have written.

use compatibility_tests::{RecordedSecrets, Scene};
use serde_json::{Value, json};

/// Raises the schema of every document of a kind, with a content that nobody here understands; answers their keys.
pub(crate) fn documents(scene: &Scene, kind: &str) -> Vec<String> {
    let mut raised = Vec::new();
    for (key, bytes) in scene.state.contents() {
        let Ok(mut document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        if document["kind"] == kind {
            document["schema_version"] = json!(2);
            document["content"] = json!({ "of the next release": true });
            scene.state.plant(&key, document.to_string());
            raised.push(key);
        }
    }
    raised
}

/// Raises the format of every ledger.
pub(crate) fn ledgers(scene: &Scene) -> Vec<String> {
    files(scene, ".ledger", |bytes| {
        // After the eight bytes that every ledger begins with.
        bytes[8..10].copy_from_slice(&2_u16.to_le_bytes());
    })
}

/// Raises the schema of every list of refused rows.
pub(crate) fn refusals(scene: &Scene) -> Vec<String> {
    files(scene, ".refusals.json", |bytes| *bytes = br#"{"schema_version":2,"refused":"otherwise"}"#.to_vec())
}

fn files(scene: &Scene, ending: &str, raise: impl Fn(&mut Vec<u8>)) -> Vec<String> {
    let mut raised = Vec::new();
    for (key, bytes) in scene.state.contents() {
        if key.ends_with(ending) {
            let mut bytes = bytes.to_vec();
            raise(&mut bytes);
            scene.state.plant(&key, bytes);
            raised.push(key);
        }
    }
    raised
}

/// Raises the schema of the newest version of each secret whose name contains `name`.
pub(crate) fn secrets(mut secrets: RecordedSecrets, name: &str) -> RecordedSecrets {
    for (_, versions) in secrets.iter_mut().filter(|(found, _)| found.contains(name)) {
        let newest = versions.last_mut().unwrap();
        newest.value = json!({ "of the next release": true, "schema_version": 2 }).to_string();
    }
    secrets
}
