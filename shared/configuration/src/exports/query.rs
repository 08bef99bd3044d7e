//! Searching, filtering and sorting the list of exports.

use domain::identifier::ConnectionId;
use engine::Status;
use serde::{Deserialize, Serialize};

use super::cursor::ExportCursor;
use super::standing::ExportListItem;

/// The columns that the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the columns")]
pub enum ExportSort {
    #[default]
    Name,
    Kind,
    Connection,
    Status,
    Refreshed,
    Schedule,
    NextDue,
    YourPermissions,
    UpdatedAt,
    UpdatedBy,
}

/// A status to filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the statuses")]
pub enum StatusFilter {
    NeverRun,
    Queued,
    Processing,
    Successful,
    Skipped,
    Failure,
    Canceled,
}

impl StatusFilter {
    /// Whether an export of this status is meant.
    #[must_use]
    pub fn includes(self, status: Option<Status>) -> bool {
        match status {
            None => self == Self::NeverRun,
            Some(status) => self == Self::from(status),
        }
    }
}

impl From<Status> for StatusFilter {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Processing => Self::Processing,
            Status::Successful => Self::Successful,
            Status::Skipped => Self::Skipped,
            Status::Failure => Self::Failure,
            Status::Canceled => Self::Canceled,
        }
    }
}

/// What part of the list of exports is wanted, and in which order. The default is its first page, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportQuery {
    /// A part of the name, of the connection's name, or of the type; in any case. Empty: all.
    pub search: String,
    /// Only those that use this connection.
    pub connection: Option<ConnectionId>,
    /// Only those of this status.
    pub status: Option<StatusFilter>,
    /// The column to sort by; exports that are equal in it are sorted by name.
    pub sort: ExportSort,
    /// The greatest first.
    pub descending: bool,
    /// Which page, from 1; 0 means the first, too.
    pub page: usize,
    /// Rows of a page; 0 means 50, and 200 is the most.
    pub page_size: usize,
    /// The page behind this place instead of one by its number: nothing is left out or comes twice, whatever is removed
    /// or added between two pages. One that does not fit the order is refused.
    pub after: Option<ExportCursor>,
}

impl ExportQuery {
    const USUAL_PAGE: usize = 50;
    const LARGEST_PAGE: usize = 200;

    /// Rows of a page.
    pub(super) fn rows(&self) -> usize {
        match self.page_size {
            0 => Self::USUAL_PAGE,
            size => size.min(Self::LARGEST_PAGE),
        }
    }

    pub(super) fn includes(&self, item: &ExportListItem) -> bool {
        let search = self.search.trim().to_lowercase();
        let named = [item.name.as_str(), item.connection.label(), item.kind];
        let found = search.is_empty() || named.iter().any(|text| text.to_lowercase().contains(&search));
        let uses = self.connection.as_ref().is_none_or(|wanted| item.connection.id() == Some(wanted));
        found && uses && self.status.is_none_or(|status| status.includes(item.status))
    }
}
