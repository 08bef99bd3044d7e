//! How the engine comes to a client on this machine.

use std::sync::Arc;

use async_trait::async_trait;
use constant_contact::{AccessTokens, ClientSettings, RequestGate};
use domain::identifier::ConnectionId;
use engine::{Connector, ConnectorError};

use crate::connect::Link;

/// The one connection of a data directory.
#[derive(Debug)]
pub(super) struct LocalConnector {
    pub(super) settings: ClientSettings,
    pub(super) link: Link,
}

#[async_trait]
impl Connector for LocalConnector {
    fn settings(&self) -> ClientSettings {
        self.settings.clone()
    }

    async fn tokens(&self, _connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError> {
        Ok(Arc::clone(&self.link.tokens))
    }

    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError> {
        Ok(self.link.gate.clone())
    }
}
