//! The product, put together as its programs do it.

use std::sync::Arc;

use configuration::{Configuration, ConfigurationParts, ConfigurationSettings, RunDriver};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random};
use engine::{Engine, EngineParts, EngineSettings, NoObserver};
use identity::PublicAddress;
use quota::GateOptions;
use simulator::Simulator;
use store::{Documents, ObjectStore};
use tokens::{Grants, SourceOptions, TokenVault};
use url::Url;

/// What a product is put together from.
pub struct ProductParts {
    /// Where Constant Contact is.
    pub service: ClientSettings,
    /// The state bucket.
    pub state: Arc<dyn ObjectStore>,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// Tokens.
    pub vault: TokenVault,
    /// Who is told that a run is to be driven.
    pub driver: Arc<dyn RunDriver>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub random: Arc<dyn Random>,
    /// Where people reach the product; `http` only on loopback.
    pub public_address: String,
}

/// Every library from the state bucket up to what people do, as the only process that owns them.
pub struct Product {
    /// The documents of the state bucket.
    pub documents: Documents,
    /// Tokens.
    pub vault: TokenVault,
    /// How tokens stand.
    pub grants: Grants,
    /// The authorization server.
    pub oauth: OAuthClient,
    /// Clients of the service.
    pub connector: Arc<ServiceConnector>,
    /// Runs.
    pub engine: Engine,
    /// What people do.
    pub configuration: Configuration,
}

impl Product {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: ProductParts) -> Self {
        let ProductParts { service, state, segments, vault, driver, clock, random, public_address } = parts;
        let documents = Documents::new(state, Arc::clone(&clock), Arc::clone(&random));
        let oauth = OAuthClient::new(&service).unwrap();
        let connector = Arc::new(ServiceConnector::new(ConnectorParts {
            settings: service,
            vault: vault.clone(),
            documents: documents.clone(),
            endpoint: Arc::new(oauth.clone()),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            process: SourceOptions { process: "test".to_owned(), sole_owner: true },
            gate: GateOptions::default(),
        }));
        let engine = Engine::new(EngineParts {
            documents: documents.clone(),
            segments: Arc::clone(&segments),
            connector: Arc::<ServiceConnector>::clone(&connector),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            observer: Arc::new(NoObserver),
            settings: EngineSettings::default(),
        });
        let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&clock));
        let configuration = Configuration::new(ConfigurationParts {
            documents: documents.clone(),
            segments,
            engine: engine.clone(),
            connector: Arc::clone(&connector),
            vault: vault.clone(),
            grants: grants.clone(),
            oauth: oauth.clone(),
            driver,
            clock,
            random,
            settings: ConfigurationSettings {
                public_address: PublicAddress::parse(&public_address).unwrap(),
                segments_prefix: "segments/".to_owned(),
                privacy_notice: Some(Url::parse("https://example.com/privacy").unwrap()),
                sample_rows: 5,
                max_members: 1_000_000,
                snapshot_age: EngineSettings::default().snapshot_age,
            },
        });
        Self { documents, vault, grants, oauth, connector, engine, configuration }
    }
}

/// Where the simulator serves as Constant Contact.
#[must_use]
pub fn service_of(simulator: &Simulator) -> ClientSettings {
    let origin = simulator.base_url();
    ClientSettings::at(&format!("{origin}/v3"), &format!("{origin}/oauth2/default/v1")).unwrap()
}
