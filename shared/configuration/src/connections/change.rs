//! Changing a connection: its name, who may use it, its ceiling.

use catalog::{Connection, ConnectionAccess, Consent};
use domain::identifier::ConnectionId;
use identity::Person;
use store::Tag;

use super::create::agreement_missing;
use super::details::{ConnectionDetails, has_agreed};
use super::names::{LONGEST_NAME, event, on_record};
use crate::access;
use crate::configuration::{Configuration, actor};
use crate::consent::CONSENT_VERSION;
use crate::error::ConfigurationError;
use crate::problems::Problems;
use crate::versioned::Versioned;

/// What the form *Edit connection* holds: all of it, not only what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionChange {
    /// What people call it.
    pub display_name: String,
    /// Who besides administrators may use it. Withdrawn sharing leaves contributors' exports running; they only look
    /// at them from then on.
    pub access: ConnectionAccess,
    /// *I agree* was ticked. Needed only when the data-privacy text has changed since it was agreed to.
    pub agreed: bool,
    /// A run that would bring the account above so many contacts is skipped; `None` for no limit.
    pub contact_ceiling: Option<u64>,
}

impl Configuration {
    /// Changes a connection, as it was at version `tag`.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Stale` when somebody else was faster, `Invalid` for `display_name`, `agreed` and
    /// `contact_ceiling`.
    pub async fn update_connection(
        &self,
        person: &Person,
        id: &ConnectionId,
        tag: &Tag,
        change: ConnectionChange,
    ) -> Result<Versioned<ConnectionDetails>, ConfigurationError> {
        access::administrator(person)?;
        let current = self.load_connection_to_change(id).await?;
        let mut problems = Problems::default();
        let display_name = problems.name("display_name", &change.display_name, LONGEST_NAME);
        let agreed_before = has_agreed(&current.content);
        if !agreed_before && !change.agreed {
            agreement_missing(&mut problems);
        }
        if change.contact_ceiling == Some(0) {
            problems.add("contact_ceiling", "invalid", "Enter a number above 0, or nothing for no limit.");
        }
        problems.finish()?;
        let at = self.parts.clock.now();
        let consent = if agreed_before {
            current.content.consent.clone()
        } else {
            Some(Consent { by: actor(person), at, text_version: CONSENT_VERSION })
        };
        let contact_ceiling = change.contact_ceiling;
        let next = Connection {
            display_name,
            access: change.access,
            consent,
            contact_ceiling,
            ..current.content.clone()
        };
        let event = event("connection.changed", &next).changed(on_record(&current.content), on_record(&next));
        self.audited(person, event, self.replace_as_seen(&current, tag, next)).await?;
        self.connection_details(id).await
    }
}
