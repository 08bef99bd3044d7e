//! Connects to an account, and again when that is needed: credentials, consent, tokens, and whose account it is.

mod authorize;
mod callback;
mod destination;

use std::sync::Arc;
use std::time::Duration;

use catalog::{Actor, Authorization, Connection, ConnectionAccess, ExportUser, connection_key};
use configuration::CONSENT_VERSION;
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::oauth::{ApplicationCredentials, TokenGrant};
use constant_contact::{
    AccessTokens, AccountSummary, Client, FixedAccessToken, Purpose, RequestGate, ServiceError, SettingsError,
};
use domain::Sensitive;
use domain::identifier::{AccountId, ConnectionId, InvalidIdentifier};
use jiff::Timestamp;
use quota::GateOptions;
use store::{Change, DocumentError, UpdateError};
use tokens::{GrantError, SecretError, SourceOptions, VaultError};

pub(crate) use authorize::register;
pub use authorize::{AuthorizeError, Consent};
pub use destination::{Destination, DestinationError};

use crate::environment::{CREDENTIALS, Environment};
use crate::installation::Installation;
use crate::screen::Screen;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody has entered the application's credentials.
    #[error("set {} and {} to the API key and the secret of your application at Constant Contact; they are kept in the data folder afterwards", CREDENTIALS.0, CREDENTIALS.1)]
    NoCredentials,
    /// Only one of the two.
    #[error("set both {} and {}, or neither", CREDENTIALS.0, CREDENTIALS.1)]
    HalfCredentials,
    /// Consent was not given.
    #[error(transparent)]
    Authorize(#[from] AuthorizeError),
    /// Another account than before.
    #[error(
        "you signed in to the account {found}, but this data folder exports to {bound}; sign in to that one, or choose another folder with --data"
    )]
    OtherAccount {
        /// The organisation that was signed in to.
        found: String,
        /// The organisation that the data directory is bound to.
        bound: String,
    },
    /// Secrets could not be read or written.
    #[error("the stored tokens or credentials could not be used")]
    Vault(#[from] VaultError),
    /// The new tokens could not be stored.
    #[error("the new tokens could not be stored; start again")]
    Grant(#[from] GrantError),
    /// State could not be read or written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Constant Contact did not say whose account it is.
    #[error("Constant Contact did not say whose account this is; start again later")]
    Account(#[source] ServiceError),
    /// No client can be made.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Never in practice: the names are constants.
    #[error(transparent)]
    Name(#[from] InvalidIdentifier),
}

impl From<UpdateError<std::convert::Infallible>> for ConnectError {
    fn from(error: UpdateError<std::convert::Infallible>) -> Self {
        match error {
            UpdateError::Document(error) => Self::Document(error),
            UpdateError::Refused(never) => match never {},
        }
    }
}

/// What the connection to the simulated account is called.
const SAMPLE_CONNECTION: &str = "Sample account";

/// Longer than any pause after throttling: this process has nothing better to do than to wait, and a request that
/// waits goes on where its step was instead of beginning the step anew.
const LONGEST_WAIT: Duration = Duration::from_secs(75);

/// The one connection of a data directory, with what its requests need.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its id.
    pub id: ConnectionId,
    /// The application.
    pub application: ApplicationCredentials,
    /// Its tokens and the application's quota.
    pub connector: Arc<ServiceConnector>,
    consent: Consent,
    installation: Installation,
}

impl Link {
    /// Finds or takes in the application's credentials; nothing is sent. A person's browser returns to `port`.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn new(
        installation: &Installation,
        simulator: Option<&str>,
        environment: &Environment,
        port: u16,
    ) -> Result<Self, ConnectError> {
        let application = application(installation, simulator, environment).await?;
        let application = application.ok_or(ConnectError::NoCredentials)?;
        let consent = match simulator {
            Some(base) => Consent::Simulator(base.to_owned()),
            None => Consent::Person { port },
        };
        let id = ConnectionId::new("constant-contact")?;
        let (installation, connector) = (installation.clone(), connector(installation));
        Ok(Self { id, application, connector, consent, installation })
    }

    /// The connection, if it can be used without a person.
    ///
    /// # Errors
    /// [`ConnectError::Document`].
    pub async fn connection(&self) -> Result<Option<Connection>, ConnectError> {
        let status = self.installation.grants.status(&self.id).await?;
        if status.is_none_or(|status| status.needs_reauthentication_since.is_some()) {
            return Ok(None);
        }
        let connection = self.installation.documents.load::<Connection>(&connection_key(&self.id)).await?;
        Ok(connection.map(|connection| connection.content))
    }

    /// Authorises the connection, for the first time or again, and stores it.
    ///
    /// # Errors
    /// [`ConnectError`]; what was stored before is unharmed then.
    pub async fn authorize(&self, screen: &Screen) -> Result<Connection, ConnectError> {
        let grant =
            authorize::authorize(&self.installation, &self.application, &self.consent, screen).await?;
        let account = self.account_of(&grant).await?;
        let key = connection_key(&self.id);
        let bound = self.installation.documents.load::<Connection>(&key).await?;
        let name = account.organization_name.clone().unwrap_or_else(|| account.account_id.to_string());
        let bound = bound.and_then(|bound| bound.content.authorization);
        if let Some(bound) = bound.filter(|bound| bound.account != account.account_id) {
            return Err(ConnectError::OtherAccount { found: name, bound: bound.organization_name });
        }
        self.installation.grants.store_new_grant(&self.id, grant, account.account_id.clone()).await?;
        self.store_connection(&account.account_id, &name, account.contact_email).await
    }

    async fn account_of(&self, grant: &TokenGrant) -> Result<AccountSummary, ConnectError> {
        let tokens = FixedAccessToken::new(grant.access_token.clone());
        let client = self.client_with(Arc::new(tokens)).await?;
        client.account_summary().await.map_err(ConnectError::Account)
    }

    async fn store_connection(
        &self,
        account: &AccountId,
        name: &str,
        contact_email: Option<Sensitive<String>>,
    ) -> Result<Connection, ConnectError> {
        let now = self.installation.clock.now();
        let updated = self
            .installation
            .documents
            .update(&connection_key(&self.id), |current: Option<&Connection>| {
                let known = current.cloned().unwrap_or_else(|| self.new_connection(name, now));
                let authorization = Authorization {
                    account: account.clone(),
                    organization_name: name.to_owned(),
                    contact_email: contact_email.clone(),
                    at: now,
                };
                // Whoever starts the program answers for what it does.
                let export_user =
                    known.export_user.clone().or_else(|| Some(ExportUser { who: user(), at: now }));
                let connection = Connection { authorization: Some(authorization), export_user, ..known };
                Ok::<_, std::convert::Infallible>(Change::Write(connection.clone(), connection))
            })
            .await?;
        Ok(updated.outcome)
    }

    /// A connection as somebody would have made it in the console. That of the sample is there for everybody to try; who
    /// may use a real account, an administrator decides there, and agrees to the data-privacy text.
    fn new_connection(&self, organization: &str, now: Timestamp) -> Connection {
        let created_by = Some(user());
        match self.consent {
            Consent::Simulator(_) => Connection {
                access: ConnectionAccess::Contributors,
                consent: Some(catalog::Consent { by: user(), at: now, text_version: CONSENT_VERSION }),
                created_by,
                ..Connection::new(self.id.clone(), SAMPLE_CONNECTION.to_owned(), now)
            },
            Consent::Person { .. } => {
                Connection { created_by, ..Connection::new(self.id.clone(), organization.to_owned(), now) }
            }
        }
    }

    /// A client for a person who waits.
    ///
    /// # Errors
    /// [`ConnectError::Settings`], [`ConnectError::Vault`].
    pub async fn client(&self) -> Result<Client, ConnectError> {
        self.client_with(Arc::new(self.connector.token_source(&self.id))).await
    }

    async fn client_with(&self, tokens: Arc<dyn AccessTokens>) -> Result<Client, ConnectError> {
        let gate: Arc<dyn RequestGate> = self.connector.quota_gate().await?;
        let installation = &self.installation;
        let (clock, random) = (Arc::clone(&installation.clock), Arc::clone(&installation.random));
        let client = Client::new(installation.settings.clone(), tokens, gate, clock, random)?;
        Ok(client.for_purpose(Purpose::Interactive))
    }
}

/// Who starts this program, as documents remember it.
pub(crate) fn user() -> Actor {
    Actor { subject: "local".to_owned(), name: "This computer's user".to_owned() }
}

/// The way to Constant Contact. One for exports and console: both use the same tokens and the same quota.
#[must_use]
pub fn connector(installation: &Installation) -> Arc<ServiceConnector> {
    let random = &installation.random;
    Arc::new(ServiceConnector::new(ConnectorParts {
        settings: installation.settings.clone(),
        vault: installation.vault.clone(),
        documents: installation.documents.clone(),
        endpoint: Arc::new(installation.oauth.clone()),
        clock: Arc::clone(&installation.clock),
        random: Arc::clone(random),
        process: SourceOptions { process: random.uuid().to_string(), sole_owner: true },
        gate: GateOptions { longest_wait: LONGEST_WAIT, ..GateOptions::default() },
    }))
}

/// Takes in the application's credentials where there are some: the simulator's, those of the environment, or those that
/// were stored before.
///
/// # Errors
/// [`ConnectError::HalfCredentials`], [`ConnectError::Vault`].
pub async fn application(
    installation: &Installation,
    simulator: Option<&str>,
    environment: &Environment,
) -> Result<Option<ApplicationCredentials>, ConnectError> {
    let stored = match installation.vault.application().await {
        Ok(stored) => Some(stored),
        Err(VaultError::Secret(SecretError::NotFound { .. })) => None,
        // Written over, if there is something to write.
        Err(_) if simulator.is_some() || environment.client_id.is_some() => None,
        Err(error) => return Err(error.into()),
    };
    let given = match (simulator, &environment.client_id, &environment.client_secret) {
        (Some(_), ..) => simulated_application(),
        (None, Some(client_id), Some(client_secret)) => {
            ApplicationCredentials { client_id: client_id.clone(), client_secret: client_secret.clone() }
        }
        (None, None, None) => return Ok(stored),
        _ => return Err(ConnectError::HalfCredentials),
    };
    if stored.as_ref() != Some(&given) {
        installation.vault.store_application(&given).await?;
    }
    Ok(Some(given))
}

/// What the simulator is started with.
fn simulated_application() -> ApplicationCredentials {
    let application = simulator::Application::default();
    ApplicationCredentials {
        client_id: application.client_id,
        client_secret: Sensitive::new(application.client_secret),
    }
}
