//! One authorization: code and proof key, through a person's browser or, at the simulator, without one.

use std::io;
use std::time::Duration;

use constant_contact::oauth::{ApplicationCredentials, OAuthError, ProofKey, TokenGrant};
use url::Url;

use super::callback::{Callback, Returned};
use crate::installation::Installation;
use crate::screen::Screen;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// Why the connection was not authorised.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// The browser would have nowhere to return to.
    #[error(
        "port {port}, to which your browser is to return, cannot be opened; end the program that uses it, or register another redirect URI and name its port with --port"
    )]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The simulator did not do its part.
    #[error("the simulator did not authorise the connection; start again")]
    Simulator(#[source] reqwest::Error),
    /// An address is none.
    #[error("an address of the authorization is unusable; start again")]
    Address(#[from] url::ParseError),
    /// Nobody came back.
    #[error("nobody authorised the connection within 15 minutes; start again when you are ready")]
    TooLate,
    /// The person or the service said no.
    #[error("the connection was not authorised ({0}); start again and choose Allow")]
    Refused(String),
    /// The code could not be exchanged.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
}

/// Who gives the consent.
#[derive(Debug, Clone)]
pub enum Consent {
    /// The simulator at this address, by itself.
    Simulator(String),
    /// A person with a browser, who returns to this port.
    Person {
        /// The port of the registered redirect URI.
        port: u16,
    },
}

/// Asks for consent and exchanges the code.
///
/// # Errors
/// [`AuthorizeError`].
pub(super) async fn authorize(
    installation: &Installation,
    application: &ApplicationCredentials,
    consent: &Consent,
    screen: &Screen,
) -> Result<TokenGrant, AuthorizeError> {
    let port = match consent {
        Consent::Simulator(_) => 0,
        Consent::Person { port } => *port,
    };
    let callback = Callback::listen(port).await.map_err(|source| AuthorizeError::Port { port, source })?;
    let redirect_uri = callback.redirect_uri()?;
    let state = installation.random.uuid().simple().to_string();
    let proof = ProofKey::new(installation.random.as_ref());
    let url =
        installation.oauth.authorize_url(&application.client_id, &redirect_uri, &state, &proof.challenge);
    let browser = match consent {
        Consent::Simulator(base) => Some(tokio::spawn(visit(base.clone(), redirect_uri.clone(), url))),
        Consent::Person { .. } => {
            screen.problem(&format!(
                "Open this address in your browser and choose Allow:\n\n  {url}\n\n\
                 The application must have the redirect URI {redirect_uri}"
            ));
            None
        }
    };
    let returned = tokio::time::timeout(PATIENCE, async {
        match browser {
            Some(browser) => tokio::select! {
                returned = callback.wait(&state) => Ok(returned),
                failed = failure_of(browser) => Err(failed),
            },
            None => Ok(callback.wait(&state).await),
        }
    });
    match returned.await.map_err(|_| AuthorizeError::TooLate)?? {
        Some(Returned::Code(code)) => {
            let exchange =
                installation.oauth.exchange_code(application, &code, &redirect_uri, &proof.verifier);
            Ok(exchange.await?)
        }
        Some(Returned::Refused(error)) => Err(AuthorizeError::Refused(error)),
        None => Err(AuthorizeError::TooLate),
    }
}

/// Returns only when the simulated browser did not get through.
async fn failure_of(browser: tokio::task::JoinHandle<Result<(), reqwest::Error>>) -> AuthorizeError {
    match browser.await {
        Ok(Err(error)) => AuthorizeError::Simulator(error.without_url()),
        Ok(Ok(())) | Err(_) => std::future::pending().await,
    }
}

/// What a person's browser would do: open the address, choose Allow, and follow it back to us.
async fn visit(base: String, redirect_uri: Url, authorize: Url) -> Result<(), reqwest::Error> {
    register(&base, redirect_uri.as_str()).await?;
    let browser = reqwest::Client::builder().no_proxy().build()?;
    browser.get(authorize.clone()).send().await?.error_for_status()?;
    let mut form: Vec<(String, String)> =
        authorize.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    form.push(("decision".to_owned(), "allow".to_owned()));
    let mut address = authorize;
    address.set_query(None);
    browser.post(address).form(&form).send().await?.error_for_status()?;
    Ok(())
}

/// Registers one more redirect address with the application of the simulator at `base`.
///
/// # Errors
/// When the simulator does not answer.
pub(crate) async fn register(base: &str, redirect_uri: &str) -> Result<(), reqwest::Error> {
    let registration = serde_json::json!({ "redirect_uri": redirect_uri });
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request = client.post(format!("{base}/control/application")).json(&registration);
    request.send().await?.error_for_status()?;
    Ok(())
}
