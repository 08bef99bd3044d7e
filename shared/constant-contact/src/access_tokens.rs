//! Where the client gets its access token from; implemented by the `tokens` crate.

use async_trait::async_trait;
use domain::{Classified, FailureClass, Sensitive, until_minute};
use jiff::Timestamp;

/// Hands out the access token of one connection.
#[async_trait]
pub trait AccessTokens: std::fmt::Debug + Send + Sync {
    /// A token that is expected to be valid now.
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError>;

    /// Another token, after the service answered 401 to `refused`. When the current token is already another one
    /// than `refused`, that one is returned and nothing is renewed.
    async fn renew(&self, refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError>;
}

/// Why there is no access token.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// The authorization has ended: withdrawn, unused for 180 days, or its refresh token was lost.
    #[error("the connection needs to be authorised again; open its page and choose Reconnect")]
    NeedsReauthentication,
    /// The authorization server refuses the application itself.
    #[error("Constant Contact refuses the application's client id or secret; enter the current ones")]
    ApplicationRefused,
    /// Someone else is renewing the token and has not finished.
    #[error("the connection's token is being renewed elsewhere; try again after {}", until_minute(*until))]
    Busy {
        /// When it must have finished.
        until: Timestamp,
    },
    /// The authorization server or a store could not be reached.
    #[error("the connection's token is out of reach for the moment; try again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection was removed, or is being removed: no request is made with it any more.
    #[error("the connection was removed; give the export another one")]
    ConnectionRemoved,
    /// What was stored cannot be read.
    #[error("the connection's stored token cannot be read; the cause says what to do")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Classified for AccessTokenError {
    fn class(&self) -> FailureClass {
        match self {
            Self::NeedsReauthentication | Self::ApplicationRefused | Self::Unreadable(_) => {
                FailureClass::NeedsPerson
            }
            Self::ConnectionRemoved => FailureClass::Permanent,
            Self::Busy { .. } | Self::Unavailable(_) => FailureClass::Retry,
        }
    }
}

/// One token that cannot be renewed: for the first calls of a new authorization, before anything is stored.
#[derive(Debug, Clone)]
pub struct FixedAccessToken(Sensitive<String>);

impl FixedAccessToken {
    /// Hands out `token`, whatever happens.
    #[must_use]
    pub const fn new(token: Sensitive<String>) -> Self {
        Self(token)
    }
}

#[async_trait]
impl AccessTokens for FixedAccessToken {
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError> {
        Err(AccessTokenError::NeedsReauthentication)
    }
}
