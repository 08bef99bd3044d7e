//! Proof that a form was sent from one of the console's own pages (against cross-site request forgery).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Random, Sensitive};

use crate::person::Person;

/// Separates these tokens from anything else that the secret might ever authenticate.
const PURPOSE: &[u8] = b"segment-export form\n";

/// A secret of one browser, in a cookie of its own that scripts cannot read. Every form carries [`FormSecret::token`]
/// in a hidden field; another site can neither read the field nor, thanks to `__Host-`, set the cookie.
///
/// It is kept for as long as the same person signs in again in the same browser, whether or not a page was shown for it,
/// and until a day after the session has ended. It is renewed for another person, with a fresh sign-in
/// ([`Prompt::Fresh`](crate::Prompt::Fresh)), and after signing out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormSecret(Sensitive<String>);

impl FormSecret {
    /// A new secret of 256 random bits. [`SignIn`](crate::SignIn) makes them; tests of pages may need one.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        Self(Sensitive::new(random_text(random)))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        is_random_text(text).then(|| Self(Sensitive::new(text.to_owned())))
    }

    pub(crate) fn text(&self) -> &str {
        self.0.expose()
    }

    /// The hidden field of a form that is shown to `person`.
    #[must_use]
    pub fn token(&self, person: &Person) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key(), &message(person)))
    }

    /// Whether `token` came from a form that was shown to `person` in this browser. Check the origin as well:
    /// [`PublicAddress::is_own_origin`](crate::PublicAddress::is_own_origin).
    #[must_use]
    pub fn accepts(&self, person: &Person, token: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(token)
            .is_ok_and(|tag| hmac::verify(&self.key(), &message(person), &tag).is_ok())
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.expose().as_bytes())
    }
}

fn message(person: &Person) -> Vec<u8> {
    [PURPOSE, person.subject.as_bytes()].concat()
}

/// 256 random bits as 43 characters that fit into addresses and cookies.
pub(crate) fn random_text(random: &dyn Random) -> String {
    let bytes = [random.next_u128().to_be_bytes(), random.next_u128().to_be_bytes()].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `text` has the form of [`random_text`].
pub(crate) fn is_random_text(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;
    use jiff::Timestamp;

    use super::*;
    use crate::role::Role;

    fn person(subject: &str) -> Person {
        Person {
            subject: subject.to_owned(),
            display_name: Sensitive::new(subject.to_owned()),
            email: None,
            role: Role::Administrator,
            authenticated_at: None,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_form_counts_for_its_own_browser_and_person_only() {
        let random = ManualRandom::new(7);
        let (secret, other) = (FormSecret::new(&random), FormSecret::new(&random));
        let token = secret.token(&person("1"));
        assert!(secret.accepts(&person("1"), &token));
        assert!(!secret.accepts(&person("2"), &token));
        assert!(!other.accepts(&person("1"), &token));
        for wrong in ["", "x", &token[1..], &format!("{token}A"), &token.to_lowercase()] {
            assert!(!secret.accepts(&person("1"), wrong), "{wrong}");
        }
    }

    #[test]
    fn a_secret_survives_its_cookie_and_nothing_else_is_one() {
        let secret = FormSecret::new(&ManualRandom::new(7));
        assert_eq!(FormSecret::read(secret.text()), Some(secret.clone()));
        assert_eq!(FormSecret::read(""), None);
        assert_eq!(FormSecret::read(&"ä".repeat(43)), None);
        assert!(!format!("{secret:?}").contains(secret.text()));
    }
}
