//! The one place of the deployed functions that reads environment variables; each is declared here with what it is for.

use std::collections::BTreeMap;

use crate::settings::SettingsError;

/// The private bucket with the product's state.
pub(crate) const STATE_BUCKET: &str = "STATE_BUCKET";
/// The bucket with the segments.
pub(crate) const SEGMENTS_BUCKET: &str = "SEGMENTS_BUCKET";
/// Where segments lie in their bucket.
pub(crate) const SEGMENTS_PREFIX: &str = "SEGMENTS_PREFIX";
/// What the names of all secrets begin with.
pub(crate) const SECRETS_PREFIX: &str = "SECRETS_PREFIX";
/// Another server than Constant Contact's.
pub(crate) const API_BASE: &str = "CONSTANT_CONTACT_API_BASE";
/// Another authorization server than Constant Contact's.
pub(crate) const AUTHORIZATION_BASE: &str = "CONSTANT_CONTACT_AUTHORIZATION_BASE";
/// The bus for notifications.
pub(crate) const EVENT_BUS: &str = "EVENT_BUS";
/// Where people reach the product.
pub(crate) const PUBLIC_ADDRESS: &str = "PUBLIC_ADDRESS";
/// The state machine that advances runs.
pub(crate) const STATE_MACHINE_ARN: &str = "STATE_MACHINE_ARN";
/// The issuer of identity tokens.
pub(crate) const IDENTITY_ISSUER: &str = "IDENTITY_ISSUER";
/// The product's client id at the issuer.
pub(crate) const IDENTITY_CLIENT_ID: &str = "IDENTITY_CLIENT_ID";
/// Where the issuer's keys are, when its discovery document does not say.
pub(crate) const IDENTITY_KEYS_ADDRESS: &str = "IDENTITY_KEYS_ADDRESS";
/// The claim with a person's groups.
pub(crate) const IDENTITY_GROUPS_CLAIM: &str = "IDENTITY_GROUPS_CLAIM";
/// The group of administrators.
pub(crate) const GROUP_ADMINISTRATORS: &str = "GROUP_ADMINISTRATORS";
/// The group of contributors.
pub(crate) const GROUP_CONTRIBUTORS: &str = "GROUP_CONTRIBUTORS";
/// The group of viewers.
pub(crate) const GROUP_VIEWERS: &str = "GROUP_VIEWERS";
/// The operator's privacy notice.
pub(crate) const PRIVACY_NOTICE: &str = "PRIVACY_NOTICE";

/// The function's region, set by Lambda.
pub(crate) const AWS_REGION: &str = "AWS_REGION";
/// The same, by the name that other places of AWS give it.
pub(crate) const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// Another server than AWS's own.
pub(crate) const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// Another server for Step Functions.
pub(crate) const AWS_ENDPOINT_URL_SFN: &str = "AWS_ENDPOINT_URL_SFN";
/// Another server for EventBridge.
pub(crate) const AWS_ENDPOINT_URL_EVENTBRIDGE: &str = "AWS_ENDPOINT_URL_EVENTBRIDGE";

/// All of them; the role's credentials are left to the SDK's own reader, so that no secret is held here.
const NAMES: [&str; 22] = [
    STATE_BUCKET,
    SEGMENTS_BUCKET,
    SEGMENTS_PREFIX,
    SECRETS_PREFIX,
    API_BASE,
    AUTHORIZATION_BASE,
    EVENT_BUS,
    PUBLIC_ADDRESS,
    STATE_MACHINE_ARN,
    IDENTITY_ISSUER,
    IDENTITY_CLIENT_ID,
    IDENTITY_KEYS_ADDRESS,
    IDENTITY_GROUPS_CLAIM,
    GROUP_ADMINISTRATORS,
    GROUP_CONTRIBUTORS,
    GROUP_VIEWERS,
    PRIVACY_NOTICE,
    AWS_REGION,
    AWS_DEFAULT_REGION,
    AWS_ENDPOINT_URL,
    AWS_ENDPOINT_URL_SFN,
    AWS_ENDPOINT_URL_EVENTBRIDGE,
];

/// The environment variables, read once at the start; settings are read from it, by parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// One in which each variable has the value that `lookup` answers for its name.
    pub(crate) fn of(lookup: impl Fn(&'static str) -> Option<String>) -> Self {
        Self(NAMES.into_iter().filter_map(|name| Some((name, lookup(name)?))).collect())
    }

    /// The value as it is, for a variable in which the empty text means something.
    pub(crate) fn raw(&self, name: &'static str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// The value; an empty one counts as not set.
    pub(crate) fn filled(&self, name: &'static str) -> Option<String> {
        self.raw(name).filter(|value| !value.trim().is_empty())
    }

    /// The value of a variable without a default.
    pub(crate) fn required(&self, name: &'static str) -> Result<String, SettingsError> {
        self.filled(name).ok_or(SettingsError::Missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_described() {
        let description = include_str!("../README.md");
        for name in NAMES {
            assert!(description.contains(&format!("`{name}`")), "{name}");
        }
    }
}
