//! Which segments go to which list, and how.

use domain::identifier::{ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

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
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Document for Export {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "export";
}

/// Where an export's document lies in the state bucket.
#[must_use]
pub fn export_key(id: &ExportId) -> String {
    format!("exports/{id}/export.json")
}
