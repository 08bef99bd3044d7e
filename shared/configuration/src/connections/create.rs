//! A new connection: its name, who may use it, and the agreement to the data-privacy text.

use catalog::{Connection, ConnectionAccess, Consent, connection_key};
use domain::identifier::ConnectionId;
use identity::Person;

use super::details::ConnectionDetails;
use super::names::{LONGEST_NAME, event, on_record};
use crate::access;
use crate::configuration::{Configuration, actor};
use crate::consent::CONSENT_VERSION;
use crate::error::ConfigurationError;
use crate::problems::Problems;
use crate::versioned::Versioned;

/// What the form *Add connection* holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// What people will call it; can be changed later.
    pub display_name: String,
    /// Who besides administrators may use it.
    pub access: ConnectionAccess,
    /// *I agree* was ticked below the present data-privacy text.
    pub agreed: bool,
}

impl Configuration {
    /// Makes a connection, whose two steps of connecting are still to be done.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `display_name` and `agreed`.
    pub async fn create_connection(
        &self,
        person: &Person,
        new: NewConnection,
    ) -> Result<Versioned<ConnectionDetails>, ConfigurationError> {
        access::administrator(person)?;
        let mut problems = Problems::default();
        let display_name = problems.name("display_name", &new.display_name, LONGEST_NAME);
        if !new.agreed {
            agreement_missing(&mut problems);
        }
        problems.finish()?;
        let now = self.parts.clock.now();
        let id = ConnectionId::new(self.parts.random.uuid().to_string())
            .map_err(|error| ConfigurationError::Unavailable(Box::new(error)))?;
        let connection = Connection {
            access: new.access,
            consent: Some(Consent { by: actor(person), at: now, text_version: CONSENT_VERSION }),
            created_by: Some(actor(person)),
            ..Connection::new(id.clone(), display_name, now)
        };
        let event = event("connection.created", &connection).after(on_record(&connection));
        self.audited(person, event, async {
            self.parts.documents.create(&connection_key(&id), connection).await?;
            Ok(())
        })
        .await?;
        self.connection_details(&id).await
    }
}

/// The problem of an agreement that was not given.
pub(super) fn agreement_missing(problems: &mut Problems) {
    problems.add("agreed", "required", "Read the data-privacy text and tick I agree.");
}
