//! The issuer: its settings, its key, and who is signed in.

use std::sync::Arc;

use axum::Router;
use domain::{Clock, Random};
use identity::Role;
use jiff::Timestamp;

use crate::routes;
use crate::sessions::Sessions;
use crate::settings::{IssuerError, IssuerSettings};
use crate::signing_key::SigningKey;
use crate::token::{TokenOptions, claims};

/// An issuer; copies are the same one.
#[derive(Debug, Clone)]
pub struct Issuer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: IssuerSettings,
    authority: String,
    key: SigningKey,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    sessions: Sessions,
}

impl Issuer {
    /// An issuer at the address of the settings. The caller serves [`Self::router`] there.
    ///
    /// # Errors
    /// [`IssuerError`] when the address is not on loopback, or a redirect address is not an address.
    pub fn new(
        settings: IssuerSettings,
        key: SigningKey,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, IssuerError> {
        let authority = settings.check()?;
        let sessions = Sessions::default();
        Ok(Self(Arc::new(Inner { settings, authority, key, clock, random, sessions })))
    }

    /// All addresses of the issuer, to be served on loopback only.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// An identity token for the sample person of `role`, as if they had just signed in: for API clients on this
    /// machine, and with `options` for tests.
    ///
    /// # Errors
    /// [`IssuerError::Signing`], which does not happen with a key that could be read.
    pub fn token_for(&self, role: Role, options: &TokenOptions) -> Result<String, IssuerError> {
        self.0.key.sign(&claims(&self.0.settings, role, options, self.now()))
    }

    pub(crate) fn settings(&self) -> &IssuerSettings {
        &self.0.settings
    }

    /// Host and port that requests must be addressed to.
    pub(crate) fn authority(&self) -> &str {
        &self.0.authority
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.0.key
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}
