//! Where the service is and how long to wait for it.

use std::time::Duration;

use url::{Host, Url};

/// The service's address (vendor's contract: host `api.cc.email`, base path `/v3`).
pub const API_BASE: &str = "https://api.cc.email/v3";

/// The authorization server (documented; there is no discovery document, so the address is fixed).
pub const AUTHORIZATION_BASE: &str = "https://authz.constantcontact.com/oauth2/default/v1";

/// After this long without an answer to an import, it will not be taken any more; look for the activity only then.
///
/// The service documents no time-out of its own; the gateway in front of it is thought to end calls at about half
/// of this.
pub const IMPORT_TIMEOUT: Duration = Duration::from_secs(60);

/// How often and how long a call is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// Attempts of one call in all, the first included.
    pub attempts: u32,
    /// No further attempt starts when it would begin later than this after the first.
    pub elapsed: Duration,
    /// The upper bound of the first pause; it doubles with every attempt.
    pub first_pause: Duration,
    /// No pause is longer than this.
    pub longest_pause: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 6,
            elapsed: Duration::from_secs(90),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(16),
        }
    }
}

/// How long to wait for each kind of call, from the start of the connection to the last byte of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// A read, or a small change.
    pub request: Duration,
    /// An import; see [`IMPORT_TIMEOUT`].
    pub import: Duration,
    /// The download of a finished contact export.
    pub download: Duration,
    /// A call of the authorization server.
    pub token: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(30),
            import: IMPORT_TIMEOUT,
            download: Duration::from_mins(10),
            token: Duration::from_secs(15),
        }
    }
}

/// Everything the client must be told.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The service's address with its base path, without a slash at the end.
    pub api_base: Url,
    /// The authorization server's address with its base path, without a slash at the end.
    pub authorization_base: Url,
    /// See [`Timeouts`].
    pub timeouts: Timeouts,
    /// See [`RetrySettings`].
    pub retry: RetrySettings,
}

/// Settings that no client can be made from.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not an address.
    #[error("the {which} address is not a valid URL; give one like {API_BASE}")]
    NotAnAddress {
        /// Which of the two.
        which: &'static str,
        /// What is wrong with it.
        #[source]
        source: url::ParseError,
    },
    /// A token would cross the network in clear text.
    #[error("the {which} address must start with https:// (plain http is accepted on loopback only)")]
    NotEncrypted {
        /// Which of the two.
        which: &'static str,
    },
    /// User name, query or fragment in the address.
    #[error("the {which} address must hold nothing but scheme, host, port and path")]
    Cluttered {
        /// Which of the two.
        which: &'static str,
    },
    /// The HTTP library refused to start, for instance for want of root certificates.
    #[error("the HTTP client cannot start; check that the system's root certificates are installed")]
    HttpClient(#[source] reqwest::Error),
}

impl ClientSettings {
    /// Constant Contact itself.
    ///
    /// # Errors
    /// None in practice; the addresses are constants.
    pub fn production() -> Result<Self, SettingsError> {
        Self::at(API_BASE, AUTHORIZATION_BASE)
    }

    /// Another address of both servers, such as a simulator on loopback, with the usual times.
    ///
    /// # Errors
    /// [`SettingsError`] when an address is unusable or would send tokens unencrypted.
    pub fn at(api_base: &str, authorization_base: &str) -> Result<Self, SettingsError> {
        Ok(Self {
            api_base: checked("API", api_base)?,
            authorization_base: checked("authorization", authorization_base)?,
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
        })
    }

    /// The HTTP client for these settings.
    ///
    /// No redirects, which could carry a token to another host, and no repetition behind our back, which would
    /// escape the quota. Idle connections are dropped early: a connection the other side has closed meanwhile
    /// turns a write into one with an unclear outcome.
    pub(crate) fn http_client(&self) -> Result<reqwest::Client, SettingsError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("segment-export/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_idle_timeout(Duration::from_secs(10))
            .connect_timeout(self.timeouts.connect);
        if is_loopback(&self.api_base) {
            builder = builder.no_proxy();
        }
        builder.build().map_err(SettingsError::HttpClient)
    }
}

fn checked(which: &'static str, text: &str) -> Result<Url, SettingsError> {
    let url = Url::parse(text.trim_end_matches('/'))
        .map_err(|source| SettingsError::NotAnAddress { which, source })?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(SettingsError::NotEncrypted { which });
    }
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(SettingsError::Cluttered { which });
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `base` with `path` behind it; the path starts with a slash and holds only what is safe in one.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_may_be_unencrypted() {
        assert!(ClientSettings::production().is_ok());
        assert!(ClientSettings::at("http://127.0.0.1:9/v3", "http://localhost:9/oauth2").is_ok());
        assert!(ClientSettings::at("http://[::1]:9/v3", AUTHORIZATION_BASE).is_ok());
        for refused in ["http://api.cc.email/v3", "http://127.0.0.1.example.com/v3", "ftp://localhost/v3"] {
            let outcome = ClientSettings::at(refused, AUTHORIZATION_BASE);
            assert!(matches!(outcome, Err(SettingsError::NotEncrypted { which: "API" })), "{refused}");
        }
    }

    #[test]
    fn an_address_holds_no_credentials() {
        let outcome = ClientSettings::at("https://user:word@api.cc.email/v3", AUTHORIZATION_BASE);
        assert!(matches!(outcome, Err(SettingsError::Cluttered { .. })));
    }

    #[test]
    fn paths_follow_the_base_path() {
        let base = Url::parse("https://api.cc.email/v3").unwrap();
        assert_eq!(join(&base, "/contacts").as_str(), "https://api.cc.email/v3/contacts");
    }
}
