//! The secrets on the disk: a file for each, readable by its owner only.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::model::{CURRENT, Content, Refusal, Secret};
use super::protocol::{
    CreateSecret, DeleteSecret, Deleted, DescribeSecret, Description, GetSecretValue, ListedSecret, Listing,
    PutSecretValue, SecretValue, UpdateSecretVersionStage, Written,
};
use crate::server::make_private;
use crate::storage::{Ambience, Temporary, synchronise};

/// All secrets. A change is on the disk before it is seen or answered.
pub(super) struct Secrets {
    directory: PathBuf,
    ambience: Ambience,
    secrets: Mutex<BTreeMap<String, Secret>>,
}

impl Secrets {
    pub(super) fn open(directory: &Path, ambience: Ambience) -> io::Result<Self> {
        make_private(directory)?;
        let mut secrets = BTreeMap::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                // Without serde's message, which would quote the content.
                let secret: Secret = serde_json::from_slice(&fs::read(&path)?).map_err(|_| damaged(&path))?;
                secrets.insert(secret.name.clone(), secret);
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { directory: directory.to_owned(), ambience, secrets: Mutex::new(secrets) })
    }

    pub(super) fn create(&self, call: CreateSecret) -> Result<Written, Refusal> {
        let content = Content::new(call.secret_string, call.secret_binary)?;
        let token = self.token(call.client_request_token)?;
        let mut secrets = self.lock();
        let now = self.ambience.clock.now();
        let mut secret = match secrets.get(&call.name) {
            Some(present) if present.deleted.is_some() => return Err(being_deleted()),
            // The same call once more, because its answer was lost.
            Some(present) if content.is_some() && present.version(&token).is_some() => present.clone(),
            Some(_) => return Err(Refusal::Exists("a secret of this name exists already")),
            None => self.new_secret(call.name, now),
        };
        if let Some(content) = &content {
            secret.add(&token, content, &[CURRENT.to_owned()], now)?;
        }
        let version_id = content.map(|_| token);
        let written =
            Written { arn: secret.arn.clone(), name: secret.name.clone(), version_id, version_stages: None };
        self.store(&mut secrets, secret)?;
        Ok(written)
    }

    pub(super) fn put(&self, call: PutSecretValue) -> Result<Written, Refusal> {
        let content = Content::new(call.secret_string, call.secret_binary)?
            .ok_or(Refusal::InvalidParameter("give SecretString or SecretBinary"))?;
        let token = self.token(call.client_request_token)?;
        let stages = call.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
        let mut secrets = self.lock();
        let mut secret = find(&secrets, &call.secret_id)?.clone();
        secret.add(&token, &content, &stages, self.ambience.clock.now())?;
        let version_stages = secret.version(&token).map(|version| version.stages.clone());
        let written = Written {
            arn: secret.arn.clone(),
            name: secret.name.clone(),
            version_id: Some(token),
            version_stages,
        };
        self.store(&mut secrets, secret)?;
        Ok(written)
    }

    pub(super) fn value(&self, call: &GetSecretValue) -> Result<SecretValue, Refusal> {
        let secrets = self.lock();
        let secret = find(&secrets, &call.secret_id)?;
        let version = match (&call.version_id, &call.version_stage) {
            (Some(id), None) => secret.version(id),
            (Some(id), Some(stage)) => secret.version(id).filter(|version| version.stages.contains(stage)),
            (None, stage) => secret.staged(stage.as_deref().unwrap_or(CURRENT)),
        };
        let version = version.ok_or(Refusal::NotFound)?;
        Ok(SecretValue {
            arn: secret.arn.clone(),
            name: secret.name.clone(),
            version_id: version.id.clone(),
            content: version.content.clone(),
            version_stages: version.stages.clone(),
            created_date: seconds(version.created),
        })
    }

    pub(super) fn describe(&self, call: &DescribeSecret) -> Result<Description, Refusal> {
        let secrets = self.lock();
        let secret = find_even_deleted(&secrets, &call.secret_id)?;
        let staged = secret.versions.iter().filter(|version| !version.stages.is_empty());
        Ok(Description {
            arn: secret.arn.clone(),
            name: secret.name.clone(),
            created_date: seconds(secret.created),
            last_changed_date: seconds(secret.changed),
            deleted_date: secret.deleted.map(seconds),
            version_ids_to_stages: staged
                .map(|version| (version.id.clone(), version.stages.clone()))
                .collect(),
        })
    }

    pub(super) fn move_stage(&self, call: &UpdateSecretVersionStage) -> Result<Written, Refusal> {
        let mut secrets = self.lock();
        let mut secret = find(&secrets, &call.secret_id)?.clone();
        let target = call.move_to_version_id.as_deref();
        if target.is_some_and(|target| secret.version(target).is_none()) {
            return Err(Refusal::NotFound);
        }
        let holder = secret.staged(&call.version_stage).map(|version| version.id.as_str());
        if holder != target && holder != call.remove_from_version_id.as_deref() {
            return Err(Refusal::InvalidParameter(
                "RemoveFromVersionId must name the version that has the stage",
            ));
        }
        if call.version_stage == CURRENT && target.is_none() {
            return Err(Refusal::InvalidParameter("AWSCURRENT can be moved but not removed"));
        }
        secret.move_stage(&call.version_stage, target);
        secret.changed = self.ambience.clock.now();
        let (arn, name) = (secret.arn.clone(), secret.name.clone());
        self.store(&mut secrets, secret)?;
        Ok(Written { arn, name, version_id: None, version_stages: None })
    }

    pub(super) fn delete(&self, call: &DeleteSecret) -> Result<Deleted, Refusal> {
        let mut secrets = self.lock();
        let mut secret = find_even_deleted(&secrets, &call.secret_id)?.clone();
        let now = self.ambience.clock.now();
        let deleted =
            Deleted { arn: secret.arn.clone(), name: secret.name.clone(), deletion_date: seconds(now) };
        if call.force_delete_without_recovery {
            fs::remove_file(self.path(&secret.name))?;
            secrets.remove(&secret.name);
            synchronise(&self.directory)?;
        } else {
            secret.deleted = Some(now);
            self.store(&mut secrets, secret)?;
        }
        Ok(deleted)
    }

    pub(super) fn list(&self) -> Listing {
        let secrets = self.lock();
        let kept = secrets.values().filter(|secret| secret.deleted.is_none());
        let listed = kept.map(|secret| ListedSecret {
            arn: secret.arn.clone(),
            name: secret.name.clone(),
            created_date: seconds(secret.created),
            last_changed_date: seconds(secret.changed),
        });
        Listing { secret_list: listed.collect() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{}.json", URL_SAFE_NO_PAD.encode(Sha256::digest(name.as_bytes()))))
    }

    /// Secrets Manager's rule: 32 to 64 characters; the SDK makes one up when the caller gives none.
    fn token(&self, token: Option<String>) -> Result<String, Refusal> {
        let token = token.unwrap_or_else(|| self.ambience.random.uuid().to_string());
        if (32..=64).contains(&token.len()) {
            Ok(token)
        } else {
            Err(Refusal::InvalidParameter("a ClientRequestToken has 32 to 64 characters"))
        }
    }

    fn new_secret(&self, name: String, now: Timestamp) -> Secret {
        let suffix: String = self.ambience.random.uuid().simple().to_string().chars().take(6).collect();
        let arn = format!("arn:aws:secretsmanager:us-east-1:000000000000:secret:{name}-{suffix}");
        Secret { name, arn, created: now, changed: now, deleted: None, versions: Vec::new() }
    }

    fn store(&self, secrets: &mut BTreeMap<String, Secret>, secret: Secret) -> Result<(), Refusal> {
        let text = serde_json::to_vec(&secret).map_err(io::Error::from)?;
        let target = self.path(&secret.name);
        let unfinished = target.with_extension(self.ambience.random.uuid().to_string());
        let mut temporary = Temporary::create(unfinished, &self.ambience.space, 0o600)?;
        temporary.write(&text)?;
        temporary.synchronise()?;
        let old = fs::metadata(&target).map_or(0, |metadata| metadata.len());
        temporary.place(&target)?;
        self.ambience.space.release(old);
        secrets.insert(secret.name.clone(), secret);
        Ok(synchronise(&self.directory)?)
    }
}

fn damaged(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} is no secret's file", path.display()))
}

fn being_deleted() -> Refusal {
    Refusal::InvalidRequest("the secret is marked for deletion")
}

/// Secrets are named by name or by ARN.
fn find_even_deleted<'a>(secrets: &'a BTreeMap<String, Secret>, id: &str) -> Result<&'a Secret, Refusal> {
    secrets.get(id).or_else(|| secrets.values().find(|secret| secret.arn == id)).ok_or(Refusal::NotFound)
}

fn find<'a>(secrets: &'a BTreeMap<String, Secret>, id: &str) -> Result<&'a Secret, Refusal> {
    match find_even_deleted(secrets, id)? {
        secret if secret.deleted.is_some() => Err(being_deleted()),
        secret => Ok(secret),
    }
}

fn seconds(moment: Timestamp) -> f64 {
    moment.as_duration().as_secs_f64()
}
