//! The whole product on loopback for tests: a company, an issuer for every role, and a browser.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod browser;
pub(crate) mod html;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use company::Company;
use domain::{Clock, Random};
use export_config::{App, AppParts, SIGNED_IN_PATH, SIGNED_OUT_PATH, sign_in_settings};
use identity::{IssuerSettings, PublicAddress, Role, SignIn, Verifier};
use issuer::{Issuer, SigningKey, TokenOptions};
use store::MemoryStore;
use tokio::net::TcpListener;
use url::Url;

use self::browser::Browser;

const CLIENT: &str = "segment-export";

/// A company whose pages are served, with everything behind them.
pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) issuer: Issuer,
    pub(crate) issuer_settings: IssuerSettings,
}

impl Deref for World {
    type Target = Company;

    fn deref(&self) -> &Company {
        &self.company
    }
}

impl World {
    /// Serves `router` with the application's credentials entered.
    pub(crate) async fn start(router: fn(App) -> Router) -> Self {
        let world = Self::bare(router).await;
        world.enter_application().await;
        world
    }

    /// Serves `router` as on the first day.
    pub(crate) async fn bare(router: fn(App) -> Router) -> Self {
        Self::in_buckets(router, |bucket| bucket).await
    }

    /// Serves `router` as on AWS, where files lie in buckets that give links.
    pub(crate) async fn giving_links(router: fn(App) -> Router) -> Self {
        let origin = Url::parse("https://bucket.example.com").unwrap();
        let world = Self::in_buckets(router, |bucket| bucket.giving_links(origin.clone())).await;
        world.enter_application().await;
        world
    }

    async fn in_buckets(router: fn(App) -> Router, prepared: impl Fn(MemoryStore) -> MemoryStore) -> Self {
        let (listener, address) = bound().await;
        let (issuer_listener, issuer_address) = bound().await;
        let company = Company::in_buckets(&address, prepared).await;
        let (clock, random) = (company.clock.clone(), company.random.clone());
        let issuer = issuer(&issuer_address, &address, clock.clone(), random.clone());
        serve(issuer_listener, issuer.router());
        let issuer_settings = IssuerSettings::new(&issuer_address, CLIENT);
        let verifier = Arc::new(Verifier::new(issuer_settings.clone(), clock.clone()).unwrap());
        let public_address = PublicAddress::parse(&address).unwrap();
        let sign_in = SignIn::new(verifier.clone(), sign_in_settings(public_address, None), random);
        let configuration = company.configuration.clone();
        serve(listener, router(App::new(AppParts { configuration, verifier, sign_in, clock })));
        Self { company, issuer, issuer_settings }
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
