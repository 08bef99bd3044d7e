//! From a token to a person.

use std::fmt;
use std::sync::Arc;

use domain::Clock;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use url::Url;

use crate::cached::Cached;
use crate::claims::{self, Claims};
use crate::discovery::{self, Discovery};
use crate::error::IdentityError;
use crate::fetch::{FetchError, Fetcher};
use crate::keys::{self, KeySet};
use crate::person::Person;
use crate::settings::{IssuerSettings, SettingsError};

/// More fits into no header that API Gateway lets through (10,240 bytes in all, documented).
const LONGEST_TOKEN: usize = 16 * 1024;

/// Verifies identity tokens. Make one for each process and share it: it keeps the issuer's keys.
pub struct Verifier {
    settings: IssuerSettings,
    discovery_address: Url,
    keys_address: Option<Url>,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    discovery: Cached<Discovery>,
    keys: Cached<KeySet>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier for one issuer. Nothing is fetched before the first token is verified.
    ///
    /// # Errors
    /// [`SettingsError`] when a setting cannot be used.
    pub fn new(settings: IssuerSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let issuer = settings.check()?;
        Ok(Self {
            discovery_address: discovery::address(&issuer),
            keys_address: settings.keys_url()?,
            fetcher: Fetcher::new(&issuer)?,
            settings,
            clock,
            discovery: Cached::default(),
            keys: Cached::default(),
        })
    }

    /// The person to whom the issuer gave `token`: an identity token, from a bearer header or from the session cookie.
    ///
    /// # Errors
    /// [`IdentityError`]; [`IdentityError::refusal`] says what to answer.
    pub async fn verify(&self, token: &str) -> Result<Person, IdentityError> {
        self.verified(token, None).await
    }

    /// As [`Self::verify`]; the token must also carry the nonce that was sent with the sign-in.
    pub(crate) async fn verified(&self, token: &str, nonce: Option<&str>) -> Result<Person, IdentityError> {
        claims::person(&self.signed(token).await?, &self.settings, nonce, self.clock.now())
    }

    /// What the issuer has signed; nothing in it is judged yet.
    async fn signed(&self, token: &str) -> Result<Claims, IdentityError> {
        if token.is_empty() {
            return Err(IdentityError::Missing);
        }
        if token.len() > LONGEST_TOKEN {
            return Err(IdentityError::Tampered);
        }
        // The header is not verified yet: it only selects among the issuer's own keys.
        let header = decode_header(token).map_err(|_| IdentityError::Tampered)?;
        let known = matches!(header.alg, Algorithm::RS256 | Algorithm::ES256);
        // Extensions that must be understood (RFC 7515, section 4.1.11); we understand none.
        if !known || header.crit.is_some() {
            return Err(IdentityError::Tampered);
        }
        let keys = self.keys(header.kid.as_deref(), header.alg).await?;
        let key = keys.find(header.kid.as_deref(), header.alg).ok_or(IdentityError::UnknownKey)?;
        let token =
            decode::<Claims>(token, key, &signature_only(header.alg)).map_err(|_| IdentityError::Tampered)?;
        Ok(token.claims)
    }

    /// Of whom the issuer once said that it is `token`'s person, whether or not the token has ended since: for nothing but
    /// telling who was in this browser before. Nobody may do anything by it.
    pub(crate) async fn subject_of_ended(&self, token: &str) -> Option<String> {
        let claims = self.signed(token).await.ok()?;
        claims::subject_of_ended(&claims, &self.settings, self.clock.now())
    }

    async fn keys(&self, id: Option<&str>, algorithm: Algorithm) -> Result<Arc<KeySet>, IdentityError> {
        let suits = |keys: &KeySet| keys.find(id, algorithm).is_some();
        let fetch = || async {
            let document = match &self.keys_address {
                Some(address) => self.fetcher.get(address, keys::DOCUMENT).await?,
                None => self.fetcher.get(&self.discovery().await?.keys, keys::DOCUMENT).await?,
            };
            KeySet::read(&document)
        };
        let found = self.keys.get(&*self.clock, keys::DOCUMENT, suits, fetch).await;
        found.map_err(IdentityError::KeysUnavailable)
    }

    pub(crate) async fn discovery(&self) -> Result<Arc<Discovery>, FetchError> {
        let fetch = || discovery::fetch(&self.fetcher, &self.discovery_address, &self.settings.issuer);
        self.discovery.get(&*self.clock, discovery::DOCUMENT, |_| true, fetch).await
    }

    pub(crate) const fn settings(&self) -> &IssuerSettings {
        &self.settings
    }

    pub(crate) const fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

/// The library verifies the signature alone: it would judge the times by the system's clock.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// The token of an `Authorization` header.
///
/// # Errors
/// [`IdentityError::Missing`] when there is no header, or one of another scheme.
pub fn bearer(authorization: Option<&str>) -> Result<&str, IdentityError> {
    let (scheme, token) =
        authorization.and_then(|value| value.split_once(' ')).ok_or(IdentityError::Missing)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        Ok(token)
    } else {
        Err(IdentityError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bearer_scheme_brings_a_token() {
        assert_eq!(bearer(Some("Bearer a.b.c")).unwrap(), "a.b.c");
        assert_eq!(bearer(Some("bearer  a.b.c ")).unwrap(), "a.b.c");
        for other in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic YTpi"), Some("a.b.c")] {
            assert!(matches!(bearer(other), Err(IdentityError::Missing)), "{other:?}");
        }
    }
}
