//! What an operator's alarms watch: runs that take too long, and whatever waits for a person.

use catalog::{Connection, connection_key};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use store::Versioned;

use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::ConfigurationError;

/// So many connections are looked at side by side.
const AT_ONCE: usize = 8;

/// How the installation stands at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// How long ago the oldest run was asked for that has not ended and does not wait for a person; zero without one.
    pub oldest_active_run: SignedDuration,
    /// Runs that wait for a person: for a connection to be authenticated again, or for something else.
    pub runs_waiting_for_person: usize,
    /// Connections that Constant Contact no longer accepts.
    pub connections_needing_reauthentication: usize,
    /// What could not be looked at and is missing above; the log says why.
    pub failed: usize,
}

impl Configuration {
    /// Looks at every active run and every connection.
    ///
    /// # Errors
    /// [`ConfigurationError`] when they could not even be listed; a single one that cannot be read is counted.
    pub async fn health(&self, now: Timestamp) -> Result<Health, ConfigurationError> {
        let mut health = Health::default();
        for key in self.parts.engine.active_runs().await? {
            match self.parts.engine.run(&key).await {
                Ok(Some(run)) if run.ended().is_some() => {}
                Ok(Some(run)) if run.parked.is_some() && run.cancel.is_none() => {
                    health.runs_waiting_for_person += 1;
                }
                Ok(Some(run)) => {
                    let age = now.duration_since(run.created_at);
                    health.oldest_active_run = health.oldest_active_run.max(age);
                }
                Ok(None) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(export = %key.export, run = %key.run, error, "a run could not be looked at");
                    health.failed += 1;
                }
            }
        }
        let mut connections: Vec<Connection> = Vec::new();
        for (id, connection) in self.load_each(self.connection_ids().await?, connection_key).await {
            match connection {
                Ok(Versioned { content, .. }) => connections.push(content),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(connection = %id, error, "a connection could not be looked at");
                    health.failed += 1;
                }
            }
        }
        let states = stream::iter(connections).map(|connection| async move {
            let status = self.parts.grants.status(&connection.id).await;
            (connection, status)
        });
        let states: Vec<_> = states.buffered(AT_ONCE).collect().await;
        for (connection, status) in states {
            match status {
                Ok(status) => {
                    let state = ConnectionState::of(&connection, status.as_ref());
                    let needs = state == ConnectionState::NeedsReauthentication;
                    health.connections_needing_reauthentication += usize::from(needs);
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(connection = %connection.id, error, "tokens could not be looked at");
                    health.failed += 1;
                }
            }
        }
        Ok(health)
    }
}
