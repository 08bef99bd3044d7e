//! What the documents of this folder say in the audit log.

use catalog::Connection;
use serde_json::{Value, json};

use crate::audit::{AuditEvent, SubjectKind};

/// The longest display name, in characters.
pub(super) const LONGEST_NAME: usize = 100;

/// An action on a connection.
pub(super) fn event(action: &'static str, connection: &Connection) -> AuditEvent {
    AuditEvent::new(action, SubjectKind::Connection, &connection.id, connection.display_name.as_str())
}

/// A connection as the log keeps it: without the account's address.
pub(super) fn on_record(connection: &Connection) -> Value {
    json!({
        "display_name": connection.display_name,
        "access": connection.access,
        "consent_text_version": connection.consent.as_ref().map(|consent| consent.text_version),
        "account": connection.authorization.as_ref().map(|authorization| &authorization.account),
        "organization_name": connection.authorization.as_ref().map(|authorization| &authorization.organization_name),
        "export_user": connection.export_user.as_ref().map(|user| &user.who),
        "contact_ceiling": connection.contact_ceiling,
    })
}
