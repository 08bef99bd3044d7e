//! A secret with its versions and stages, and the rules by which they change.

use std::io;

use axum::http::StatusCode;
use domain::Sensitive;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) const CURRENT: &str = "AWSCURRENT";
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";
/// Secrets Manager keeps about this many versions that have no stage.
const UNSTAGED: usize = 100;

/// Why a call is refused, in Secrets Manager's own classes.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("there is no such secret, or no such version of it")]
    NotFound,
    #[error("{0}")]
    Exists(&'static str),
    #[error("{0}")]
    InvalidParameter(&'static str),
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("the request is not signed with the credentials of this service")]
    Signature,
    #[error("the embedded Secrets Manager does not know this call")]
    UnknownOperation,
    #[error("the secret could not be stored: {0}")]
    Io(#[from] io::Error),
}

impl Refusal {
    pub(super) fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotFound => (StatusCode::BAD_REQUEST, "ResourceNotFoundException"),
            Self::Exists(_) => (StatusCode::BAD_REQUEST, "ResourceExistsException"),
            Self::InvalidParameter(_) => (StatusCode::BAD_REQUEST, "InvalidParameterException"),
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "InvalidRequestException"),
            Self::Signature => (StatusCode::BAD_REQUEST, "InvalidSignatureException"),
            Self::UnknownOperation => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
            Self::Io(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        }
    }
}

/// The secret itself; binary ones as base64, as they travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Content {
    #[serde(rename = "SecretString")]
    Text(Sensitive<String>),
    #[serde(rename = "SecretBinary")]
    Binary(Sensitive<String>),
}

impl Content {
    pub(super) fn new(
        text: Option<Sensitive<String>>,
        binary: Option<Sensitive<String>>,
    ) -> Result<Option<Self>, Refusal> {
        match (text, binary) {
            (Some(_), Some(_)) => {
                Err(Refusal::InvalidParameter("give either SecretString or SecretBinary, not both"))
            }
            (Some(text), None) => Ok(Some(Self::Text(text))),
            (None, Some(binary)) => Ok(Some(Self::Binary(binary))),
            (None, None) => Ok(None),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) stages: Vec<String>,
    pub(super) created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) created: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) deleted: Option<Timestamp>,
    /// The oldest first.
    pub(super) versions: Vec<Version>,
}

impl Secret {
    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub(super) fn staged(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.stages.iter().any(|found| found == stage))
    }

    /// Adds a version, or recognises one that was added before. The same token with another content is refused:
    /// that makes a token derived from the version that was read a compare-and-swap.
    pub(super) fn add(
        &mut self,
        id: &str,
        content: &Content,
        stages: &[String],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(version) = self.version(id) {
            return if version.content == *content {
                Ok(())
            } else {
                Err(Refusal::Exists("a version with this ClientRequestToken has another content"))
            };
        }
        self.versions.push(Version {
            id: id.to_owned(),
            content: content.clone(),
            stages: Vec::new(),
            created: now,
        });
        for stage in stages {
            self.move_stage(stage, Some(id));
        }
        self.changed = now;
        self.forget_old_versions();
        Ok(())
    }

    /// Takes a stage from the version that has it and gives it to `target`. When the current version changes,
    /// the one before becomes the previous one.
    pub(super) fn move_stage(&mut self, stage: &str, target: Option<&str>) {
        let before = self.staged(stage).map(|version| version.id.clone());
        for version in &mut self.versions {
            version.stages.retain(|found| found != stage);
            if Some(version.id.as_str()) == target {
                version.stages.push(stage.to_owned());
            }
        }
        if stage == CURRENT && before.is_some() && before.as_deref() != target {
            self.move_stage(PREVIOUS, before.as_deref());
        }
    }

    fn forget_old_versions(&mut self) {
        let unstaged = self.versions.iter().filter(|version| version.stages.is_empty()).count();
        let mut superfluous = unstaged.saturating_sub(UNSTAGED);
        self.versions.retain(|version| {
            let forgotten = superfluous > 0 && version.stages.is_empty();
            superfluous -= usize::from(forgotten);
            !forgotten
        });
    }
}
