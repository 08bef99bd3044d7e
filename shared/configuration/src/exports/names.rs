//! What the audit log says of exports.

use catalog::Export;
use serde_json::{Value, json};

use crate::audit::{AuditEvent, SubjectKind};

/// The longest name, in characters.
pub(super) const LONGEST_NAME: usize = 100;

/// An action on an export.
pub(crate) fn event(action: &'static str, export: &Export) -> AuditEvent {
    AuditEvent::new(action, SubjectKind::Export, &export.id, export.name.as_str())
}

/// An export as the log keeps it.
pub(super) fn on_record(export: &Export) -> Value {
    json!({
        "name": export.name,
        "connection": export.connection,
        "list": export.list,
        "list_name": export.list_name,
        "segments": export.segments,
        "mapping": export.mapping,
        "schedule": export.schedule,
    })
}
