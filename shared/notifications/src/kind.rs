//! What can be told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a notification is about. `Display` is the words that people read in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A run ended as Failure.
    ExportFailed,
    /// A run ended as Skipped.
    ExportSkipped,
    /// A run waits for something that only a person can change.
    ExportNeedsPerson,
    /// A run rejected more rows than is normal.
    ManyRowsRejected,
    /// The feed of a segment may have died.
    SnapshotOld,
    /// What was told of an export is over.
    ExportRecovered,
    /// A connection must be authorised again.
    ConnectionNeedsReauthentication,
    /// A connection is accepted again.
    ConnectionRecovered,
}

impl NotificationKind {
    /// The machine code, the same as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExportFailed => "export_failed",
            Self::ExportSkipped => "export_skipped",
            Self::ExportNeedsPerson => "export_needs_person",
            Self::ManyRowsRejected => "many_rows_rejected",
            Self::SnapshotOld => "snapshot_old",
            Self::ExportRecovered => "export_recovered",
            Self::ConnectionNeedsReauthentication => "connection_needs_reauthentication",
            Self::ConnectionRecovered => "connection_recovered",
        }
    }

    /// The `detail-type` of the event, by which rules choose.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ExportFailed => "Export Failed",
            Self::ExportSkipped => "Export Skipped",
            Self::ExportNeedsPerson => "Export Needs Person",
            Self::ManyRowsRejected => "Many Rows Rejected",
            Self::SnapshotOld => "Snapshot Old",
            Self::ExportRecovered => "Export Recovered",
            Self::ConnectionNeedsReauthentication => "Connection Needs Re-authentication",
            Self::ConnectionRecovered => "Connection Recovered",
        }
    }
}

impl fmt::Display for NotificationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_what_json_says() {
        for kind in [
            NotificationKind::ExportFailed,
            NotificationKind::ExportSkipped,
            NotificationKind::ExportNeedsPerson,
            NotificationKind::ManyRowsRejected,
            NotificationKind::SnapshotOld,
            NotificationKind::ExportRecovered,
            NotificationKind::ConnectionNeedsReauthentication,
            NotificationKind::ConnectionRecovered,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }
}
