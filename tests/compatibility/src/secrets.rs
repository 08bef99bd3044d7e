//! A secret store that can be kept as one readable file. Its secrets are made up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::Sensitive;
use serde::{Deserialize, Serialize};
use tokens::{Secret, SecretError, SecretStore, SecretVersion, next_version};

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

/// A secret store in memory.
#[derive(Debug, Default)]
pub struct SecretRecorder {
    secrets: Mutex<RecordedSecrets>,
}

impl SecretRecorder {
    /// A store that holds these.
    #[must_use]
    pub fn new(secrets: RecordedSecrets) -> Self {
        Self { secrets: Mutex::new(secrets) }
    }

    /// Everything that it holds.
    #[must_use]
    pub fn contents(&self) -> RecordedSecrets {
        self.lock().clone()
    }

    /// Puts these in place of everything that it holds.
    pub fn restore(&self, secrets: RecordedSecrets) {
        *self.lock() = secrets;
    }

    fn lock(&self) -> MutexGuard<'_, RecordedSecrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(name: &str) -> SecretError {
    SecretError::NotFound { name: name.to_owned() }
}

fn secret(found: &RecordedVersion) -> Secret {
    Secret { value: Sensitive::new(found.value.clone()), version: found.version.clone() }
}

#[async_trait]
impl SecretStore for SecretRecorder {
    async fn current(&self, name: &str) -> Result<Secret, SecretError> {
        let secrets = self.lock();
        let newest = secrets.get(name).and_then(|versions| versions.last());
        newest.map(secret).ok_or_else(|| not_found(name))
    }

    async fn version(&self, name: &str, version: &SecretVersion) -> Result<Secret, SecretError> {
        let secrets = self.lock();
        let found = secrets.get(name).and_then(|all| all.iter().find(|found| found.version == *version));
        found.map(secret).ok_or_else(|| not_found(name))
    }

    async fn create(&self, name: &str, value: &Sensitive<String>) -> Result<SecretVersion, SecretError> {
        let mut secrets = self.lock();
        if secrets.contains_key(name) {
            return Err(SecretError::AlreadyExists { name: name.to_owned() });
        }
        let version = SecretVersion::new(format!("first-version-of-{}", name.replace('/', "-")));
        let recorded = RecordedVersion { version: version.clone(), value: value.expose().clone() };
        secrets.insert(name.to_owned(), vec![recorded]);
        Ok(version)
    }

    async fn put(
        &self,
        name: &str,
        read: &SecretVersion,
        value: &Sensitive<String>,
    ) -> Result<SecretVersion, SecretError> {
        let mut secrets = self.lock();
        let version = next_version(read);
        let versions = secrets.get_mut(name).ok_or_else(|| not_found(name))?;
        if let Some(existing) = versions.iter().find(|found| found.version == version) {
            let same = existing.value == *value.expose();
            return if same { Ok(version) } else { Err(SecretError::Conflict { name: name.to_owned() }) };
        }
        versions.push(RecordedVersion { version: version.clone(), value: value.expose().clone() });
        Ok(version)
    }

    async fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.lock().remove(name);
        Ok(())
    }
}
