//! Where the issuer stands and for whom it issues tokens.

use domain::Sensitive;
use identity::RoleGroups;
use url::{Host, Url};

/// One issuer with one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// The issuer's identifier and address, such as `http://127.0.0.1:8081`, without a trailing slash.
    pub address: String,
    /// The only client.
    pub client_id: String,
    /// When given, the token endpoint asks for it (Basic authentication).
    pub client_secret: Option<Sensitive<String>>,
    /// Where the browser is sent back to; a request must name it to the letter.
    pub redirect_uri: String,
    /// Where the browser is sent after signing out; a request must name it to the letter.
    pub signed_out_uri: String,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// The groups of the three roles.
    pub groups: RoleGroups,
}

/// Why there is no issuer or no token.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The address would let others than this machine's user in, or is none.
    #[error(
        "the issuer's address must be http on this machine's loopback address, with a port and nothing after it"
    )]
    NotLoopback,
    /// The redirect addresses must be addresses.
    #[error("the {which} is not an address")]
    NotAnAddress {
        /// Which one.
        which: &'static str,
        /// What is wrong with it.
        #[source]
        source: url::ParseError,
    },
    /// The bytes are not a key that was exported earlier.
    #[error("the signing key cannot be read; delete it, and a new one is made (everybody signs in again)")]
    Key,
    /// The system has no randomness to give.
    #[error("no signing key could be made; try again")]
    NoNewKey,
    /// Signing failed.
    #[error("the token could not be signed")]
    Signing(#[source] jsonwebtoken::errors::Error),
}

impl IssuerSettings {
    /// Settings with the usual names, as `identity`'s settings have them, for a client without a secret.
    #[must_use]
    pub fn new(
        address: impl Into<String>,
        client_id: impl Into<String>,
        redirect_uri: impl Into<String>,
        signed_out_uri: impl Into<String>,
    ) -> Self {
        Self {
            address: address.into(),
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri: redirect_uri.into(),
            signed_out_uri: signed_out_uri.into(),
            groups_claim: "cognito:groups".to_owned(),
            groups: RoleGroups::default(),
        }
    }

    /// The authority that requests must be addressed to.
    pub(crate) fn check(&self) -> Result<String, IssuerError> {
        let url = Url::parse(&self.address).map_err(|_| IssuerError::NotLoopback)?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let authority = url.authority().to_owned();
        // The address is the `iss` of every token, so it must be written exactly so.
        let plain = !authority.contains('@') && url.port().is_some();
        if !loopback || !plain || self.address != format!("http://{authority}") {
            return Err(IssuerError::NotLoopback);
        }
        for (which, address) in
            [("redirect address", &self.redirect_uri), ("address after signing out", &self.signed_out_uri)]
        {
            Url::parse(address).map_err(|source| IssuerError::NotAnAddress { which, source })?;
        }
        Ok(authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("http://127.0.0.1:8081", true)]
    #[case("http://localhost:8081", true)]
    #[case("http://[::1]:8081", true)]
    #[case("http://127.0.0.1:8081/", false)]
    #[case("http://127.0.0.1", false)]
    #[case("https://127.0.0.1:8081", false)]
    #[case("http://0.0.0.0:8081", false)]
    #[case("http://192.168.1.1:8081", false)]
    #[case("http://issuer.example.com:8081", false)]
    #[case("http://ann@127.0.0.1:8081", false)]
    fn only_this_machine(#[case] address: &str, #[case] accepted: bool) {
        let settings =
            IssuerSettings::new(address, "client", "http://127.0.0.1:1/callback", "http://127.0.0.1:1/");
        assert_eq!(settings.check().is_ok(), accepted, "{address}");
    }
}
