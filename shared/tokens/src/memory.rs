//! A secret store in memory: the fake for tests, under the same conformance suite as the real one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::Sensitive;

use crate::secret::{Secret, SecretError, SecretStore, SecretVersion, next_version};

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct MemorySecretStore {
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    secrets: BTreeMap<String, Vec<Secret>>,
    created: u64,
    stale_reads: u32,
    failing_writes: u32,
    puts: u32,
}

impl MemorySecretStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `count` reads of a current version answer the one before it, as an eventually consistent store may.
    pub fn answer_stale(&self, count: u32) {
        self.lock().stale_reads = count;
    }

    /// The next `count` writes fail without having happened.
    pub fn fail_writes(&self, count: u32) {
        self.lock().failing_writes = count;
    }

    /// How many versions were written after the first ones.
    #[must_use]
    pub fn puts(&self) -> u32 {
        self.lock().puts
    }

    /// All versions of every secret, the oldest first: to keep them elsewhere.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<String, Vec<Secret>> {
        self.lock().secrets.clone()
    }

    /// Puts these in place of everything that it holds.
    pub fn restore(&self, secrets: BTreeMap<String, Vec<Secret>>) {
        self.lock().secrets = secrets;
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(name: &str) -> SecretError {
    SecretError::NotFound { name: name.to_owned() }
}

impl Content {
    fn versions(&self, name: &str) -> Result<&Vec<Secret>, SecretError> {
        self.secrets.get(name).ok_or_else(|| not_found(name))
    }

    fn fail_if_told(&mut self) -> Result<(), SecretError> {
        if self.failing_writes == 0 {
            return Ok(());
        }
        self.failing_writes -= 1;
        Err(SecretError::Unavailable("told to fail".into()))
    }
}

#[async_trait]
impl SecretStore for MemorySecretStore {
    async fn current(&self, name: &str) -> Result<Secret, SecretError> {
        let mut content = self.lock();
        let versions = content.versions(name)?;
        let (newest, before) = (versions.last().cloned(), versions.iter().rev().nth(1).cloned());
        if content.stale_reads > 0 && before.is_some() {
            content.stale_reads -= 1;
            return before.ok_or_else(|| not_found(name));
        }
        newest.ok_or_else(|| not_found(name))
    }

    async fn version(&self, name: &str, version: &SecretVersion) -> Result<Secret, SecretError> {
        let content = self.lock();
        let found = content.versions(name)?.iter().find(|secret| secret.version == *version);
        found.cloned().ok_or_else(|| not_found(name))
    }

    async fn create(&self, name: &str, value: &Sensitive<String>) -> Result<SecretVersion, SecretError> {
        let mut content = self.lock();
        content.fail_if_told()?;
        if content.secrets.contains_key(name) {
            return Err(SecretError::AlreadyExists { name: name.to_owned() });
        }
        content.created += 1;
        let version = SecretVersion::new(format!("first-{}", content.created));
        let secret = Secret { value: value.clone(), version: version.clone() };
        content.secrets.insert(name.to_owned(), vec![secret]);
        Ok(version)
    }

    async fn put(
        &self,
        name: &str,
        read: &SecretVersion,
        value: &Sensitive<String>,
    ) -> Result<SecretVersion, SecretError> {
        let mut content = self.lock();
        content.fail_if_told()?;
        let version = next_version(read);
        let versions = content.secrets.get_mut(name).ok_or_else(|| not_found(name))?;
        if let Some(existing) = versions.iter().find(|secret| secret.version == version) {
            let same = existing.value == *value;
            return if same { Ok(version) } else { Err(SecretError::Conflict { name: name.to_owned() }) };
        }
        versions.push(Secret { value: value.clone(), version: version.clone() });
        content.puts += 1;
        Ok(version)
    }

    async fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.lock().secrets.remove(name);
        Ok(())
    }
}
