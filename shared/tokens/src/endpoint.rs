//! The token call, replaceable in tests.

use std::time::Duration;

use async_trait::async_trait;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, OAuthError, TokenGrant};
use domain::Sensitive;

/// Renews a grant at the authorization server.
#[async_trait]
pub trait TokenEndpoint: std::fmt::Debug + Send + Sync {
    /// One refresh. A rotating refresh token is used up by it, whatever comes back.
    async fn refresh(
        &self,
        application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError>;

    /// How long a refresh can take at most.
    fn timeout(&self) -> Duration;
}

#[async_trait]
impl TokenEndpoint for OAuthClient {
    async fn refresh(
        &self,
        application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError> {
        Self::refresh(self, application, refresh_token).await
    }

    fn timeout(&self) -> Duration {
        Self::timeout(self)
    }
}
