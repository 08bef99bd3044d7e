//! The key that signs the tokens.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use domain::Sensitive;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};

use crate::settings::IssuerError;

/// A key for ES256. Make one at the first start and keep its bytes where only the user can read them.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pkcs8: Sensitive<Vec<u8>>,
    encoding: EncodingKey,
    published: Jwk,
    id: String,
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`IssuerError::NoNewKey`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, IssuerError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| IssuerError::NoNewKey)?;
        Self::from_pkcs8(document.as_ref())
    }

    /// A key that was kept.
    ///
    /// # Errors
    /// [`IssuerError::Key`] when the bytes are not those of [`Self::pkcs8`].
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, IssuerError> {
        let encoding = EncodingKey::from_ec_der(bytes);
        let mut published =
            Jwk::from_encoding_key(&encoding, Algorithm::ES256).map_err(|_| IssuerError::Key)?;
        let id = published.thumbprint(ThumbprintHash::SHA256).map_err(|_| IssuerError::Key)?;
        published.common.key_id = Some(id.clone());
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { pkcs8: Sensitive::new(bytes.to_vec()), encoding, published, id })
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

    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> Result<String, IssuerError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.encoding).map_err(IssuerError::Signing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_key_is_the_same_key() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(key.pkcs8().expose()).unwrap();
        assert_eq!(key.key_set(), again.key_set());
        assert_ne!(key.key_set(), SigningKey::generate().unwrap().key_set());
        assert!(matches!(SigningKey::from_pkcs8(b"no key"), Err(IssuerError::Key)));
    }

    #[test]
    fn the_private_part_is_neither_published_nor_shown() {
        let key = SigningKey::generate().unwrap();
        let published = key.key_set();
        let names: Vec<_> = published["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert!(format!("{key:?}").contains("[sensitive]"));
    }
}
