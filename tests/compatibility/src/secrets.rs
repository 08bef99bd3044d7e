//! Secrets as a readable file. They are made up.

use std::collections::BTreeMap;

use domain::Sensitive;
use serde::{Deserialize, Serialize};
use tokens::{MemorySecretStore, Secret, SecretVersion};

/// All versions of a secret, the oldest first.
type Versions = Vec<RecordedVersion>;

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedVersion {
    /// As the store names it.
    pub version: SecretVersion,
    /// Its text.
    pub value: String,
}

/// Secrets by name.
pub type RecordedSecrets = BTreeMap<String, Versions>;

/// Everything that the store holds.
pub(crate) fn contents(store: &MemorySecretStore) -> RecordedSecrets {
    let recorded =
        |secret: Secret| RecordedVersion { version: secret.version, value: secret.value.expose().clone() };
    let secrets = store.contents().into_iter();
    secrets.map(|(name, versions)| (name, versions.into_iter().map(recorded).collect())).collect()
}

/// Puts these in place of everything that the store holds.
pub(crate) fn restore(store: &MemorySecretStore, secrets: RecordedSecrets) {
    let secret = |recorded: RecordedVersion| Secret {
        value: Sensitive::new(recorded.value),
        version: recorded.version,
    };
    let secrets = secrets.into_iter();
    store.restore(secrets.map(|(name, all)| (name, all.into_iter().map(secret).collect())).collect());
}
