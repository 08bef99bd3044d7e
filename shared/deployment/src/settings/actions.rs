//! What it takes to act: to change configuration and to start runs.

use identity::PublicAddress;

use super::SettingsError;
use crate::environment::{Environment, PUBLIC_ADDRESS, STATE_MACHINE_ARN};

/// What a function needs in which a person, a clock or an upload acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSettings {
    /// The ARN of the state machine that advances runs.
    pub state_machine: String,
    /// Where people reach the product.
    pub public_address: PublicAddress,
}

impl ActionSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let public_address = environment.required(PUBLIC_ADDRESS)?;
        Ok(Self {
            state_machine: environment.required(STATE_MACHINE_ARN)?,
            public_address: PublicAddress::parse(&public_address).map_err(SettingsError::PublicAddress)?,
        })
    }
}
