//! What the environment says, by parts: a function reads those that it needs.

mod actions;
mod aws;
mod common;
mod console;
mod notifier;
#[cfg(test)]
mod tests;

pub use actions::ActionSettings;
pub use aws::AwsSettings;
pub use common::CommonSettings;
pub use console::ConsoleSettings;
pub use notifier::NotifierSettings;

use crate::environment::{API_BASE, AUTHORIZATION_BASE, PRIVACY_NOTICE, PUBLIC_ADDRESS, SEGMENTS_PREFIX};

/// A setting that is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It has no default.
    #[error("the environment variable {0} is not set; set it in the function's configuration")]
    Missing(&'static str),
    /// It would be glued to the next name.
    #[error("the environment variable {SEGMENTS_PREFIX} must end with '/' or be empty")]
    Prefix,
    /// Requests to AWS would go nowhere.
    #[error("the environment variable {name} is no address; write it like http://localhost:4566")]
    Server {
        /// The variable.
        name: &'static str,
        /// Why it is none.
        source: url::ParseError,
    },
    /// Tokens would be sent to the one server and renewed at the other.
    #[error("set both environment variables {API_BASE} and {AUTHORIZATION_BASE}, or neither")]
    HalfService,
    /// Links in notifications would lead nowhere.
    #[error(
        "the environment variable {PUBLIC_ADDRESS} is no address; write it like https://exports.example.com"
    )]
    Link(#[source] url::ParseError),
    /// People could not reach the product, or not safely.
    #[error("the environment variable {PUBLIC_ADDRESS} cannot be used")]
    PublicAddress(#[source] identity::AddressError),
    /// It becomes a link in a page.
    #[error("the environment variable {PRIVACY_NOTICE} must be an address that begins with https://")]
    PrivacyNotice,
}
