//! Where notifications go; whoever sees runs change needs it.

use url::Url;

use super::SettingsError;
use crate::environment::{EVENT_BUS, Environment, PUBLIC_ADDRESS};

/// Where notifications go, and where they lead people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifierSettings {
    /// The name or ARN of the bus.
    pub event_bus: String,
    /// The console's address, for links; none without it.
    pub console: Option<Url>,
}

impl NotifierSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let console = environment.filled(PUBLIC_ADDRESS).map(|address| Url::parse(&address)).transpose();
        Ok(Self {
            event_bus: environment.filled(EVENT_BUS).unwrap_or_else(|| "default".to_owned()),
            console: console.map_err(SettingsError::Link)?,
        })
    }
}
