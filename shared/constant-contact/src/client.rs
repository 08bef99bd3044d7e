//! The client as its users hold it; the methods stand beside the types they return.

use std::sync::Arc;

use bytes::Bytes;
use domain::{Clock, Random};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::access_tokens::AccessTokens;
use crate::calls::CallObserver;
use crate::error::ServiceError;
use crate::exchange::Request;
use crate::gate::{Purpose, RequestGate, RequestKind};
use crate::page::Cursor;
use crate::settings::{ClientSettings, SettingsError};
use crate::transport::{Caller, Transport};

/// Speaks for one connection. Cloning is cheap and shares the network connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) transport: Arc<Transport>,
    pub(crate) caller: Caller,
}

impl Client {
    /// A client whose requests count as [`Purpose::Bulk`]; see [`Client::for_purpose`].
    ///
    /// # Errors
    /// [`SettingsError::HttpClient`] when the HTTP library cannot start.
    pub fn new(
        settings: ClientSettings,
        tokens: Arc<dyn AccessTokens>,
        gate: Arc<dyn RequestGate>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, SettingsError> {
        let transport = Transport::new(settings, tokens, gate, clock, random)?;
        let caller = Caller { purpose: Purpose::Bulk, observer: None };
        Ok(Self { transport: Arc::new(transport), caller })
    }

    /// The same client, its requests counted for `purpose`.
    #[must_use]
    pub fn for_purpose(&self, purpose: Purpose) -> Self {
        let caller = Caller { purpose, ..self.caller.clone() };
        Self { transport: Arc::clone(&self.transport), caller }
    }

    /// The same client, every request of which `observer` is told of: to show people the latest calls of a
    /// connection. It replaces an earlier observer; [`Client::for_purpose`] keeps it.
    #[must_use]
    pub fn with_observer(&self, observer: Arc<dyn CallObserver>) -> Self {
        let caller = Caller { observer: Some(observer), ..self.caller.clone() };
        Self { transport: Arc::clone(&self.transport), caller }
    }

    /// Reads `url`, whose path without ids is `template`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        template: &'static str,
        url: Url,
    ) -> Result<T, ServiceError> {
        let timeout = self.transport.settings.timeouts.request;
        let (method, kind) = (Method::GET, RequestKind::Read);
        let request = Request { method, url, template, kind, body: None, timeout };
        self.transport.json(&self.caller, request).await
    }

    /// Reads the page of `operation` that `after` points to, or `first`.
    pub(crate) async fn get_page<T: DeserializeOwned>(
        &self,
        template: &'static str,
        first: Url,
        after: Option<&Cursor>,
    ) -> Result<T, ServiceError> {
        let url = match after {
            None => first,
            Some(cursor) => cursor.resolve(&self.transport.url(template))?,
        };
        self.get(template, url).await
    }

    /// Sends `body` as JSON to the path `template`.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        template: &'static str,
        kind: RequestKind,
        body: &(impl Serialize + Sync),
    ) -> Result<T, ServiceError> {
        let body = serde_json::to_vec(body).map_err(|_| ServiceError::Invalid { status: 0, key: None })?;
        let timeout = self.transport.settings.timeouts.request;
        self.transport.json(&self.caller, self.post_request(template, kind, body.into(), timeout)).await
    }

    /// A finished body on its way to the path `template`.
    pub(crate) fn post_request(
        &self,
        template: &'static str,
        kind: RequestKind,
        body: Bytes,
        timeout: std::time::Duration,
    ) -> Request {
        let url = self.transport.url(template);
        Request { method: Method::POST, url, template, kind, body: Some(body), timeout }
    }
}
