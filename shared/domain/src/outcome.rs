//! What became of every row, and the counts that add up to all of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What became of one row. Every row has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Another row of the same profile or address counts instead.
    Duplicate,
    /// The row cannot be exported, or the service refused it; the reason says why.
    Rejected,
    /// The person unsubscribed or was deleted at the service.
    OptedOut,
    /// Accepted, and not held by this export before.
    Added,
    /// Accepted with other values than before.
    Updated,
    /// Held with the same values: nothing to send.
    Unchanged,
    /// Should have been sent, but was not, or not certainly, by the end of the run.
    Unsent,
}

impl Outcome {
    /// The word used in files and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::OptedOut => "opted_out",
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Unsent => "unsent",
        }
    }
}

/// Why a row was rejected: the codes of the report, stable for whoever reads it by machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another number of fields than the header has.
    FieldCount,
    /// Bytes that are not UTF-8 in the identity or in a mapped column.
    Encoding,
    /// The identity column is there and blank.
    IdentityMissing,
    /// No address.
    EmailMissing,
    /// Not an address that can be written to.
    EmailInvalid,
    /// An address of over 80 characters.
    EmailTooLong,
    /// The service refused it, five runs in a row; it is tried again when it changes.
    Parked,
    /// The service refused the row as faulty, correctable in its own screens.
    ServiceCorrectable,
    /// The service refused the row for another reason.
    ServiceError,
    /// One of these rows was refused by the service, which did not say which.
    RejectedUnidentified,
}

impl Reason {
    /// The code used in files and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FieldCount => "field_count",
            Self::Encoding => "encoding",
            Self::IdentityMissing => "identity_missing",
            Self::EmailMissing => "email_missing",
            Self::EmailInvalid => "email_invalid",
            Self::EmailTooLong => "email_too_long",
            Self::Parked => "parked",
            Self::ServiceCorrectable => "service_correctable",
            Self::ServiceError => "service_error",
            Self::RejectedUnidentified => "rejected_unidentified",
        }
    }

    /// Whether the row itself could not be read, which in number points to a broken feed.
    #[must_use]
    pub const fn is_unreadable(self) -> bool {
        matches!(self, Self::FieldCount | Self::Encoding | Self::IdentityMissing)
    }
}

/// How many rows came to which outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Rows read from the snapshots.
    pub read: u64,
    /// Distinct valid profiles among them.
    pub members: u64,
    /// Rows of a profile or address that an earlier row had claimed.
    pub duplicates: u64,
    /// Rows rejected, by us or by the service.
    pub rejected: u64,
    /// Rows of people who opted out.
    pub opted_out: u64,
    /// Rows accepted of people whom this export did not hold before.
    pub added: u64,
    /// Rows accepted with other values than before.
    pub updated: u64,
    /// Rows held with the same values.
    pub unchanged: u64,
    /// Rows that should have been sent and were not.
    pub unsent: u64,
    /// People taken off the list (Mirror); outside the sum.
    pub removed: u64,
    /// The reasons that subdivide `rejected`.
    pub reasons: BTreeMap<Reason, u64>,
    /// Things worth knowing that rejected nobody.
    pub notes: Notes,
}

/// Counts of what was changed or noticed on the way; none of them is an outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// Values cut to the length that the field allows.
    pub values_cut: u64,
    /// Values left out because the service would refuse the whole row for them (a birthday of 31.31., say).
    pub values_left_out: u64,
    /// Addresses of 51 to 80 characters, on which the service's contract contradicts itself.
    pub long_addresses: u64,
    /// Profiles whose address changed: the old address stays on the list, so that they may get mail twice.
    pub address_changed: u64,
    /// Rows of chunks that may have reached the service twice after a lost answer; harmless to the data.
    pub possibly_repeated: u64,
}

impl Counts {
    /// Whether every row read is in exactly one count.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let reasons: u64 = self.reasons.values().sum();
        self.read
            == self.duplicates
                + self.rejected
                + self.opted_out
                + self.added
                + self.updated
                + self.unchanged
                + self.unsent
            && reasons == self.rejected
    }

    /// Counts one rejected row.
    pub fn reject(&mut self, reason: Reason) {
        self.reject_many(reason, 1);
    }

    /// Counts `rows` rejected rows of the same reason.
    pub fn reject_many(&mut self, reason: Reason, rows: u64) {
        if rows > 0 {
            self.rejected += rows;
            *self.reasons.entry(reason).or_default() += rows;
        }
    }
}
