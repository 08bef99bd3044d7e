//! Why a function cannot serve.

use crate::settings::SettingsError;

/// Why a function cannot serve; a person has to change a setting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The addresses of Constant Contact.
    #[error("the addresses of Constant Contact cannot be used")]
    Service(#[from] constant_contact::SettingsError),
    /// The identity provider's.
    #[error("the settings of the identity provider cannot be used")]
    Identity(#[from] identity::SettingsError),
}
