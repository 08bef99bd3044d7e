//! The one place of this function that reads environment variables; each is declared here with what it is for.

use identity::PublicAddress;

/// The private bucket with the product's state.
const STATE_BUCKET: &str = "STATE_BUCKET";

/// The bucket with the segments.
const SEGMENTS_BUCKET: &str = "SEGMENTS_BUCKET";

/// Where segments lie in their bucket.
const SEGMENTS_PREFIX: &str = "SEGMENTS_PREFIX";

/// What the names of all secrets begin with.
const SECRETS_PREFIX: &str = "SECRETS_PREFIX";

/// The state machine that advances runs.
const STATE_MACHINE_ARN: &str = "STATE_MACHINE_ARN";

/// The bus for notifications.
const EVENT_BUS: &str = "EVENT_BUS";

/// Where people reach the console.
const PUBLIC_ADDRESS: &str = "PUBLIC_ADDRESS";

/// Another server than Constant Contact's.
const API_BASE: &str = "CONSTANT_CONTACT_API_BASE";

/// Another authorization server than Constant Contact's.
const AUTHORIZATION_BASE: &str = "CONSTANT_CONTACT_AUTHORIZATION_BASE";

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The bucket with the state.
    pub state_bucket: String,
    /// The bucket with the segments.
    pub segments_bucket: String,
    /// Where segments lie in it.
    pub segments_prefix: String,
    /// What the names of all secrets begin with.
    pub secrets_prefix: String,
    /// The state machine that advances runs.
    pub state_machine: String,
    /// The bus for notifications.
    pub event_bus: String,
    /// Where people reach the console.
    pub public_address: PublicAddress,
    /// Where the service and its authorization server are, when not where the vendor has them.
    pub service: Option<(String, String)>,
}

/// A setting that is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It has no default.
    #[error("the environment variable {0} is not set; set it in the function's configuration")]
    Missing(&'static str),
    /// It would be glued to the next name.
    #[error("the environment variable {SEGMENTS_PREFIX} must end with '/' or be empty")]
    Prefix,
    /// Tokens would be sent to the one server and renewed at the other.
    #[error("set both environment variables {API_BASE} and {AUTHORIZATION_BASE}, or neither")]
    HalfService,
    /// Links would lead nowhere, or be unsafe.
    #[error("the environment variable {PUBLIC_ADDRESS} cannot be used")]
    PublicAddress(#[source] identity::AddressError),
}

impl Settings {
    /// Reads all variables, once at the start.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read() -> Result<Self, SettingsError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    fn from_lookup(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, SettingsError> {
        let filled = |name| lookup(name).filter(|value| !value.trim().is_empty());
        let required = |name| filled(name).ok_or(SettingsError::Missing(name));
        let segments_prefix = lookup(SEGMENTS_PREFIX).unwrap_or_else(|| "segments/".to_owned());
        if !segments_prefix.is_empty() && !segments_prefix.ends_with('/') {
            return Err(SettingsError::Prefix);
        }
        let service = match (filled(API_BASE), filled(AUTHORIZATION_BASE)) {
            (Some(api), Some(authorization)) => Some((api, authorization)),
            (None, None) => None,
            _ => return Err(SettingsError::HalfService),
        };
        let public_address = required(PUBLIC_ADDRESS)?;
        Ok(Self {
            state_bucket: required(STATE_BUCKET)?,
            segments_bucket: required(SEGMENTS_BUCKET)?,
            segments_prefix,
            secrets_prefix: filled(SECRETS_PREFIX).unwrap_or_else(|| "segment-export/".to_owned()),
            state_machine: required(STATE_MACHINE_ARN)?,
            event_bus: filled(EVENT_BUS).unwrap_or_else(|| "default".to_owned()),
            public_address: PublicAddress::parse(&public_address).map_err(SettingsError::PublicAddress)?,
            service,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Settings, String> {
        let lookup = |name| {
            variables.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::from_lookup(lookup).map_err(|error| error.to_string())
    }

    const ENOUGH: [(&str, &str); 4] = [
        (STATE_BUCKET, "state"),
        (SEGMENTS_BUCKET, "segments"),
        (STATE_MACHINE_ARN, "arn:aws:states:us-east-1:123456789012:stateMachine:Run"),
        (PUBLIC_ADDRESS, "https://exports.example.com"),
    ];

    #[test]
    fn what_has_a_default_can_be_left_out() {
        let settings = read(&ENOUGH).unwrap();
        assert_eq!(settings.segments_prefix, "segments/");
        assert_eq!(settings.secrets_prefix, "segment-export/");
        assert_eq!(settings.event_bus, "default");
        assert_eq!(settings.service, None);
    }

    #[test]
    fn what_has_none_is_named() {
        for (missing, _) in ENOUGH {
            let rest: Vec<_> = ENOUGH.into_iter().filter(|(name, _)| *name != missing).collect();
            assert!(read(&rest).unwrap_err().contains(missing), "{missing}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, value) in [
            (SEGMENTS_PREFIX, "segments"),
            (API_BASE, "https://localhost/v3"),
            (PUBLIC_ADDRESS, "http://exports.example.com"),
        ] {
            let mut variables = ENOUGH.to_vec();
            variables.push((name, value));
            assert!(read(&variables).unwrap_err().contains(name), "{name}");
        }
    }

    #[test]
    fn every_variable_is_described() {
        let description = include_str!("../README.md");
        for name in [
            STATE_BUCKET,
            SEGMENTS_BUCKET,
            SEGMENTS_PREFIX,
            SECRETS_PREFIX,
            STATE_MACHINE_ARN,
            EVENT_BUS,
            PUBLIC_ADDRESS,
            API_BASE,
            AUTHORIZATION_BASE,
        ] {
            assert!(description.contains(&format!("`{name}`")), "{name}");
        }
    }
}
