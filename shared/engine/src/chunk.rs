//! One chunk of a plan, and where it stands.

use std::collections::BTreeMap;

use domain::identifier::ActivityId;
use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// One chunk of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// From 1.
    pub number: u32,
    /// Rows in it now.
    pub rows: u32,
    /// Bytes of its body now.
    pub bytes: u64,
    /// Rows in it as planned.
    #[serde(default)]
    pub planned_rows: u32,
    /// How many of them the export did not hold before.
    #[serde(default)]
    pub additions: u32,
    /// How often it was rewritten because somebody in it opted out; each time those were kept beside it.
    pub revision: u32,
    /// How often an activity of it failed.
    pub failed_attempts: u8,
    /// It may have reached the service more than once.
    pub possibly_repeated: bool,
    /// When its rows were last compared with the opt-outs; `None` when the plan did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// Rows, by index, whose addresses the service was asked for one by one, and whether they are on the list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "by_row")]
    pub asked_for: BTreeMap<u32, bool>,
    /// Where it stands.
    pub state: ChunkState,
}

impl Chunk {
    /// Whether the service may have taken rows of it although it was never completed.
    pub(crate) fn may_have_arrived(&self) -> bool {
        match self.state {
            ChunkState::Intended { .. }
            | ChunkState::Sent { .. }
            | ChunkState::Failed { cause: ChunkFailure::Unknown } => true,
            ChunkState::Waiting | ChunkState::Failed { .. } => {
                self.failed_attempts > 0 || self.possibly_repeated
            }
            ChunkState::Completed { .. } | ChunkState::Emptied => false,
        }
    }
}

/// JSON has only texts for keys, and within a tagged enumeration, such as a run's phase, serde takes none for a number.
fn by_row<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u32, bool>, D::Error> {
    let rows = BTreeMap::<String, bool>::deserialize(deserializer)?;
    let row = |(row, on_list): (String, bool)| Ok((row.parse().map_err(D::Error::custom)?, on_list));
    rows.into_iter().map(row).collect()
}

/// Where a chunk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ChunkState {
    /// To be sent.
    Waiting,
    /// The journal says that it is about to be sent. After a crash, nobody knows whether it was.
    Intended {
        /// When it was announced.
        at: Timestamp,
        /// From then on, if it was not taken, it will not be taken any more.
        #[serde(default)]
        certain_at: Option<Timestamp>,
    },
    /// The service took it.
    Sent {
        /// As this activity.
        activity: ActivityId,
        /// When.
        at: Timestamp,
        /// Found among the recent activities after its answer was lost, not told by an answer.
        adopted: bool,
    },
    /// The service completed it.
    Completed {
        /// Rows that it refused, by its own count.
        refused: u32,
        /// Rows that it counted as opted out.
        cannot_add: u32,
        /// Rows that it refused as correctable.
        correctable: u32,
        /// Whether every refused row has been found, or all was done to find them.
        identified: bool,
    },
    /// Everybody in it opted out before it was sent.
    Emptied,
    /// Not accepted after all attempts.
    Failed {
        /// A short code of the reason.
        cause: ChunkFailure,
    },
}

/// Why a chunk was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkFailure {
    /// Its activities ended as failed, timed out or cancelled, every time.
    ActivityFailed,
    /// The service refused the request itself.
    Refused,
    /// Its files are gone: the run waited longer than they are kept.
    FilesGone,
    /// It was sent, and what became of it can no longer be found out.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a run's phase holds its chunks.
    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(tag = "phase", rename_all = "snake_case")]
    enum Tagged {
        Sending { chunks: Vec<Chunk> },
    }

    #[test]
    fn a_chunk_whose_rows_were_asked_for_is_read_back() {
        let chunk = Chunk {
            number: 1,
            rows: 12,
            bytes: 700,
            planned_rows: 12,
            additions: 3,
            revision: 0,
            failed_attempts: 0,
            possibly_repeated: false,
            checked_at: None,
            asked_for: BTreeMap::from([(0, false), (11, true)]),
            state: ChunkState::Completed { refused: 1, cannot_add: 0, correctable: 1, identified: false },
        };
        let written = Tagged::Sending { chunks: vec![chunk] };
        let text = serde_json::to_string(&written).unwrap();
        assert!(text.contains(r#""asked_for":{"0":false,"11":true}"#), "{text}");
        assert_eq!(serde_json::from_str::<Tagged>(&text).unwrap(), written);
    }
}
