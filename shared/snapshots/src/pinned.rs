//! A snapshot as a run holds on to it: the exact versions of its files.

use domain::identifier::SegmentName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Tag;

use crate::{CsvLayout, Format};

/// One complete snapshot of one segment, down to the version of each file. Stored inside the run, so that a plan
/// that is started over reads the very same rows, or notices that it cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedSnapshot {
    /// The segment.
    pub segment: SegmentName,
    /// The name that people know the snapshot by: its file's name, or its folder's.
    pub snapshot: String,
    /// When the last of its objects was written: the snapshot's age is counted from here.
    pub last_modified: Timestamp,
    /// How its rows are written.
    pub format: Format,
    /// What its `model.json` says of its files, if it has one.
    #[serde(default)]
    pub layout: CsvLayout,
    /// Its files, in the order in which they are read.
    pub parts: Vec<PinnedPart>,
    /// Whether a marker said that it is complete. Remember it for the segment: from then on it needs one.
    pub had_marker: bool,
}

impl PinnedSnapshot {
    /// Bytes in all files together, as stored (compressed files count compressed).
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }
}

/// One file of a snapshot, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedPart {
    /// The object's full key.
    pub key: String,
    /// The version that was listed.
    #[serde(with = "tag_as_text")]
    pub tag: Tag,
    /// Bytes in it, as stored. Reading checks that exactly so many arrive.
    pub size: u64,
}

mod tag_as_text {
    use serde::{Deserialize, Deserializer, Serializer};
    use store::Tag;

    pub(super) fn serialize<S: Serializer>(tag: &Tag, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(tag.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tag, D::Error> {
        String::deserialize(deserializer).map(Tag::new)
    }
}
