//! Where AWS is, as Lambda says it in the environment of every function.

use url::Url;

use super::SettingsError;
use crate::environment::{
    AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_EVENTBRIDGE, AWS_ENDPOINT_URL_SFN, AWS_REGION,
    Environment,
};

/// The region, and the servers that are not AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsSettings {
    /// The function's region.
    pub region: String,
    /// The server for every service, when it is not AWS's own.
    pub endpoint: Option<Url>,
    /// The server for Step Functions, when it is another one.
    pub step_functions: Option<Url>,
    /// The server for EventBridge, when it is another one.
    pub event_bridge: Option<Url>,
}

impl AwsSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let region = environment.filled(AWS_REGION).or_else(|| environment.filled(AWS_DEFAULT_REGION));
        Ok(Self {
            region: region.ok_or(SettingsError::Missing(AWS_REGION))?,
            endpoint: server(environment, AWS_ENDPOINT_URL)?,
            step_functions: server(environment, AWS_ENDPOINT_URL_SFN)?,
            event_bridge: server(environment, AWS_ENDPOINT_URL_EVENTBRIDGE)?,
        })
    }
}

fn server(environment: &Environment, name: &'static str) -> Result<Option<Url>, SettingsError> {
    let address = environment.filled(name).map(|address| Url::parse(&address)).transpose();
    address.map_err(|source| SettingsError::Server { name, source })
}
