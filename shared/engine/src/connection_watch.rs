//! No request without its connection: access tokens that are given out only while the connection is there.

use std::sync::Arc;

use async_trait::async_trait;
use catalog::{Connection, connection_key};
use constant_contact::{AccessTokenError, AccessTokens};
use domain::Sensitive;
use domain::identifier::ConnectionId;
use store::Documents;

/// The tokens of a connection, as long as nobody removes it. The client asks for a token right before each request,
/// so that an administrator who removes a connection stops everything before its next request, whatever it waits for
/// and whatever tokens its process remembers. Runs have it; whoever else makes requests for a connection wraps its
/// tokens likewise.
#[derive(Debug)]
pub struct WatchedTokens {
    tokens: Arc<dyn AccessTokens>,
    documents: Documents,
    connection: ConnectionId,
}

impl WatchedTokens {
    /// `tokens` as long as `connection` is among `documents` and is not being removed; then
    /// [`AccessTokenError::ConnectionRemoved`].
    #[must_use]
    pub const fn new(tokens: Arc<dyn AccessTokens>, documents: Documents, connection: ConnectionId) -> Self {
        Self { tokens, documents, connection }
    }

    async fn still_there(&self) -> Result<(), AccessTokenError> {
        match self.documents.load::<Connection>(&connection_key(&self.connection)).await {
            Ok(Some(found)) if !found.content.removing => Ok(()),
            Ok(_) => Err(AccessTokenError::ConnectionRemoved),
            Err(error) => Err(AccessTokenError::Unavailable(Box::new(error))),
        }
    }
}

#[async_trait]
impl AccessTokens for WatchedTokens {
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError> {
        self.still_there().await?;
        self.tokens.access_token().await
    }

    async fn renew(&self, refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError> {
        self.still_there().await?;
        self.tokens.renew(refused).await
    }
}
