//! The whole product on loopback for tests: state in memory, Constant Contact simulated, an issuer for every role, and a
//! browser.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod browser;
pub(crate) mod html;
pub(crate) mod seed;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use configuration::{Configuration, ConfigurationParts, ConfigurationSettings, DriverError, RunDriver};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient};
use domain::{Clock, ManualClock, ManualRandom, Random, Sensitive};
use engine::{Engine, EngineParts, EngineSettings, NoObserver, RunKey};
use export_config::{App, AppParts, SIGNED_IN_PATH, SIGNED_OUT_PATH, sign_in_settings};
use identity::{IssuerSettings, PublicAddress, Role, SignIn, Verifier};
use issuer::{Issuer, SigningKey, TokenOptions};
use jiff::{SignedDuration, Timestamp};
use quota::GateOptions;
use simulator::{Application, Control, Limits, Options, Simulator, Throttle};
use store::{Documents, MemoryStore};
use tokens::{Grants, MemorySecretStore, SourceOptions, TokenVault};
use tokio::net::TcpListener;
use url::Url;

use self::browser::Browser;

pub(crate) const START: &str = "2026-11-22T03:33:00Z";
const CLIENT: &str = "segment-export";

/// Everything behind the pages, and where they are served.
pub(crate) struct World {
    pub(crate) address: String,
    pub(crate) issuer: Issuer,
    pub(crate) issuer_settings: IssuerSettings,
    pub(crate) control: Control,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) documents: Documents,
    pub(crate) segments: MemoryStore,
    pub(crate) vault: TokenVault,
    pub(crate) engine: Engine,
    pub(crate) driver: Arc<Driven>,
    pub(crate) configuration: Configuration,
    // Serves for as long as it lives.
    _simulator: Simulator,
}

impl World {
    /// Serves `router` with the application's credentials entered.
    pub(crate) async fn start(router: fn(App) -> Router) -> Self {
        Self::bare(router).await.with_application().await
    }

    async fn with_application(self) -> Self {
        let application = Application::default();
        let client_secret = Sensitive::new(application.client_secret);
        let credentials = ApplicationCredentials { client_id: application.client_id, client_secret };
        self.vault.store_application(&credentials).await.unwrap();
        self
    }

    /// Serves `router` as on the first day.
    pub(crate) async fn bare(router: fn(App) -> Router) -> Self {
        Self::in_buckets(router, |bucket| bucket).await
    }

    /// Serves `router` as on AWS, where files lie in buckets that give links.
    pub(crate) async fn giving_links(router: fn(App) -> Router) -> Self {
        let origin = Url::parse("https://bucket.example.com").unwrap();
        let world = Self::in_buckets(router, |bucket| bucket.giving_links(origin.clone())).await;
        world.with_application().await
    }

    async fn in_buckets(router: fn(App) -> Router, prepared: impl Fn(MemoryStore) -> MemoryStore) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let (listener, address) = bound().await;
        let (issuer_listener, issuer_address) = bound().await;
        let clock = Arc::new(ManualClock::new(start));
        let random = Arc::new(ManualRandom::new(11));
        let simulator = simulator(start, &address).await;
        let issuer = issuer(&issuer_address, &address, clock.clone(), random.clone());
        serve(issuer_listener, issuer.router());
        let origin = simulator.base_url();
        let service =
            ClientSettings::at(&format!("{origin}/v3"), &format!("{origin}/oauth2/default/v1")).unwrap();
        let memory = prepared(MemoryStore::with_clock(clock.clone()));
        let documents = Documents::new(Arc::new(memory), clock.clone(), random.clone());
        let segments = prepared(MemoryStore::with_clock(clock.clone()));
        let vault = TokenVault::new(Arc::new(MemorySecretStore::new()), "test/");
        let oauth = OAuthClient::new(&service).unwrap();
        let connector = Arc::new(ServiceConnector::new(ConnectorParts {
            settings: service,
            vault: vault.clone(),
            documents: documents.clone(),
            endpoint: Arc::new(oauth.clone()),
            clock: clock.clone(),
            random: random.clone(),
            process: SourceOptions { process: "test".to_owned(), sole_owner: true },
            gate: GateOptions::default(),
        }));
        let engine = Engine::new(EngineParts {
            documents: documents.clone(),
            segments: Arc::new(segments.clone()),
            connector: connector.clone(),
            clock: clock.clone(),
            random: random.clone(),
            observer: Arc::new(NoObserver),
            settings: EngineSettings::default(),
        });
        let driver = Arc::new(Driven::default());
        let public_address = PublicAddress::parse(&address).unwrap();
        let configuration = Configuration::new(ConfigurationParts {
            documents: documents.clone(),
            segments: Arc::new(segments.clone()),
            engine: engine.clone(),
            connector,
            vault: vault.clone(),
            grants: Grants::new(vault.clone(), documents.clone(), clock.clone()),
            oauth,
            driver: driver.clone(),
            clock: clock.clone(),
            random: random.clone(),
            settings: ConfigurationSettings {
                public_address: public_address.clone(),
                segments_prefix: "segments/".to_owned(),
                privacy_notice: Some(Url::parse("https://example.com/privacy").unwrap()),
                sample_rows: 5,
                max_members: 1_000_000,
            },
        });
        let issuer_settings = IssuerSettings::new(&issuer_address, CLIENT);
        let verifier = Arc::new(Verifier::new(issuer_settings.clone(), clock.clone()).unwrap());
        let sign_in = SignIn::new(verifier.clone(), sign_in_settings(public_address, None), random);
        let parts =
            AppParts { configuration: configuration.clone(), verifier, sign_in, clock: clock.clone() };
        serve(listener, router(App::new(parts)));
        let control = simulator.control();
        Self {
            address,
            issuer,
            issuer_settings,
            control,
            clock,
            documents,
            segments,
            vault,
            engine,
            driver,
            configuration,
            _simulator: simulator,
        }
    }

    /// A browser in which the sample person of `role` will sign in as soon as the issuer asks.
    pub(crate) fn browser(&self, role: Role) -> Browser {
        Browser::new(&self.address, Some(role))
    }

    /// A browser in which nobody signs in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(&self.address, None)
    }

    /// A token for the sample person of `role`.
    pub(crate) fn token(&self, role: Role) -> String {
        self.token_with(role, &TokenOptions::default())
    }

    /// A token that departs from the usual one.
    pub(crate) fn token_with(&self, role: Role, options: &TokenOptions) -> String {
        self.issuer.token_for(role, options).unwrap()
    }

    /// A request of the API without anybody behind it; `path` begins below `/api/v1`.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let alone = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(alone).build().unwrap();
        client.request(method, format!("{}/api/v1{path}", self.address))
    }

    /// A request of the API by the sample person of `role`.
    pub(crate) fn api(&self, role: Role, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).bearer_auth(self.token(role))
    }

    /// Moves the one clock of the product.
    pub(crate) fn time_passes(&self, duration: SignedDuration) {
        self.clock.advance_to(self.clock.now() + duration);
    }
}

async fn simulator(start: Timestamp, address: &str) -> Simulator {
    let redirect = format!("{address}{}", configuration::CALLBACK_PATH);
    Simulator::start(Options {
        clock: simulator::Clock::Settable(start),
        auto_approve: true,
        application: Application { redirect_uris: vec![redirect], ..Application::default() },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        ..Options::default()
    })
    .await
    .unwrap()
}

fn issuer(at: &str, console: &str, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Issuer {
    let settings = issuer::IssuerSettings::new(
        at,
        CLIENT,
        format!("{console}{SIGNED_IN_PATH}"),
        format!("{console}{SIGNED_OUT_PATH}"),
    );
    Issuer::new(settings, SigningKey::generate().unwrap(), clock, random).unwrap()
}

async fn bound() -> (TcpListener, String) {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
}

/// Remembers which runs were set going, and works on none.
#[derive(Debug, Default)]
pub(crate) struct Driven(pub(crate) Mutex<Vec<RunKey>>);

#[async_trait]
impl RunDriver for Driven {
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError> {
        self.0.lock().unwrap().push(run.clone());
        Ok(())
    }
}
