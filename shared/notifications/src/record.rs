//! The documents that remember what was told, and what is still to be handed on.

use domain::identifier::{ConnectionId, ExportId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Document;

use crate::notification::Notification;
use crate::standing::Standing;

/// What was written down so long ago, whoever wrote it does not hand on any more.
const ABANDONED: SignedDuration = SignedDuration::from_mins(2);

/// Where the connections' documents lie.
pub(crate) const CONNECTIONS: &str = "notifications/connections/";

/// With what belongs to the export, and is deleted with it.
pub(crate) fn export_key(export: &ExportId) -> String {
    format!("exports/{export}/notifications.json")
}

pub(crate) fn connection_key(connection: &ConnectionId) -> String {
    format!("{CONNECTIONS}{connection}.json")
}

/// A document with notifications that are to be handed on.
pub(crate) trait Outgoing: Document + Clone {
    /// Those that were not handed on yet, the oldest first.
    fn outgoing(&mut self) -> &mut Vec<Notification>;
}

/// Of one export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRecord {
    /// What was told.
    pub(crate) standing: Standing,
    /// What is to be handed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) outgoing: Vec<Notification>,
}

impl Document for ExportRecord {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "notifications of an export";
}

impl Outgoing for ExportRecord {
    fn outgoing(&mut self) -> &mut Vec<Notification> {
        &mut self.outgoing
    }
}

/// Of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConnectionRecord {
    /// It was told that it needs to be authorised again.
    pub(crate) needs_reauthentication: bool,
    /// What is to be handed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) outgoing: Vec<Notification>,
}

impl Document for ConnectionRecord {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "notifications of a connection";
}

impl Outgoing for ConnectionRecord {
    fn outgoing(&mut self) -> &mut Vec<Notification> {
        &mut self.outgoing
    }
}

/// Whoever wrote it down has had the time to hand it on.
pub(crate) fn is_abandoned(notification: &Notification, now: Timestamp) -> bool {
    now.duration_since(notification.at) > ABANDONED
}
