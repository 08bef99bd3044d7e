//! The counts of a run: numbers of rows, no rows.

use std::collections::BTreeMap;

use domain::outcome;
use engine::ServiceCounts;
use serde::Serialize;
use utoipa::ToSchema;

/// What came of every row: `read = duplicates + rejected + opted_out + added + updated + unchanged + unsent`.
#[derive(Serialize, ToSchema)]
pub(super) struct Counts {
    read: u64,
    /// Distinct valid profiles among them.
    members: u64,
    /// Rows of a profile or address that an earlier row had claimed.
    duplicates: u64,
    /// Rejected, by us or by the service.
    rejected: u64,
    opted_out: u64,
    /// Accepted, of people whom this export did not hold before.
    added: u64,
    /// Accepted, with other values than before.
    updated: u64,
    /// Held with the same values.
    unchanged: u64,
    /// Should have been sent and were not.
    unsent: u64,
    /// People taken off the list; outside the sum.
    removed: u64,
    /// Why rows were rejected.
    reasons: BTreeMap<String, u64>,
    notes: Notes,
}

/// What is worth knowing and rejected nobody.
#[derive(Serialize, ToSchema)]
struct Notes {
    /// Values cut to the length that the field allows.
    values_cut: u64,
    /// Values left out because the service would refuse the whole row for them.
    values_left_out: u64,
    /// Addresses of 51 to 80 characters.
    long_addresses: u64,
    /// People whose address changed: the old one stays on the list, so that they may get mail twice.
    address_changed: u64,
    /// Rows that may have reached the service twice.
    possibly_repeated: u64,
}

/// Constant Contact's own counts, which need not agree with ours.
#[derive(Serialize, ToSchema)]
pub(super) struct CountsOfService {
    activities: u64,
    people: u64,
    errors: u64,
    correctable: u64,
    cannot_add: u64,
}

impl From<outcome::Counts> for Counts {
    fn from(counts: outcome::Counts) -> Self {
        let reasons = counts.reasons.into_iter().map(|(reason, rows)| (reason.as_str().to_owned(), rows));
        Self {
            read: counts.read,
            members: counts.members,
            duplicates: counts.duplicates,
            rejected: counts.rejected,
            opted_out: counts.opted_out,
            added: counts.added,
            updated: counts.updated,
            unchanged: counts.unchanged,
            unsent: counts.unsent,
            removed: counts.removed,
            reasons: reasons.collect(),
            notes: counts.notes.into(),
        }
    }
}

impl From<outcome::Notes> for Notes {
    fn from(notes: outcome::Notes) -> Self {
        Self {
            values_cut: notes.values_cut,
            values_left_out: notes.values_left_out,
            long_addresses: notes.long_addresses,
            address_changed: notes.address_changed,
            possibly_repeated: notes.possibly_repeated,
        }
    }
}

impl From<ServiceCounts> for CountsOfService {
    fn from(counts: ServiceCounts) -> Self {
        let ServiceCounts { activities, people, errors, correctable, cannot_add } = counts;
        Self { activities, people, errors, correctable, cannot_add }
    }
}
