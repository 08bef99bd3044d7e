//! Which ledger is an export's for one list.

use std::collections::BTreeMap;

use domain::identifier::{RunId, SegmentName};
use serde::{Deserialize, Serialize};
use store::Document;

/// Points to the newest ledger. Ledgers themselves are never changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPointer {
    /// The ledger's object; `None` while nobody has ever been sent.
    pub object: Option<String>,
    /// How many people it holds.
    pub held: u64,
    /// The run that wrote it last.
    pub run: Option<RunId>,
    /// Additions that its last run planned and did not send: they do not count toward the brake a second time.
    #[serde(default)]
    pub unsent_additions: u64,
    /// Rows of each segment when it was last exported.
    pub segment_rows: BTreeMap<SegmentName, u64>,
}

impl Document for LedgerPointer {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "ledger pointer";
}
