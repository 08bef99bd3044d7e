//! The key that signs the tokens.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair};
use domain::Sensitive;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};

use crate::settings::IssuerError;

/// So much of the PKCS #8 form of an RSA key (RFC 5208) stands before the key itself (RFC 8017), for every size that
/// signs today: lengths of four bytes around version and algorithm.
const BEFORE_RSA_KEY: usize = 26;

/// A key for ES256 or RS256. Make one at the first start and keep its bytes where only the user can read them.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pkcs8: Sensitive<Vec<u8>>,
    algorithm: Algorithm,
    encoding: EncodingKey,
    published: Jwk,
    id: String,
}

impl SigningKey {
    /// A new key for ES256.
    ///
    /// # Errors
    /// [`IssuerError::NoNewKey`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, IssuerError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| IssuerError::NoNewKey)?;
        Self::from_pkcs8(document.as_ref())
    }

    /// A new key for RS256: for who stands behind API Gateway's JWT authorizer, which knows RSA only (documented), as
    /// Amazon Cognito's own keys are. Takes some tenths of a second.
    ///
    /// # Errors
    /// [`IssuerError::NoNewKey`] when the system has no randomness to give.
    pub fn generate_rsa() -> Result<Self, IssuerError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| IssuerError::NoNewKey)?;
        let document: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| IssuerError::NoNewKey)?;
        Self::from_pkcs8(document.as_ref())
    }

    /// A key that was kept.
    ///
    /// # Errors
    /// [`IssuerError::Key`] when the bytes are not those of [`Self::pkcs8`].
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, IssuerError> {
        let elliptic = Self::of(bytes, Algorithm::ES256, EncodingKey::from_ec_der(bytes));
        elliptic.or_else(|error| match bytes.get(BEFORE_RSA_KEY..) {
            Some(key) => Self::of(bytes, Algorithm::RS256, EncodingKey::from_rsa_der(key)),
            None => Err(error),
        })
    }

    fn of(bytes: &[u8], algorithm: Algorithm, encoding: EncodingKey) -> Result<Self, IssuerError> {
        let mut published = Jwk::from_encoding_key(&encoding, algorithm).map_err(|_| IssuerError::Key)?;
        let id = published.thumbprint(ThumbprintHash::SHA256).map_err(|_| IssuerError::Key)?;
        published.common.key_id = Some(id.clone());
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { pkcs8: Sensitive::new(bytes.to_vec()), algorithm, encoding, published, id })
    }

    /// The bytes to keep (PKCS #8, DER).
    #[must_use]
    pub const fn pkcs8(&self) -> &Sensitive<Vec<u8>> {
        &self.pkcs8
    }

    /// What verifiers fetch.
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": [self.published] })
    }

    /// As the standards name it (RFC 7518).
    pub(crate) const fn algorithm(&self) -> &'static str {
        if matches!(self.algorithm, Algorithm::RS256) { "RS256" } else { "ES256" }
    }

    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> Result<String, IssuerError> {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.encoding).map_err(IssuerError::Signing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_key_is_the_same_key() {
        for generate in [SigningKey::generate, SigningKey::generate_rsa] {
            let key = generate().unwrap();
            let again = SigningKey::from_pkcs8(key.pkcs8().expose()).unwrap();
            assert_eq!(key.key_set(), again.key_set());
            assert_ne!(key.key_set(), generate().unwrap().key_set());
        }
        for other in [b"no key".as_slice(), b"no key, and longer than what stands before one"] {
            assert!(matches!(SigningKey::from_pkcs8(other), Err(IssuerError::Key)));
        }
    }

    #[test]
    fn the_private_part_is_neither_published_nor_shown() {
        let key = SigningKey::generate().unwrap();
        assert_eq!(published_names(&key), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert!(format!("{key:?}").contains("[sensitive]"));
        let key = SigningKey::generate_rsa().unwrap();
        assert_eq!(published_names(&key), ["alg", "e", "kid", "kty", "n", "use"]);
        assert!(format!("{key:?}").contains("[sensitive]"));
    }

    fn published_names(key: &SigningKey) -> Vec<String> {
        let published = key.key_set();
        published["keys"][0].as_object().unwrap().keys().cloned().collect()
    }
}
