//! What is in an account, as the API shows it.

use ::configuration::{ContactCountsView, CustomFieldItem, ListItem};
use serde::Serialize;
use utoipa::ToSchema;

/// A list of the account.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ContactList {
    id: String,
    /// Unique in the account.
    name: String,
    /// Those who cannot be sent to included.
    members: Option<u64>,
}

/// A field that the account defined.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomField {
    /// What people see.
    label: String,
    /// What a mapping calls it, after `cf:`.
    name: String,
    /// Such as `string` or `date`.
    kind: Option<String>,
}

/// How many contacts the account has. What the customer pays depends on it.
#[derive(Serialize, ToSchema)]
pub(super) struct ContactCounts {
    /// All that are not deleted.
    total: Option<u64>,
    /// With explicit or implicit permission.
    active: Option<u64>,
    /// Not confirmed yet.
    pending: Option<u64>,
    unsubscribed: Option<u64>,
}

impl From<ListItem> for ContactList {
    fn from(list: ListItem) -> Self {
        Self { id: list.id.into(), name: list.name, members: list.members }
    }
}

impl From<CustomFieldItem> for CustomField {
    fn from(field: CustomFieldItem) -> Self {
        Self { label: field.label, name: field.name, kind: field.kind }
    }
}

impl From<ContactCountsView> for ContactCounts {
    fn from(counts: ContactCountsView) -> Self {
        let ContactCountsView { total, active, pending, unsubscribed } = counts;
        Self { total, active, pending, unsubscribed }
    }
}
