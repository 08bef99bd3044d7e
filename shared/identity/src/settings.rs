//! Which issuer's tokens are accepted, and how its groups give roles.

use url::Url;

use crate::address::{AddressError, checked};
use crate::role::RoleGroups;

/// The issuer of identity tokens, as an operator sets it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// The issuer's identifier, compared to the letter with a token's `iss`. For Amazon Cognito
    /// `https://cognito-idp.<region>.amazonaws.com/<user pool id>` (documented).
    pub issuer: String,
    /// The client id, compared to the letter with a token's `aud`.
    pub audience: String,
    /// Where the issuer's keys (JWKS) are. Usually absent: the discovery document says it.
    pub keys_address: Option<String>,
    /// The claim that lists a person's groups: `cognito:groups` for Amazon Cognito, often `groups` elsewhere.
    pub groups_claim: String,
    /// The groups that give roles.
    pub groups: RoleGroups,
}

/// Why the settings cannot be used; all of it is found at start.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// One of the addresses.
    #[error("the address of the {which} cannot be used")]
    Address {
        /// Which one.
        which: &'static str,
        /// What is wrong with it.
        #[source]
        source: AddressError,
    },
    /// A setting without a value.
    #[error("the {which} must not be empty")]
    Empty {
        /// Which one.
        which: &'static str,
    },
    /// One group would give two roles.
    #[error("the groups of two roles have the same name; give each role its own group")]
    SameGroups,
    /// The HTTP library could not start.
    #[error("the HTTP client could not be set up")]
    HttpClient(#[source] reqwest::Error),
}

impl IssuerSettings {
    /// Settings with the usual names: Cognito's groups claim, and the groups `viewers`, `contributors` and
    /// `administrators`.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            keys_address: None,
            groups_claim: "cognito:groups".to_owned(),
            groups: RoleGroups::default(),
        }
    }

    /// The issuer's address, once everything is found to be usable.
    pub(crate) fn check(&self) -> Result<Url, SettingsError> {
        let groups = &self.groups;
        for (which, value) in [
            ("audience (client id)", &self.audience),
            ("name of the groups claim", &self.groups_claim),
            ("viewers' group", &groups.viewer),
            ("contributors' group", &groups.contributor),
            ("administrators' group", &groups.administrator),
        ] {
            if value.is_empty() {
                return Err(SettingsError::Empty { which });
            }
        }
        if groups.viewer == groups.contributor
            || groups.viewer == groups.administrator
            || groups.contributor == groups.administrator
        {
            return Err(SettingsError::SameGroups);
        }
        let issuer =
            checked(&self.issuer).map_err(|source| SettingsError::Address { which: "issuer", source })?;
        if issuer.query().is_some() {
            return Err(SettingsError::Address { which: "issuer", source: AddressError::Cluttered });
        }
        Ok(issuer)
    }

    pub(crate) fn keys_url(&self) -> Result<Option<Url>, SettingsError> {
        let keys = self.keys_address.as_deref().map(checked).transpose();
        keys.map_err(|source| SettingsError::Address { which: "issuer's keys", source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_settings_are_found_at_start() {
        let sound = IssuerSettings::new("https://issuer.example.com/pool", "client");
        assert!(sound.check().is_ok());
        let plain = IssuerSettings { issuer: "http://issuer.example.com".to_owned(), ..sound.clone() };
        assert!(matches!(plain.check(), Err(SettingsError::Address { which: "issuer", .. })));
        let anybody = IssuerSettings { audience: String::new(), ..sound.clone() };
        assert!(matches!(anybody.check(), Err(SettingsError::Empty { .. })));
        let mut same = sound.clone();
        same.groups.viewer = same.groups.administrator.clone();
        assert!(matches!(same.check(), Err(SettingsError::SameGroups)));
        let keys = IssuerSettings { keys_address: Some("ftp://example.com".to_owned()), ..sound };
        assert!(matches!(keys.keys_url(), Err(SettingsError::Address { which: "issuer's keys", .. })));
    }
}
