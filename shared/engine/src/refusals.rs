//! Which rows of a chunk the service refused: kept beside the chunk, because they may be many.

use std::collections::BTreeMap;

use planner::{ChunkResult, Refusal};
use serde::{Deserialize, Serialize};

/// The schema of the file. One of a newer release is refused and left as it is.
const SCHEMA_VERSION: u32 = 1;

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
    /// The service's own words, for the report only; empty when it gave none.
    pub(crate) text: String,
}

/// Why a file cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefusalsError {
    /// A newer release wrote it.
    #[error(
        "a chunk's list of refused rows has schema version {found}, and this release knows {SCHEMA_VERSION} at most; \
         install the newer release again"
    )]
    NewerSchema {
        /// Its schema version.
        found: u32,
    },
    /// It is none. The parser's words are left out: they quote values.
    #[error("a chunk's list of refused rows is damaged")]
    Damaged,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    schema_version: u32,
    #[serde(flatten)]
    refusals: &'a Refusals,
}

/// The part that can be read without knowing the schema; the first had no version.
#[derive(Deserialize)]
struct Header {
    #[serde(default = "first_schema")]
    schema_version: u32,
}

const fn first_schema() -> u32 {
    1
}

impl Refusals {
    /// The file's text.
    pub(crate) fn to_text(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Outgoing { schema_version: SCHEMA_VERSION, refusals: self })
    }

    /// Reads the file's text.
    pub(crate) fn from_text(text: &[u8]) -> Result<Self, RefusalsError> {
        let header: Header = serde_json::from_slice(text).map_err(|_| RefusalsError::Damaged)?;
        if header.schema_version > SCHEMA_VERSION {
            return Err(RefusalsError::NewerSchema { found: header.schema_version });
        }
        serde_json::from_slice(text).map_err(|_| RefusalsError::Damaged)
    }

    /// Whether every row that the service counted is named here, or known to be among others.
    pub(crate) fn account_for(&self, refused: u32, cannot_add: u32) -> bool {
        let named = u32::try_from(self.refused.len()).unwrap_or(u32::MAX);
        let known = named.saturating_add(self.unidentified).saturating_add(self.unidentified_opt_outs);
        known >= refused.saturating_add(cannot_add)
    }

    /// Makes rows that the service counted, and that nobody has looked for, rows of unknown fate.
    pub(crate) fn leave_unsearched(&mut self, rows: u32, refused: u32, cannot_add: u32) {
        let named = u32::try_from(self.refused.len()).unwrap_or(u32::MAX);
        if self.account_for(refused, cannot_add) {
            return;
        }
        let is_named = |index: &u32| self.refused.binary_search_by_key(index, |row| row.index).is_ok();
        self.unconfirmed = (0..rows).filter(|index| !is_named(index)).collect();
        let opted_out = self.refused.iter().filter(|row| row.refusal == Refusal::CannotAdd).count();
        let opted_out = u32::try_from(opted_out).unwrap_or(u32::MAX);
        self.unidentified = refused.saturating_sub(named - opted_out);
        self.unidentified_opt_outs = cannot_add.saturating_sub(opted_out);
    }

    /// The service's words about the refused rows, by index in the body.
    pub(crate) fn texts(&self) -> BTreeMap<u32, String> {
        let said = self.refused.iter().filter(|row| !row.text.is_empty());
        said.map(|row| (row.index, row.text.clone())).collect()
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_newer_release_is_refused_and_one_without_a_version_is_of_the_first() {
        let refusals = Refusals { unconfirmed: vec![3], unidentified: 1, ..Refusals::default() };
        let text = refusals.to_text().unwrap();
        assert!(text.starts_with(br#"{"schema_version":1,"#));
        assert_eq!(Refusals::from_text(&text), Ok(refusals.clone()));
        let first = serde_json::to_vec(&refusals).unwrap();
        assert_eq!(Refusals::from_text(&first), Ok(refusals));
        let newer = br#"{"schema_version":2,"refused":"otherwise"}"#;
        assert_eq!(Refusals::from_text(newer), Err(RefusalsError::NewerSchema { found: 2 }));
        assert_eq!(Refusals::from_text(b"[]"), Err(RefusalsError::Damaged));
    }
}
