//! The second step of connecting: somebody who answers for runs that nobody starts by hand.

use catalog::{Connection, ExportUser};
use domain::identifier::ConnectionId;
use identity::Person;
use store::Tag;

use super::details::ConnectionDetails;
use super::names::{event, on_record};
use crate::access;
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::versioned::Versioned;

impl Configuration {
    /// *Add yourself as export user*: the person answers for scheduled and triggered runs from now on, in place of
    /// whoever did before. It grants no access.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `FreshSignInNeeded` unless the person signed in within the last five minutes.
    pub async fn add_export_user(
        &self,
        person: &Person,
        id: &ConnectionId,
        tag: &Tag,
    ) -> Result<Versioned<ConnectionDetails>, ConfigurationError> {
        access::administrator(person)?;
        let at = self.parts.clock.now();
        if !person.signed_in_recently(at) {
            return Err(ConfigurationError::FreshSignInNeeded);
        }
        let current = self.load_connection_to_change(id).await?;
        let export_user = Some(ExportUser { who: actor(person), at });
        let next = Connection { export_user, ..current.content.clone() };
        let event = event("connection.export_user_added", &next)
            .changed(on_record(&current.content), on_record(&next));
        self.audited(person, event, self.replace_as_seen(&current, tag, next)).await?;
        self.connection_details(id).await
    }
}
