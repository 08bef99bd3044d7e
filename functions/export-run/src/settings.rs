//! The one place of this function that reads environment variables; each is declared here with what it is for.

use url::Url;

/// The private bucket with the product's state.
const STATE_BUCKET: &str = "STATE_BUCKET";

/// The bucket with the segments.
const SEGMENTS_BUCKET: &str = "SEGMENTS_BUCKET";

/// Where segments lie in their bucket.
const SEGMENTS_PREFIX: &str = "SEGMENTS_PREFIX";

/// What the names of all secrets begin with.
const SECRETS_PREFIX: &str = "SECRETS_PREFIX";

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
pub(crate) struct Settings {
    /// The bucket with the state.
    pub(crate) state_bucket: String,
    /// The bucket with the segments.
    pub(crate) segments_bucket: String,
    /// Where segments lie in it.
    pub(crate) segments_prefix: String,
    /// What the names of all secrets begin with.
    pub(crate) secrets_prefix: String,
    /// The bus for notifications.
    pub(crate) event_bus: String,
    /// The console's address, for links in notifications.
    pub(crate) console: Option<Url>,
    /// Where the service and its authorization server are, when not where the vendor has them.
    pub(crate) service: Option<(String, String)>,
}

/// A setting that is missing or cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// It has no default.
    #[error("the environment variable {0} is not set; set it in the function's configuration")]
    Missing(&'static str),
    /// It would be glued to the next name.
    #[error("the environment variable {SEGMENTS_PREFIX} must end with '/' or be empty")]
    Prefix,
    /// Tokens would be sent to the one server and renewed at the other.
    #[error("set both environment variables {API_BASE} and {AUTHORIZATION_BASE}, or neither")]
    HalfService,
    /// Links in notifications would lead nowhere.
    #[error(
        "the environment variable {PUBLIC_ADDRESS} is no address; write it like https://exports.example.com"
    )]
    PublicAddress(#[source] url::ParseError),
}

impl Settings {
    /// Reads all variables, once at the start.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub(crate) fn read() -> Result<Self, SettingsError> {
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
        let console = filled(PUBLIC_ADDRESS).map(|address| Url::parse(&address)).transpose();
        Ok(Self {
            state_bucket: required(STATE_BUCKET)?,
            segments_bucket: required(SEGMENTS_BUCKET)?,
            segments_prefix,
            secrets_prefix: filled(SECRETS_PREFIX).unwrap_or_else(|| "segment-export/".to_owned()),
            event_bus: filled(EVENT_BUS).unwrap_or_else(|| "default".to_owned()),
            console: console.map_err(SettingsError::PublicAddress)?,
            service,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const BUCKETS: [(&str, &str); 2] = [(STATE_BUCKET, "state"), (SEGMENTS_BUCKET, "segments")];

    #[test]
    fn two_buckets_are_enough() {
        let settings = read(&BUCKETS).unwrap();
        assert_eq!(settings.segments_prefix, "segments/");
        assert_eq!(settings.secrets_prefix, "segment-export/");
        assert_eq!(settings.service, None);
    }

    #[test]
    fn an_empty_prefix_means_the_whole_bucket() {
        let settings = read(&[BUCKETS[0], BUCKETS[1], (SEGMENTS_PREFIX, "")]).unwrap();
        assert_eq!(settings.segments_prefix, "");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert_eq!(read(&[BUCKETS[0]]), Err(SettingsError::Missing(SEGMENTS_BUCKET)));
        assert_eq!(read(&[(STATE_BUCKET, " "), BUCKETS[1]]), Err(SettingsError::Missing(STATE_BUCKET)));
        assert_eq!(read(&[BUCKETS[0], BUCKETS[1], (SEGMENTS_PREFIX, "a")]), Err(SettingsError::Prefix));
        let half = read(&[BUCKETS[0], BUCKETS[1], (API_BASE, "https://localhost/v3")]);
        assert_eq!(half, Err(SettingsError::HalfService));
        let address = read(&[BUCKETS[0], BUCKETS[1], (PUBLIC_ADDRESS, "exports")]);
        assert!(matches!(address, Err(SettingsError::PublicAddress(_))), "{address:?}");
    }

    #[test]
    fn every_variable_is_described() {
        let description = include_str!("../README.md");
        for name in [
            STATE_BUCKET,
            SEGMENTS_BUCKET,
            SEGMENTS_PREFIX,
            SECRETS_PREFIX,
            EVENT_BUS,
            PUBLIC_ADDRESS,
            API_BASE,
            AUTHORIZATION_BASE,
        ] {
            assert!(description.contains(&format!("`{name}`")), "{name}");
        }
    }
}
