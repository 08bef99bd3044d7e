//! What must never be shown or logged: addresses, tokens, secrets.

use std::fs;
use std::path::Path;

use serde_json::Value;

const LOGS: [&str; 2] = ["log.txt", "services-log.txt"];

/// Sample people live under these.
const DOMAINS: [&str; 3] = ["@example.com", "@example.org", "@example.net"];

/// Fails when one of the texts, or a log in `data`, holds an address, one of the secrets stored in `data`, or one of
/// `secrets`.
pub(crate) fn check(data: Option<&Path>, secrets: &[String], texts: &[&str]) {
    let mut forbidden: Vec<String> = DOMAINS.map(str::to_owned).into();
    forbidden.extend_from_slice(secrets);
    let mut logs = Vec::new();
    if let Some(data) = data {
        forbidden.extend(stored_secrets(&data.join("aws").join("secrets")));
        // A device in a log's place has no end.
        let logs_there = LOGS.iter().map(|log| data.join(log)).filter(|log| log.is_file());
        logs.extend(logs_there.map(|log| fs::read_to_string(log).unwrap_or_default()));
    }
    for text in texts.iter().copied().chain(logs.iter().map(String::as_str)) {
        for line in text.lines() {
            let told = forbidden.iter().find(|secret| line.contains(secret.as_str()));
            assert!(told.is_none(), "{told:?} must not be shown, but is in: {line}");
        }
    }
}

/// Every token and secret in the embedded Secrets Manager, older versions included.
fn stored_secrets(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let document: Value = match fs::read(file.path()).map(|text| serde_json::from_slice(&text)) {
            Ok(Ok(document)) => document,
            // Being written, or gone meanwhile.
            _ => continue,
        };
        for version in document["versions"].as_array().into_iter().flatten() {
            let content = version["content"]["SecretString"].as_str().unwrap_or("null");
            let content: Value = serde_json::from_str(content).unwrap_or_default();
            for (name, value) in content.as_object().into_iter().flatten() {
                let is_secret = name.contains("token") || name.contains("secret");
                found.extend(value.as_str().filter(|value| is_secret && value.len() > 8).map(str::to_owned));
            }
        }
    }
    found
}
