//! Proof keys (PKCE): whoever exchanges the code is who asked for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Random, Sensitive};
use sha2::{Digest, Sha256};

/// A secret for one authorization, and what of it may be shown.
#[derive(Debug, Clone)]
pub struct ProofKey {
    /// Kept until the code is exchanged.
    pub verifier: Sensitive<String>,
    /// Goes with the browser.
    pub challenge: String,
}

impl ProofKey {
    /// A new key of 256 random bits.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        let bytes = [random.next_u128().to_be_bytes(), random.next_u128().to_be_bytes()].concat();
        let verifier = URL_SAFE_NO_PAD.encode(bytes);
        Self { challenge: challenge(&verifier), verifier: Sensitive::new(verifier) }
    }
}

/// The S256 challenge of `verifier` (RFC 7636, section 4.2).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;

    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_verifier_has_a_permitted_length() {
        let key = ProofKey::new(&ManualRandom::new(3));
        assert_eq!(key.verifier.expose().len(), 43);
        assert_eq!(key.challenge, challenge(key.verifier.expose()));
    }
}
