//! How this product is registered at the issuer, and what a sign-in asks of the person.

use domain::Sensitive;
use serde::{Deserialize, Serialize};

use crate::address::PublicAddress;
use crate::person::FRESH;
use crate::return_path::ReturnPath;

/// How this product is registered at the issuer. The client id is the verifier's audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSettings {
    /// Where the console stands.
    pub public_address: PublicAddress,
    /// Where the browser comes back to; registered at the issuer together with the public address.
    pub callback_path: ReturnPath,
    /// Where the browser goes after signing out; some issuers want it registered, too.
    pub signed_out_path: ReturnPath,
    /// For a confidential client. A public one is protected by PKCE alone.
    pub client_secret: Option<Sensitive<String>>,
}

/// What a sign-in asks of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Whatever the issuer thinks right: usually nothing, if it still knows the browser.
    Ordinary,
    /// No page at all: renews an expired session, or ends in
    /// [`SignInError::InteractionNeeded`](crate::SignInError::InteractionNeeded).
    Silent,
    /// To sign in again, even if the issuer knows the browser. Completed only by a token that proves it.
    Fresh,
}

impl Prompt {
    /// What goes with the browser (OpenID Connect Core 1.0, section 3.1.2.1).
    pub(super) fn parameters(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Ordinary => Vec::new(),
            Self::Silent => vec![("prompt", "none".to_owned())],
            // Both: the second one makes the issuer put `auth_time` into the token.
            Self::Fresh => {
                vec![("prompt", "login".to_owned()), ("max_age", FRESH.as_secs().to_string())]
            }
        }
    }
}
