//! What a sign-in remembers between the browser's departure and its return.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Random, Sensitive};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Prompt;
use crate::cookies::SIGN_IN_SECONDS;
use crate::forms::random_text;
use crate::return_path::ReturnPath;

/// Lies in a cookie of the browser that signs in. Nobody else can set it, and everything in it is checked again, so
/// it is not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    /// Comes back with the browser.
    pub(super) state: Sensitive<String>,
    /// Comes back in the identity token.
    pub(super) nonce: Sensitive<String>,
    /// The secret whose digest went with the browser (PKCE).
    pub(super) verifier: Sensitive<String>,
    pub(super) return_path: ReturnPath,
    pub(super) prompt: Prompt,
    begun_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    s: String,
    n: String,
    v: String,
    r: String,
    p: Prompt,
    t: i64,
}

impl Pending {
    pub(super) fn new(random: &dyn Random, prompt: Prompt, return_path: ReturnPath, now: Timestamp) -> Self {
        let secret = || Sensitive::new(random_text(random));
        Self { state: secret(), nonce: secret(), verifier: secret(), return_path, prompt, begun_at: now }
    }

    /// The S256 challenge (RFC 7636, section 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.expose().as_bytes()))
    }

    pub(super) fn to_cookie(&self) -> String {
        let wire = Wire {
            s: self.state.expose().clone(),
            n: self.nonce.expose().clone(),
            v: self.verifier.expose().clone(),
            r: self.return_path.as_str().to_owned(),
            p: self.prompt,
            t: self.begun_at.as_second(),
        };
        // A structure of texts and numbers always has a JSON form.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Nothing when the cookie is not one of ours or too old.
    pub(super) fn from_cookie(value: &str, now: Timestamp) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
        let begun_at = Timestamp::from_second(wire.t).ok()?;
        if now.duration_since(begun_at).as_secs() > SIGN_IN_SECONDS {
            return None;
        }
        Some(Self {
            state: Sensitive::new(wire.s),
            nonce: Sensitive::new(wire.n),
            verifier: Sensitive::new(wire.v),
            return_path: ReturnPath::or_home(Some(&wire.r)),
            prompt: wire.p,
            begun_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;
    use jiff::SignedDuration;

    use super::*;

    fn pending() -> Pending {
        let path = ReturnPath::parse("/exports?status=failure").unwrap();
        Pending::new(&ManualRandom::new(1), Prompt::Fresh, path, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn it_survives_the_cookie_for_ten_minutes() {
        let cookie = pending().to_cookie();
        let after = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        assert_eq!(Pending::from_cookie(&cookie, after(600)), Some(pending()));
        assert_eq!(Pending::from_cookie(&cookie, after(601)), None);
        assert_eq!(Pending::from_cookie("e30", after(0)), None);
        assert_eq!(Pending::from_cookie("%", after(0)), None);
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Sensitive::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let pending = Pending { verifier, ..pending() };
        assert_eq!(pending.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_tampered_return_path_leads_home() {
        let mut wire: Wire =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(pending().to_cookie()).unwrap()).unwrap();
        wire.r = "//example.net".to_owned();
        let cookie = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap());
        let read = Pending::from_cookie(&cookie, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(read.return_path, ReturnPath::home());
    }
}
