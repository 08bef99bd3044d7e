//! What it takes to serve people.

use identity::{IssuerSettings, RoleGroups};
use url::Url;

use super::SettingsError;
use crate::environment::{
    Environment, GROUP_ADMINISTRATORS, GROUP_CONTRIBUTORS, GROUP_VIEWERS, IDENTITY_CLIENT_ID,
    IDENTITY_GROUPS_CLAIM, IDENTITY_ISSUER, IDENTITY_KEYS_ADDRESS, PRIVACY_NOTICE,
};

/// Who people are, and what they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSettings {
    /// Whose identity tokens are accepted, and how its groups give roles.
    pub issuer: IssuerSettings,
    /// The operator's privacy notice.
    pub privacy_notice: Option<Url>,
}

impl ConsoleSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let privacy_notice = environment.filled(PRIVACY_NOTICE).map(|text| privacy_notice(&text));
        Ok(Self { issuer: issuer(environment)?, privacy_notice: privacy_notice.transpose()? })
    }
}

fn issuer(environment: &Environment) -> Result<IssuerSettings, SettingsError> {
    let (issuer, client) =
        (environment.required(IDENTITY_ISSUER)?, environment.required(IDENTITY_CLIENT_ID)?);
    let usual = IssuerSettings::new(issuer, client);
    let groups = RoleGroups {
        administrator: environment.filled(GROUP_ADMINISTRATORS).unwrap_or(usual.groups.administrator),
        contributor: environment.filled(GROUP_CONTRIBUTORS).unwrap_or(usual.groups.contributor),
        viewer: environment.filled(GROUP_VIEWERS).unwrap_or(usual.groups.viewer),
    };
    Ok(IssuerSettings {
        keys_address: environment.filled(IDENTITY_KEYS_ADDRESS),
        groups_claim: environment.filled(IDENTITY_GROUPS_CLAIM).unwrap_or(usual.groups_claim),
        groups,
        ..usual
    })
}

fn privacy_notice(text: &str) -> Result<Url, SettingsError> {
    Url::parse(text).ok().filter(|url| url.scheme() == "https").ok_or(SettingsError::PrivacyNotice)
}
