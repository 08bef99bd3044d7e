//! The one place of the functions behind API Gateway that reads environment variables; each is declared here.

use identity::{IssuerSettings, PublicAddress, RoleGroups};
use url::Url;

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
/// Where people reach the product.
const PUBLIC_ADDRESS: &str = "PUBLIC_ADDRESS";
/// The issuer of identity tokens.
const IDENTITY_ISSUER: &str = "IDENTITY_ISSUER";
/// The product's client id at the issuer.
const IDENTITY_CLIENT_ID: &str = "IDENTITY_CLIENT_ID";
/// Where the issuer's keys are, when its discovery document does not say.
const IDENTITY_KEYS_ADDRESS: &str = "IDENTITY_KEYS_ADDRESS";
/// The claim with a person's groups.
const IDENTITY_GROUPS_CLAIM: &str = "IDENTITY_GROUPS_CLAIM";
/// The group of administrators.
const GROUP_ADMINISTRATORS: &str = "GROUP_ADMINISTRATORS";
/// The group of contributors.
const GROUP_CONTRIBUTORS: &str = "GROUP_CONTRIBUTORS";
/// The group of viewers.
const GROUP_VIEWERS: &str = "GROUP_VIEWERS";
/// The operator's privacy notice.
const PRIVACY_NOTICE: &str = "PRIVACY_NOTICE";
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
    /// Where people reach the product.
    pub public_address: PublicAddress,
    /// Whose identity tokens are accepted, and how its groups give roles.
    pub issuer: IssuerSettings,
    /// The operator's privacy notice.
    pub privacy_notice: Option<Url>,
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
    /// People could not reach the product, or not safely.
    #[error("the environment variable {PUBLIC_ADDRESS} cannot be used")]
    PublicAddress(#[source] identity::AddressError),
    /// Not an address.
    #[error("the environment variable {PRIVACY_NOTICE} must be an address that begins with https://")]
    PrivacyNotice,
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
            public_address: PublicAddress::parse(&public_address).map_err(SettingsError::PublicAddress)?,
            issuer: issuer(&filled)?,
            privacy_notice: filled(PRIVACY_NOTICE).map(|text| privacy_notice(&text)).transpose()?,
            service,
        })
    }
}

fn issuer(filled: &impl Fn(&'static str) -> Option<String>) -> Result<IssuerSettings, SettingsError> {
    let required = |name| filled(name).ok_or(SettingsError::Missing(name));
    let usual = IssuerSettings::new(required(IDENTITY_ISSUER)?, required(IDENTITY_CLIENT_ID)?);
    let groups = RoleGroups {
        administrator: filled(GROUP_ADMINISTRATORS).unwrap_or(usual.groups.administrator),
        contributor: filled(GROUP_CONTRIBUTORS).unwrap_or(usual.groups.contributor),
        viewer: filled(GROUP_VIEWERS).unwrap_or(usual.groups.viewer),
    };
    Ok(IssuerSettings {
        keys_address: filled(IDENTITY_KEYS_ADDRESS),
        groups_claim: filled(IDENTITY_GROUPS_CLAIM).unwrap_or(usual.groups_claim),
        groups,
        ..usual
    })
}

/// It becomes a link in a page.
fn privacy_notice(text: &str) -> Result<Url, SettingsError> {
    Url::parse(text).ok().filter(|url| url.scheme() == "https").ok_or(SettingsError::PrivacyNotice)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENOUGH: [(&str, &str); 6] = [
        (STATE_BUCKET, "state"),
        (SEGMENTS_BUCKET, "segments"),
        (STATE_MACHINE_ARN, "arn:aws:states:eu-central-1:111122223333:stateMachine:runs"),
        (PUBLIC_ADDRESS, "https://exports.example.com"),
        (IDENTITY_ISSUER, "https://issuer.example.com"),
        (IDENTITY_CLIENT_ID, "client"),
    ];

    /// The settings of `ENOUGH` with `changes`; an empty value counts as not set.
    fn read(changes: &[(&'static str, &str)]) -> Result<Settings, SettingsError> {
        let all: Vec<_> = changes.iter().chain(&ENOUGH).copied().collect();
        Settings::from_lookup(|name| {
            all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn refusal(changes: &[(&'static str, &str)]) -> String {
        read(changes).unwrap_err().to_string()
    }

    #[test]
    fn six_are_enough() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.segments_prefix, "segments/");
        assert_eq!(settings.secrets_prefix, "segment-export/");
        assert_eq!(settings.issuer, IssuerSettings::new("https://issuer.example.com", "client"));
        assert_eq!((settings.service, settings.privacy_notice), (None, None));
    }

    #[test]
    fn the_issuers_own_names_are_taken() {
        let settings = read(&[
            (IDENTITY_GROUPS_CLAIM, "groups"),
            (GROUP_ADMINISTRATORS, "admins"),
            (GROUP_CONTRIBUTORS, "marketing"),
            (GROUP_VIEWERS, "everybody"),
            (IDENTITY_KEYS_ADDRESS, "https://issuer.example.com/keys"),
            (PRIVACY_NOTICE, "https://example.com/privacy"),
        ])
        .unwrap();
        assert_eq!(settings.issuer.groups_claim, "groups");
        assert_eq!(settings.issuer.groups.administrator, "admins");
        assert_eq!(settings.issuer.groups.contributor, "marketing");
        assert_eq!(settings.issuer.groups.viewer, "everybody");
        assert_eq!(settings.issuer.keys_address.as_deref(), Some("https://issuer.example.com/keys"));
        assert_eq!(settings.privacy_notice.unwrap().as_str(), "https://example.com/privacy");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, _) in ENOUGH {
            assert!(refusal(&[(name, " ")]).contains(name), "{name}");
        }
        assert!(refusal(&[(SEGMENTS_PREFIX, "a")]).contains(SEGMENTS_PREFIX));
        assert!(refusal(&[(API_BASE, "https://localhost/v3")]).contains(AUTHORIZATION_BASE));
        assert!(refusal(&[(PUBLIC_ADDRESS, "http://exports.example.com")]).contains(PUBLIC_ADDRESS));
        assert!(refusal(&[(PRIVACY_NOTICE, "javascript:alert(1)")]).contains(PRIVACY_NOTICE));
    }

    #[test]
    fn every_variable_is_described() {
        let description = include_str!("../../README.md");
        for name in [
            STATE_BUCKET,
            SEGMENTS_BUCKET,
            SEGMENTS_PREFIX,
            SECRETS_PREFIX,
            STATE_MACHINE_ARN,
            PUBLIC_ADDRESS,
            IDENTITY_ISSUER,
            IDENTITY_CLIENT_ID,
            IDENTITY_KEYS_ADDRESS,
            IDENTITY_GROUPS_CLAIM,
            GROUP_ADMINISTRATORS,
            GROUP_CONTRIBUTORS,
            GROUP_VIEWERS,
            PRIVACY_NOTICE,
            API_BASE,
            AUTHORIZATION_BASE,
        ] {
            assert!(description.contains(&format!("`{name}`")), "{name}");
        }
    }
}
