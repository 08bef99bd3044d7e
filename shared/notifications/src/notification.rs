//! One thing that is told, once.

use domain::identifier::{ConnectionId, ExportId, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::kind::NotificationKind;

/// What people are told: ids, codes, names of segments, counts and sentences of our own; nothing out of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The same for every repetition of the same notification.
    pub id: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// When it was found out.
    pub at: Timestamp,
    /// The export that it is about.
    pub export: Option<ExportId>,
    /// The run at which it was found out.
    pub run: Option<RunId>,
    /// The connection that it is about.
    pub connection: Option<ConnectionId>,
    /// Why, for programs: the code of a run's end; of a recovery, the code of what is over.
    pub code: String,
    /// What happened and what to do, for people.
    pub message: String,
    /// Where it can be seen in the console.
    pub link: Option<String>,
}
