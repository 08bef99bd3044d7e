//! Why a token does not say who is asking.

use domain::{Classified, FailureClass, Sensitive};

use crate::fetch::FetchError;

/// Why there is no [`Person`](crate::Person). No variant holds the token or shows what is in it.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The request brings no token.
    #[error("nobody is signed in; sign in first")]
    Missing,
    /// The token was good and has ended.
    #[error("the sign-in has expired; sign in again")]
    Expired,
    /// The token is from the future: one of the two clocks is wrong.
    #[error("the token is not valid yet; check the clocks of this system and of the identity provider")]
    NotYetValid,
    /// Signed by the issuer, but not an identity token for this product.
    #[error("the token is not an identity token for this product (its `{claim}` does not fit); sign in here")]
    NotOurs {
        /// The claim that tells.
        claim: &'static str,
    },
    /// No token at all, signed by somebody else, changed on the way, or with an algorithm that is not accepted.
    #[error("the token is damaged or was not signed by the identity provider; sign in again")]
    Tampered,
    /// The issuer publishes no such key.
    #[error("the token is signed with a key that the identity provider does not publish; sign in again")]
    UnknownKey,
    /// The token answers another sign-in than this browser began.
    #[error("the token belongs to another sign-in; sign in again")]
    WrongNonce,
    /// Known, and in none of the groups that give a role.
    #[error(
        "the signed-in person has no role in this product; ask an administrator of the identity provider for one"
    )]
    NoRole {
        /// The person's lasting id, for the log.
        subject: String,
        /// For a page that tells the person under which name they are signed in.
        display_name: Sensitive<String>,
    },
    /// The issuer's keys could not be had, so nothing can be said about the token.
    #[error("the identity provider's keys are not available; try again in a moment")]
    KeysUnavailable(#[source] FetchError),
}

/// What an [`IdentityError`] means for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Sign in (again): HTTP status 401, or a redirection to the sign-in.
    Unauthenticated,
    /// Signing in again does not help: HTTP status 403.
    Forbidden,
    /// Ask again later: HTTP status 502. The token may be a good one; do not sign the person out.
    Unavailable,
}

impl IdentityError {
    /// What this means for the answer.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::NoRole { .. } => Refusal::Forbidden,
            Self::KeysUnavailable(_) => Refusal::Unavailable,
            _ => Refusal::Unauthenticated,
        }
    }
}

impl Classified for IdentityError {
    fn class(&self) -> FailureClass {
        match self.refusal() {
            Refusal::Unavailable => FailureClass::Retry,
            Refusal::Unauthenticated | Refusal::Forbidden => FailureClass::NeedsPerson,
        }
    }
}
