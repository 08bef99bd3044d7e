//! Why a sign-in did not come about.

use domain::{Classified, FailureClass};

use crate::cookies::CookieTooLarge;
use crate::error::IdentityError;
use crate::fetch::FetchError;
use crate::return_path::ReturnPath;

/// Why a sign-in did not come about. No variant holds a code, a token or a secret.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The browser came back without a cookie of this sign-in: it took over 10 minutes, it was completed already, or
    /// it was begun elsewhere.
    #[error("this sign-in was not begun in this browser or took too long; sign in again")]
    NotBegun,
    /// The state that came back is not the one that was sent.
    #[error("the answer belongs to another sign-in; sign in again")]
    WrongState,
    /// A silent renewal is not possible: send the person to an ordinary sign-in, with this return path.
    #[error("the identity provider wants to see the person; sign in again")]
    InteractionNeeded {
        /// Where the person wanted to go.
        return_path: ReturnPath,
    },
    /// The identity provider says no, or the person did.
    #[error("the identity provider refuses the sign-in ({error}); sign in again")]
    Refused {
        /// Its word for the reason (OAuth 2), or `unreadable`.
        error: String,
    },
    /// The code could not be exchanged: used up, too old, or this product is not set up as the identity provider
    /// expects.
    #[error(
        "the identity provider does not accept the exchange (status {status}, {error}); sign in again, and check \
         client id, client secret and redirect address if that does not help"
    )]
    ExchangeRefused {
        /// HTTP status.
        status: u16,
        /// Its word for the reason (OAuth 2), or `unreadable`.
        error: String,
    },
    /// A fresh sign-in was asked for, and the token does not prove one.
    #[error("the identity provider does not confirm that the person has just signed in; sign in again")]
    NotFresh {
        /// Where the person wanted to go.
        return_path: ReturnPath,
    },
    /// The token that came back was not accepted.
    #[error("the identity provider's answer was not accepted")]
    Identity(#[source] IdentityError),
    /// The identity provider is out of reach, or its discovery document cannot be used.
    #[error("the identity provider is not available; try again in a moment")]
    Unavailable(#[source] FetchError),
    /// The session does not fit.
    #[error("the session could not be kept")]
    Cookie(#[source] CookieTooLarge),
}

impl Classified for SignInError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Unavailable(_) => FailureClass::Retry,
            Self::Identity(error) => error.class(),
            _ => FailureClass::NeedsPerson,
        }
    }
}

/// The issuer's word for an error, if it is nothing but a word.
pub(super) fn word(text: Option<&str>) -> String {
    let is_word = |text: &&str| {
        !text.is_empty()
            && text.len() <= 60
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    text.filter(is_word).unwrap_or("unreadable").to_owned()
}
