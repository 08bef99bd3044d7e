//! The authorization server: the address a person is sent to, and the token calls.
//!
//! None of these passes the request gate: the server is another one, with its own limit of one request per second
//! (reported by the vendor's staff).

mod answer;
mod pkce;

use std::time::Duration;

use domain::{Classified, FailureClass, Sensitive};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::redaction::ErrorKey;
use crate::settings::{ClientSettings, SettingsError, join};

pub use answer::TokenGrant;
pub use pkce::{ProofKey, challenge};

/// What the product asks permission for: contacts and lists, the account's name, and refresh tokens.
pub const SCOPES: &str = "contact_data account_read offline_access";

/// How long an authorization code can be exchanged (reported by the vendor's staff). It works once.
pub const CODE_LIFETIME: Duration = Duration::from_mins(5);

/// The registered application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationCredentials {
    /// The application's key. The quota belongs to it.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Sensitive<String>,
}

/// Why there is no grant.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// Code or refresh token are used up, too old or withdrawn.
    #[error("Constant Contact no longer accepts this authorization; authorise the connection again")]
    InvalidGrant,
    /// Client id or secret are wrong.
    #[error("Constant Contact refuses the application's client id or secret; enter the current ones")]
    InvalidClient,
    /// The grant would end with its access token, after a day.
    #[error(
        "Constant Contact gave no refresh token; check that the application uses the server-side flow with \
         refresh tokens"
    )]
    MissingRefreshToken,
    /// Certainly not processed: not reached, or told to slow down.
    #[error("Constant Contact's authorization server is not available; try again later")]
    Unavailable(#[source] Option<reqwest::Error>),
    /// Sent, but without a clear answer. A rotating refresh token may be used up; trying it again does no harm,
    /// since it is either still good or already lost.
    #[error("Constant Contact's authorization server gave no clear answer; try again")]
    Unclear(#[source] Option<reqwest::Error>),
    /// Another refusal.
    #[error("Constant Contact's authorization server refuses the request (status {status}, {})", shown(.key.as_ref()))]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its name of the error.
        key: Option<ErrorKey>,
    },
}

fn shown(key: Option<&ErrorKey>) -> &str {
    key.map_or("no reason given", ErrorKey::as_str)
}

impl Classified for OAuthError {
    fn class(&self) -> FailureClass {
        match self {
            Self::InvalidGrant | Self::InvalidClient | Self::MissingRefreshToken => FailureClass::NeedsPerson,
            Self::Unavailable(_) | Self::Unclear(_) => FailureClass::Retry,
            Self::Refused { .. } => FailureClass::Permanent,
        }
    }
}

/// Speaks with the authorization server.
#[derive(Debug, Clone)]
pub struct OAuthClient {
    http: reqwest::Client,
    base: Url,
    timeout: Duration,
}

impl OAuthClient {
    /// A client of the server that `settings` names.
    ///
    /// # Errors
    /// [`SettingsError::HttpClient`] when the HTTP library cannot start.
    pub fn new(settings: &ClientSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            http: settings.http_client()?,
            base: settings.authorization_base.clone(),
            timeout: settings.timeouts.token,
        })
    }

    /// How long a token call may take: whoever waits for another process's call waits this long.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Where to send the person's browser. `state` comes back unchanged and must be compared; `challenge` is that
    /// of the [`ProofKey`] whose verifier the exchange will need.
    #[must_use]
    pub fn authorize_url(&self, client_id: &str, redirect_uri: &Url, state: &str, challenge: &str) -> Url {
        let mut url = join(&self.base, "/authorize");
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("response_type", "code")
            .append_pair("scope", SCOPES)
            .append_pair("state", state)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// Turns the code that came back with the person into a grant. Works once, within [`CODE_LIFETIME`].
    ///
    /// # Errors
    /// [`OAuthError`]; `MissingRefreshToken` when the grant could not be renewed.
    pub async fn exchange_code(
        &self,
        application: &ApplicationCredentials,
        code: &Sensitive<String>,
        redirect_uri: &Url,
        verifier: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", verifier.expose()),
        ];
        let grant = self.token(application, &form).await?;
        if grant.refresh_token.is_none() {
            return Err(OAuthError::MissingRefreshToken);
        }
        Ok(grant)
    }

    /// Renews a grant. With rotating refresh tokens the given one is used up by this call: store the answer before
    /// using it.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn refresh(
        &self,
        application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        self.token(application, &form).await
    }

    /// Asks to withdraw a refresh token. The vendor documents no such call, so nothing may depend on it; the
    /// result only says whether the server answered with success.
    pub async fn revoke(
        &self,
        application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> bool {
        let form = [("token", refresh_token.expose().as_str()), ("token_type_hint", "refresh_token")];
        let answer = self.request(application, "/revoke", &form).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn token(
        &self,
        application: &ApplicationCredentials,
        form: &[(&str, &str)],
    ) -> Result<TokenGrant, OAuthError> {
        match self.request(application, "/token", form).send().await {
            Ok(response) => answer::read(response).await,
            Err(error) if error.is_connect() => Err(OAuthError::Unavailable(Some(error.without_url()))),
            Err(error) => Err(OAuthError::Unclear(Some(error.without_url()))),
        }
    }

    fn request(
        &self,
        application: &ApplicationCredentials,
        path: &'static str,
        form: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        tracing::debug!(path, "request to Constant Contact's authorization server");
        self.http
            .post(join(&self.base, path))
            .timeout(self.timeout)
            .basic_auth(&application.client_id, Some(application.client_secret.expose()))
            .form(form)
    }
}
