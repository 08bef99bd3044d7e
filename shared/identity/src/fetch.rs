//! Small documents from the issuer, within bounds of time and size.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::Url;

use crate::address::is_loopback;
use crate::settings::SettingsError;

/// A key set has about 1 kB for each key, and a token endpoint's answer less than 10 kB.
const LARGEST: usize = 256 * 1024;

/// A person waits for the answer, and API Gateway waits no longer than 29 s (documented).
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a document of the issuer could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or not in time.
    #[error("the identity provider does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// Another answer than a document.
    #[error("the identity provider answers with status {status}")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// Not what the standard says.
    #[error("the identity provider's {document} cannot be used: {reason}")]
    Unusable {
        /// Which document.
        document: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It was asked a moment ago, and not successfully; it is left alone until a short pause is over.
    #[error("the identity provider was asked a moment ago without success")]
    Pausing,
}

/// An answer whose status is for the caller to judge.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Absent when the body is no JSON.
    pub(crate) body: Option<Value>,
}

/// Speaks with the issuer.
#[derive(Debug, Clone)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    /// An issuer elsewhere must not send us to services on this machine.
    loopback: bool,
}

impl Fetcher {
    pub(crate) fn new(issuer: &Url) -> Result<Self, SettingsError> {
        let loopback = is_loopback(issuer);
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("segment-export/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT);
        if loopback {
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build().map_err(SettingsError::HttpClient)?, loopback })
    }

    /// An address that the issuer named, if it may be used.
    pub(crate) fn address(&self, text: &str) -> Option<Url> {
        crate::address::checked(text).ok().filter(|url| self.loopback || !is_loopback(url))
    }

    pub(crate) async fn get(&self, url: &Url, document: &'static str) -> Result<Value, FetchError> {
        let answer = send(self.http.get(url.clone()), document).await?;
        if !answer.status.is_success() {
            return Err(FetchError::Status { status: answer.status.as_u16() });
        }
        answer.body.ok_or(FetchError::Unusable { document, reason: "it is not JSON" })
    }

    /// Sends a form; `basic` is user name and password as the `Authorization` header takes them.
    pub(crate) async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
        document: &'static str,
    ) -> Result<Answer, FetchError> {
        let mut request = self.http.post(url.clone()).form(form);
        if let Some((user, password)) = basic {
            request = request.basic_auth(user, Some(password));
        }
        send(request, document).await
    }
}

async fn send(request: RequestBuilder, document: &'static str) -> Result<Answer, FetchError> {
    let request = request.header("accept", "application/json");
    let mut response: Response =
        request.send().await.map_err(|error| FetchError::Unreachable(error.without_url()))?;
    let mut body = Vec::new();
    while let Some(part) =
        response.chunk().await.map_err(|error| FetchError::Unreachable(error.without_url()))?
    {
        if body.len() + part.len() > LARGEST {
            return Err(FetchError::Unusable { document, reason: "it is too large" });
        }
        body.extend_from_slice(&part);
    }
    Ok(Answer { status: response.status(), body: serde_json::from_slice(&body).ok() })
}
