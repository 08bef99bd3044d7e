//! Which segments go to which list, and how.

use domain::identifier::{ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use jiff::Timestamp;
use schedule::ExportSchedule;
use serde::{Deserialize, Serialize};
use store::Document;

use crate::Actor;

/// An export, as people configure it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its id, part of its key.
    pub id: ExportId,
    /// What people call it.
    pub name: String,
    /// The connection it uses; `None` when it was detached: it then keeps everything else and does not run.
    pub connection: Option<ConnectionId>,
    /// The list that it writes to.
    pub list: ListId,
    /// The list's name when it was last seen.
    pub list_name: String,
    /// Its segments, in the order that decides between rows of one person. Never empty, none twice.
    pub segments: Vec<SegmentName>,
    /// Which column becomes which field.
    pub mapping: Mapping,
    /// When it runs by itself.
    #[serde(default)]
    pub schedule: ExportSchedule,
    /// Who created it.
    #[serde(default)]
    pub created_by: Option<Actor>,
    /// Who changed it last.
    #[serde(default)]
    pub updated_by: Option<Actor>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When a person removed it: it is shown to nobody and never runs; its data is deleted 30 days later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
}

impl Document for Export {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "export";
}

/// The folders of all exports in the state bucket, one for each.
pub const EXPORTS: &str = "exports/";

/// Where an export's document lies in the state bucket.
#[must_use]
pub fn export_key(id: &ExportId) -> String {
    format!("{EXPORTS}{id}/export.json")
}

/// The export whose folder that is, with the slash at its end; `None` for what is no export's.
#[must_use]
pub fn export_of(folder: &str) -> Option<ExportId> {
    ExportId::new(folder.strip_prefix(EXPORTS)?.strip_suffix('/')?).ok()
}
