//! Where everything lies; every function needs it.

use super::{AwsSettings, SettingsError};
use crate::environment::{
    API_BASE, AUTHORIZATION_BASE, Environment, SECRETS_PREFIX, SEGMENTS_BUCKET, SEGMENTS_PREFIX, STATE_BUCKET,
};

/// Where the state, the segments and the secrets lie, and where AWS and Constant Contact are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonSettings {
    /// The bucket with the state.
    pub state_bucket: String,
    /// The bucket with the segments.
    pub segments_bucket: String,
    /// Where segments lie in it; ends with a slash or is empty.
    pub segments_prefix: String,
    /// What the names of all secrets begin with.
    pub secrets_prefix: String,
    /// Where the service and its authorization server are, when not where the vendor has them.
    pub service: Option<(String, String)>,
    /// Where AWS is.
    pub aws: AwsSettings,
}

impl CommonSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let segments_prefix = environment.raw(SEGMENTS_PREFIX).unwrap_or_else(|| "segments/".to_owned());
        if !segments_prefix.is_empty() && !segments_prefix.ends_with('/') {
            return Err(SettingsError::Prefix);
        }
        let service = match (environment.filled(API_BASE), environment.filled(AUTHORIZATION_BASE)) {
            (Some(api), Some(authorization)) => Some((api, authorization)),
            (None, None) => None,
            _ => return Err(SettingsError::HalfService),
        };
        Ok(Self {
            state_bucket: environment.required(STATE_BUCKET)?,
            segments_bucket: environment.required(SEGMENTS_BUCKET)?,
            segments_prefix,
            secrets_prefix: environment
                .filled(SECRETS_PREFIX)
                .unwrap_or_else(|| "segment-export/".to_owned()),
            service,
            aws: AwsSettings::read(environment)?,
        })
    }
}
