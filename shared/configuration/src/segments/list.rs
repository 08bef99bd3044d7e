//! The segments to choose from, each with its members and the time of its snapshot.

use domain::identifier::SegmentName;
use jiff::Timestamp;
use serde::Serialize;
use snapshots::{Located, PinnedSnapshot};

use super::count::SegmentCount;

/// A snapshot by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotName {
    /// Its file's name, or its folder's.
    pub name: String,
    /// When it was written.
    pub last_modified: Timestamp,
}

/// A segment to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentItem {
    /// Its name.
    pub name: SegmentName,
    /// How many members its newest snapshot has; `None` without one, and while they are being counted.
    pub members: Option<u64>,
    /// Its newest complete snapshot.
    pub snapshot: Option<SnapshotName>,
    /// It alone has more members than an export may have: runs would be skipped.
    pub too_large: bool,
    /// What a person should know before choosing it.
    pub note: Option<String>,
}

impl From<&PinnedSnapshot> for SnapshotName {
    fn from(snapshot: &PinnedSnapshot) -> Self {
        Self { name: snapshot.snapshot.clone(), last_modified: snapshot.last_modified }
    }
}

impl SegmentItem {
    /// A segment whose snapshots were looked for, with the count that is stored.
    pub(super) fn of(
        name: SegmentName,
        located: Result<&Located, String>,
        count: Option<&SegmentCount>,
        limit: u64,
    ) -> Self {
        let located = match located {
            Ok(located) => located,
            Err(problem) => {
                let note = Some(format!("Its newest snapshot cannot be read: {problem}"));
                return Self { name, members: None, snapshot: None, too_large: false, note };
            }
        };
        let Some(snapshot) = &located.newest else {
            let note = if located.uploading.is_some() {
                "Its first snapshot is still being uploaded."
            } else {
                "It has no snapshot: upload one, until then runs are skipped."
            };
            let note = Some(note.to_owned());
            return Self { name, members: None, snapshot: None, too_large: false, note };
        };
        let members = count.filter(|count| count.is_of(snapshot)).map(|count| count.rows);
        let too_large = members.is_some_and(|members| members > limit);
        let note = match members {
            None => Some("Its newest snapshot is being counted.".to_owned()),
            Some(0) => Some("It has no members at present.".to_owned()),
            Some(_) if too_large => {
                Some(format!("It is too large: an export may have at most {limit} members."))
            }
            Some(_) if located.uploading.is_some() => Some("A newer snapshot is being uploaded.".to_owned()),
            Some(_) => None,
        };
        Self { name, members, snapshot: Some(snapshot.into()), too_large, note }
    }
}
