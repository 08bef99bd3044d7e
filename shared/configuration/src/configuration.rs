//! The parts that every action works with.

use std::sync::Arc;

use catalog::Actor;
use connector::ServiceConnector;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random};
use engine::Engine;
use identity::{Person, PublicAddress};
use jiff::SignedDuration;
use store::{Documents, ObjectStore};
use tokens::{Grants, TokenVault};
use url::Url;

use crate::client::Clients;
use crate::driver::RunDriver;
use crate::segments::ReadLately;

/// What an operator may set.
#[derive(Debug, Clone)]
pub struct ConfigurationSettings {
    /// Where people reach the product.
    pub public_address: PublicAddress,
    /// Where segments lie in their bucket; ends with a slash or is empty.
    pub segments_prefix: String,
    /// The operator's own privacy notice, linked below the data-privacy text.
    pub privacy_notice: Option<Url>,
    /// How many rows of a segment are shown as a sample (5).
    pub sample_rows: usize,
    /// The most profiles of one export.
    pub max_members: u64,
    /// What was exported last is worth a warning once it is older than this; the engine's own setting.
    pub snapshot_age: SignedDuration,
}

/// What [`Configuration`] is made of.
#[derive(Debug)]
pub struct ConfigurationParts {
    /// The state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// Starts, stops and reads runs.
    pub engine: Engine,
    /// Comes to clients of the service.
    pub connector: Arc<ServiceConnector>,
    /// Tokens, and the application's credentials.
    pub vault: TokenVault,
    /// Stores new authorizations and removes old ones.
    pub grants: Grants,
    /// The authorization server.
    pub oauth: OAuthClient,
    /// Works on runs.
    pub driver: Arc<dyn RunDriver>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids, and the secrets of an authorization.
    pub random: Arc<dyn Random>,
    /// What an operator may set.
    pub settings: ConfigurationSettings,
}

/// Every action of a person. Cheap to clone; make one per process.
#[derive(Debug, Clone)]
pub struct Configuration {
    pub(crate) parts: Arc<ConfigurationParts>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) read_lately: Arc<ReadLately>,
}

impl Configuration {
    /// Actions on these parts.
    #[must_use]
    pub fn new(parts: ConfigurationParts) -> Self {
        Self { parts: Arc::new(parts), clients: Arc::default(), read_lately: Arc::default() }
    }

    /// What an operator may set.
    #[must_use]
    pub fn settings(&self) -> &ConfigurationSettings {
        &self.parts.settings
    }
}

/// The person as documents remember one.
pub(crate) fn actor(person: &Person) -> Actor {
    Actor { subject: person.subject.clone(), name: person.display_name.expose().clone() }
}
