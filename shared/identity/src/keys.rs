//! The issuer's published keys (JWKS, RFC 7517).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::fetch::FetchError;

pub(crate) const DOCUMENT: &str = "key set";

/// The keys that may have signed a token.
#[derive(Debug)]
pub(crate) struct KeySet(Vec<PublishedKey>);

#[derive(Debug)]
struct PublishedKey {
    id: Option<String>,
    /// A key is used with one algorithm only, whatever a token says.
    algorithm: Algorithm,
    key: DecodingKey,
}

impl KeySet {
    /// Reads the usable keys. Others, such as those for encryption or of newer kinds, are passed over.
    pub(crate) fn read(document: &Value) -> Result<Self, FetchError> {
        let unusable = |reason| FetchError::Unusable { document: DOCUMENT, reason };
        let keys =
            document.get("keys").and_then(Value::as_array).ok_or(unusable("it has no list of keys"))?;
        let usable: Vec<_> = keys.iter().filter_map(published).collect();
        if usable.is_empty() { Err(unusable("it has no key for RS256 or ES256")) } else { Ok(Self(usable)) }
    }

    /// The key that a token names. A token may leave the name out where the issuer has only one key for its
    /// algorithm (OpenID Connect Core 1.0, section 10.1).
    pub(crate) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fitting = self.0.iter().filter(|key| key.algorithm == algorithm);
        match id {
            Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)).map(|found| &found.key),
            None => match (fitting.next(), fitting.next()) {
                (Some(only), None) => Some(&only.key),
                _ => None,
            },
        }
    }
}

fn published(document: &Value) -> Option<PublishedKey> {
    let key: Jwk = serde_json::from_value(document.clone()).ok()?;
    if key.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = match &key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(parameters) if parameters.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        _ => return None,
    };
    if key.common.key_algorithm.is_some_and(|named| named != algorithm.into()) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    Some(PublishedKey { id: key.common.key_id, algorithm, key: decoding })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(id: &str) -> Value {
        json!({"kty": "RSA", "kid": id, "use": "sig", "n": "sXch", "e": "AQAB"})
    }

    #[test]
    fn keys_of_other_kinds_are_passed_over() {
        let mut encryption = rsa("encryption");
        encryption["use"] = "enc".into();
        let mut longer = rsa("longer");
        longer["alg"] = "RS512".into();
        let set = json!({"keys": [
            {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
            {"kty": "EC", "kid": "p384", "crv": "P-384", "x": "AA", "y": "AA"},
            {"kty": "EC", "kid": "other", "crv": "secp256k1", "x": "AA", "y": "AA"},
            {"kty": "unheard-of", "kid": "new"},
            "not a key",
            encryption, longer, rsa("good"),
        ]});
        let set = KeySet::read(&set).unwrap();
        assert_eq!(set.0.len(), 1);
        assert!(set.find(Some("good"), Algorithm::RS256).is_some());
        assert!(set.find(Some("good"), Algorithm::ES256).is_none());
        assert!(set.find(None, Algorithm::RS256).is_some());
    }

    #[test]
    fn a_token_must_name_its_key_where_there_are_several() {
        let set = KeySet::read(&json!({"keys": [rsa("one"), rsa("two")]})).unwrap();
        assert!(set.find(None, Algorithm::RS256).is_none());
        assert!(KeySet::read(&json!({"keys": []})).is_err());
        assert!(KeySet::read(&json!([])).is_err());
    }
}
