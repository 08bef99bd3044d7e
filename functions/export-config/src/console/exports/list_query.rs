//! What part of the list of exports an address asks for, and the addresses of its other parts.

use configuration::{ExportQuery, ExportSort, StatusFilter};
use console::{Column, RunState, Sort, SortDirection};
use domain::identifier::ConnectionId;
use url::form_urlencoded::Serializer;

use crate::web::FormFields;

/// The columns by the word for each in an address.
const COLUMNS: [(&str, ExportSort, &str); 10] = [
    ("name", ExportSort::Name, "Display name"),
    ("type", ExportSort::Kind, "Type"),
    ("connection", ExportSort::Connection, "Connection"),
    ("status", ExportSort::Status, "Status"),
    ("refreshed", ExportSort::Refreshed, "Refreshed"),
    ("schedule", ExportSort::Schedule, "Schedule"),
    ("next", ExportSort::NextDue, "Next due"),
    ("permissions", ExportSort::YourPermissions, "Your permissions"),
    ("updated", ExportSort::UpdatedAt, "Last updated"),
    ("updated-by", ExportSort::UpdatedBy, "Updated by"),
];

/// The place of the status among them.
pub(super) const STATUS_COLUMN: usize = 3;

/// The statuses to filter by.
pub(super) const STATUSES: [(StatusFilter, RunState); 7] = [
    (StatusFilter::NeverRun, RunState::NeverRun),
    (StatusFilter::Queued, RunState::Queued),
    (StatusFilter::Processing, RunState::Processing),
    (StatusFilter::Successful, RunState::Successful),
    (StatusFilter::Skipped, RunState::Skipped),
    (StatusFilter::Failure, RunState::Failure),
    (StatusFilter::Canceled, RunState::Canceled),
];

/// The query of the list.
#[derive(Debug, Clone)]
pub(super) struct ListQuery(pub(super) ExportQuery);

impl ListQuery {
    /// What `query` asks for; what it says wrongly is ignored.
    pub(super) fn read(query: &str) -> Self {
        let fields = FormFields::parse(query.as_bytes());
        let sort = COLUMNS.iter().find(|(word, ..)| *word == fields.text("sort"));
        let status = STATUSES.iter().find(|(_, state)| state.word() == fields.text("status"));
        Self(ExportQuery {
            search: fields.filled("search").unwrap_or_default().to_owned(),
            connection: fields.filled("connection").and_then(|id| ConnectionId::new(id).ok()),
            status: status.map(|(filter, _)| *filter),
            sort: sort.map_or(ExportSort::Name, |(_, sort, _)| *sort),
            descending: fields.text("order") == "descending",
            page: fields.text("page").parse().unwrap_or(1),
            page_size: 0,
            after: None,
        })
    }

    /// Whether anything is searched or filtered.
    pub(super) fn is_filtered(&self) -> bool {
        !self.0.search.is_empty() || self.0.connection.is_some() || self.0.status.is_some()
    }

    /// The status filter's word.
    pub(super) fn status_word(&self) -> &'static str {
        let chosen = STATUSES.iter().find(|(filter, _)| Some(*filter) == self.0.status);
        chosen.map_or("", |(_, state)| state.word())
    }

    /// What the search form keeps: the order.
    pub(super) fn order(&self) -> Vec<(&'static str, &'static str)> {
        let mut order = vec![("sort", self.sort_word())];
        if self.0.descending {
            order.push(("order", "descending"));
        }
        order
    }

    /// The columns with their headings that sort.
    pub(super) fn columns(&self) -> Vec<Column<'static>> {
        COLUMNS.iter().map(|(word, sort, label)| Column::new(*label).sort(self.sorted(word, *sort))).collect()
    }

    /// The address of another page of the same list.
    pub(super) fn page(&self, page: usize) -> String {
        self.address(self.sort_word(), self.0.descending, page)
    }

    fn sorted(&self, word: &str, sort: ExportSort) -> Sort {
        let now = match (sort == self.0.sort, self.0.descending) {
            (false, _) => None,
            (true, false) => Some(SortDirection::Ascending),
            (true, true) => Some(SortDirection::Descending),
        };
        Sort { href: self.address(word, now == Some(SortDirection::Ascending), 1), now }
    }

    fn sort_word(&self) -> &'static str {
        COLUMNS.iter().find(|(_, sort, _)| *sort == self.0.sort).map_or("name", |(word, ..)| word)
    }

    fn address(&self, sort: &str, descending: bool, page: usize) -> String {
        let mut query = Serializer::new(String::new());
        if !self.0.search.is_empty() {
            query.append_pair("search", &self.0.search);
        }
        if let Some(connection) = &self.0.connection {
            query.append_pair("connection", connection.as_str());
        }
        if self.0.status.is_some() {
            query.append_pair("status", self.status_word());
        }
        query.append_pair("sort", sort);
        if descending {
            query.append_pair("order", "descending");
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        format!("/exports?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_shown() {
        let query = ListQuery::read("search=+News+%26&status=Never+run&sort=next&order=descending&page=3");
        assert_eq!((query.0.search.as_str(), query.0.page), ("News &", 3));
        assert_eq!((query.0.status, query.0.sort), (Some(StatusFilter::NeverRun), ExportSort::NextDue));
        assert!(query.0.descending && query.is_filtered());
        assert_eq!(
            query.page(4),
            "/exports?search=News+%26&status=Never+run&sort=next&order=descending&page=4"
        );
    }

    #[test]
    fn nonsense_in_an_address_is_the_whole_list() {
        let query = ListQuery::read("status=x&sort=y&page=z&connection=%2F");
        assert!(!query.is_filtered());
        assert_eq!(query.page(1), "/exports?sort=name");
    }
}
