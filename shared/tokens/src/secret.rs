//! What a secret store must do, and what can go wrong there.

use async_trait::async_trait;
use domain::{Classified, FailureClass, Sensitive};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The cause below an error of this crate. It never holds a secret.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One version of a secret, as the store names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretVersion(String);

impl SecretVersion {
    /// The version that the store calls `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The store's name of the version.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Namespace of the derived version ids; chosen once, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x6a0f_3b0e_8d55_4c1b_9f6e_2f7c_54d1_e0a3);

/// The version that follows `read`: whoever read the same version derives the same id, and only one of them can
/// write it.
#[must_use]
pub fn next_version(read: &SecretVersion) -> SecretVersion {
    SecretVersion(Uuid::new_v5(&NAMESPACE, read.0.as_bytes()).to_string())
}

/// A secret's value at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What is kept.
    pub value: Sensitive<String>,
    /// Which version this is.
    pub version: SecretVersion,
}

/// Why a secret could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is no such secret, or no such version of it.
    #[error("there is no such secret {name:?}")]
    NotFound {
        /// The secret.
        name: String,
    },
    /// The secret had to be new.
    #[error("secret {name:?} exists already")]
    AlreadyExists {
        /// The secret.
        name: String,
    },
    /// Somebody else wrote since the version that was read.
    #[error("secret {name:?} was changed by somebody else; read it again")]
    Conflict {
        /// The secret.
        name: String,
    },
    /// The secret store does not let us.
    #[error("access to secret {name:?} was denied; check the role's permissions")]
    AccessDenied {
        /// The secret.
        name: String,
    },
    /// The secret store is out of reach. A write may still have happened; repeating it is safe.
    #[error("the secret store did not answer as it should; trying again later is safe")]
    Unavailable(#[source] BoxError),
    /// Anything else.
    #[error("the secret store refused the request; the cause below says why")]
    Other(#[source] BoxError),
}

impl Classified for SecretError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Conflict { .. } | Self::Unavailable(_) => FailureClass::Retry,
            Self::NotFound { .. } | Self::AccessDenied { .. } => FailureClass::NeedsPerson,
            Self::AlreadyExists { .. } | Self::Other(_) => FailureClass::Permanent,
        }
    }
}

/// Keeps secrets in versions.
#[async_trait]
pub trait SecretStore: std::fmt::Debug + Send + Sync {
    /// What the store believes to be the current version: for a while after a write it may be the one before.
    async fn current(&self, name: &str) -> Result<Secret, SecretError>;

    /// Exactly this version.
    async fn version(&self, name: &str, version: &SecretVersion) -> Result<Secret, SecretError>;

    /// Creates a secret; `AlreadyExists` when there is one.
    async fn create(&self, name: &str, value: &Sensitive<String>) -> Result<SecretVersion, SecretError>;

    /// Writes the version after `read` and makes it the current one; `Conflict` when somebody else did. The same
    /// write again is a success.
    async fn put(
        &self,
        name: &str,
        read: &SecretVersion,
        value: &Sensitive<String>,
    ) -> Result<SecretVersion, SecretError>;

    /// Deletes a secret for good. One that is gone already is a success.
    async fn delete(&self, name: &str) -> Result<(), SecretError>;
}
