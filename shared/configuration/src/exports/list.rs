//! The list of exports, which everybody sees.

use domain::identifier::ConnectionId;
use identity::Person;
use serde::Serialize;

use super::cursor::{ExportCursor, Place};
use super::facts::AllFacts;
use super::query::ExportQuery;
use super::standing::{ConnectionUse, ExportListItem};
use crate::configuration::Configuration;
use crate::connections::{ConnectionName, KIND};
use crate::error::ConfigurationError;
use crate::unreadable::UnreadableExport;

/// A page of the list of exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportPage {
    /// Its rows.
    pub items: Vec<ExportListItem>,
    /// How many exports there are under this search and these filters, on all pages.
    pub total: usize,
    /// Which page this is, from 1. The last one when a later one was asked for; 1 for a page behind a place.
    pub page: usize,
    /// How many pages there are; at least one.
    pub pages: usize,
    /// Where the next page begins; `None` on the last.
    pub next: Option<ExportCursor>,
    /// The connections to filter by: those that any export uses, as far as the person may know them, by name.
    pub connections: Vec<ConnectionName>,
    /// Exports of which something that is stored cannot be read, on every page and whatever is searched: what they are
    /// cannot be told. They are counted nowhere else.
    pub unreadable: Vec<UnreadableExport>,
}

impl Configuration {
    /// The exports, for everybody. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `after`.
    pub async fn exports(
        &self,
        person: &Person,
        query: &ExportQuery,
    ) -> Result<ExportPage, ConfigurationError> {
        if query.after.as_ref().is_some_and(|after| !after.fits(query)) {
            let message = "This page belongs to a list in another order. Begin with the first page again.";
            return Err(ConfigurationError::invalid("after", "invalid", message));
        }
        let AllFacts { facts, mut unreadable, refresh } = self.all_export_facts().await?;
        unreadable.sort_by_key(|export| export.label().to_lowercase());
        let (age, now) = (self.parts.settings.snapshot_age, self.parts.clock.now());
        let mut items: Vec<ExportListItem> =
            facts.iter().map(|facts| ExportListItem::of(person, facts, &refresh, age, now)).collect();
        let connections = connections(&items);
        items.retain(|item| query.includes(item));
        let mut placed: Vec<(Place, ExportListItem)> =
            items.into_iter().map(|item| (Place::of(&item, query.sort), item)).collect();
        placed.sort_by(|(one, _), (other, _)| one.compare(other, query.descending));
        let (total, rows) = (placed.len(), query.rows());
        let pages = total.div_ceil(rows).max(1);
        let page = query.page.clamp(1, pages);
        let first = match &query.after {
            Some(after) => placed.partition_point(|(place, _)| !after.is_before(place)),
            None => (page - 1) * rows,
        };
        let last = placed.get(first..).filter(|rest| rest.len() > rows).and_then(|rest| rest.get(rows - 1));
        let next = last.map(|(place, _)| ExportCursor::new(query, place.clone()));
        let items = placed.into_iter().skip(first).take(rows).map(|(_, item)| item).collect();
        Ok(ExportPage { items, total, page, pages, next, connections, unreadable })
    }
}

fn connections(items: &[ExportListItem]) -> Vec<ConnectionName> {
    let mut names: Vec<ConnectionName> = Vec::new();
    let known = |names: &[ConnectionName], id: &ConnectionId| names.iter().any(|name| name.id == *id);
    for item in items {
        if let ConnectionUse::Named { id, display_name } = &item.connection
            && !known(&names, id)
        {
            names.push(ConnectionName { id: id.clone(), display_name: display_name.clone(), kind: KIND });
        }
    }
    names.sort_by_key(|name| name.display_name.to_lowercase());
    names
}
