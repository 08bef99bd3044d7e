//! Codes and tokens: unguessable, and of the lengths that real ones have.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Constant Contact: an access token is a JWT of 1,000 to 1,200 characters.
const SIGNATURE_BYTES: usize = 256;
const FILLER_BYTES: usize = 150;

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    if getrandom::fill(&mut bytes).is_err() {
        // Without randomness two tokens could be equal; the database's primary key then refuses the second.
        tracing::error!("the operating system gives no random numbers");
    }
    bytes
}

/// 43 characters; real refresh tokens have at most 50.
pub(super) fn short() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// Looks like the JWT that the service gives out; its signature is noise, since only the service itself reads it.
pub(super) fn access_token(client_id: &str, issued: i64, expires: i64) -> String {
    let header = json!({ "kid": URL_SAFE_NO_PAD.encode(random::<32>()), "alg": "RS256" });
    let claims = json!({
        "ver": 1,
        "jti": format!("AT.{}", short()),
        "iss": "https://identity.constantcontact.com/oauth2/aus1lm3ry9mF7x2Ja0h8",
        "aud": "https://api.cc.email/v3",
        "iat": issued.div_euclid(1_000),
        "exp": expires.div_euclid(1_000),
        "cid": client_id,
        "platform_user_id": URL_SAFE_NO_PAD.encode(random::<FILLER_BYTES>()),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&header), part(&claims), URL_SAFE_NO_PAD.encode(random::<SIGNATURE_BYTES>()))
}

/// PKCE, method S256 (RFC 7636).
pub(super) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{access_token, challenge_of};

    #[test]
    fn an_access_token_is_as_long_as_a_real_one() {
        let token = access_token("simulated-client", 0, 86_400_000);
        assert!((1_000..=1_200).contains(&token.len()), "{}", token.len());
        assert!(token.starts_with("eyJ"));
        assert_eq!(token.split('.').count(), 3);
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge_of(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
