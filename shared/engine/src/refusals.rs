//! Which rows of a chunk the service refused: kept beside the chunk, because they may be many.

use planner::{ChunkResult, Refusal};
use serde::{Deserialize, Serialize};

/// The refused rows of one completed chunk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusals {
    /// Refused rows by index in the body, in ascending order.
    pub(crate) refused: Vec<RefusedRow>,
    /// Rows that may be among the refused, by index, in ascending order.
    pub(crate) unconfirmed: Vec<u32>,
    /// How many of the unconfirmed were refused.
    pub(crate) unidentified: u32,
    /// How many more of the unconfirmed it counted as opted out.
    #[serde(default)]
    pub(crate) unidentified_opt_outs: u32,
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefusedRow {
    /// Index in the body.
    pub(crate) index: u32,
    /// Why, as it counts.
    pub(crate) refusal: Refusal,
    /// The service's words, without anything personal; empty when it gave none.
    pub(crate) text: String,
}

impl Refusals {
    /// As the settlement needs it.
    pub(crate) fn to_result(&self) -> ChunkResult {
        ChunkResult::Completed {
            refused: self.refused.iter().map(|row| (row.index, row.refusal)).collect(),
            unconfirmed: self.unconfirmed.clone(),
            unidentified: self.unidentified,
            unidentified_opt_outs: self.unidentified_opt_outs,
        }
    }
}
