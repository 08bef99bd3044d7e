//! The list of exports, which everybody sees.

use domain::identifier::ConnectionId;
use identity::Person;
use serde::Serialize;

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
    /// Which page this is, from 1. The last one when a later one was asked for.
    pub page: usize,
    /// How many pages there are; at least one.
    pub pages: usize,
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
    /// [`ConfigurationError`].
    pub async fn exports(
        &self,
        person: &Person,
        query: &ExportQuery,
    ) -> Result<ExportPage, ConfigurationError> {
        let AllFacts { facts, mut unreadable, refresh } = self.all_export_facts().await?;
        unreadable.sort_by_key(|export| export.label().to_lowercase());
        let now = self.parts.clock.now();
        let mut items: Vec<ExportListItem> =
            facts.iter().map(|facts| ExportListItem::of(person, facts, &refresh, now)).collect();
        let connections = connections(&items);
        items.retain(|item| query.includes(item));
        items.sort_by(|one, other| query.compare(one, other));
        let (total, rows) = (items.len(), query.rows());
        let pages = total.div_ceil(rows).max(1);
        let page = query.page.clamp(1, pages);
        let items = items.into_iter().skip((page - 1) * rows).take(rows).collect();
        Ok(ExportPage { items, total, page, pages, connections, unreadable })
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
