//! The token call, replaceable in tests.

use std::time::Duration;

use async_trait::async_trait;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, OAuthError, TokenGrant};
use domain::Sensitive;

/// Renews and revokes grants at the authorization server.
#[async_trait]
pub trait TokenEndpoint: std::fmt::Debug + Send + Sync {
    /// One refresh. A rotating refresh token is used up by it, whatever comes back.
    async fn refresh(
        &self,
        application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError>;

    /// Asks the server to forget a grant that nobody keeps. Best effort: whether it confirmed that it did.
    async fn revoke(&self, application: &ApplicationCredentials, refresh_token: &Sensitive<String>) -> bool;

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

    async fn revoke(&self, application: &ApplicationCredentials, refresh_token: &Sensitive<String>) -> bool {
        Self::revoke(self, application, refresh_token).await
    }

    fn timeout(&self) -> Duration {
        Self::timeout(self)
    }
}
