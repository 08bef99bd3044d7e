//! Where a page of the list of exports ends: a place in its order, which stays one also when the export there is removed.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::str::FromStr;

use domain::identifier::ExportId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::query::{ExportQuery, ExportSort};
use super::standing::ExportListItem;

/// What a column says of a row, for comparing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Column {
    /// Nothing besides the name.
    Name,
    Text(String),
    Moment(Option<Timestamp>),
    /// What is due next comes first; what is never due comes last.
    Due {
        never: bool,
        at: Option<Timestamp>,
    },
    Rank(u8),
}

/// The place of a row; no two rows have the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    column: Column,
    name: String,
    id: ExportId,
}

impl Place {
    /// Where `item` stands when the list is sorted by `sort`.
    pub(super) fn of(item: &ExportListItem, sort: ExportSort) -> Self {
        let text = |text: &str| Column::Text(text.to_lowercase());
        let column = match sort {
            ExportSort::Name => Column::Name,
            ExportSort::Kind => Column::Text(item.kind.to_owned()),
            ExportSort::Connection => text(item.connection.label()),
            ExportSort::Status => {
                Column::Text(item.status.map(|status| status.to_string()).unwrap_or_default())
            }
            ExportSort::Refreshed => Column::Moment(item.refreshed_at),
            ExportSort::Schedule => Column::Text(item.schedule.clone()),
            ExportSort::NextDue => Column::Due { never: item.next_due.is_none(), at: item.next_due },
            ExportSort::YourPermissions => Column::Rank(item.your_permissions as u8),
            ExportSort::UpdatedAt => Column::Moment(Some(item.updated_at)),
            ExportSort::UpdatedBy => text(item.updated_by.as_deref().unwrap_or_default()),
        };
        Self { column, name: item.name.to_lowercase(), id: item.id.clone() }
    }

    /// Sorted by name, also the names are turned round.
    pub(super) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let by_column = self.column.cmp(&other.column);
        let by_name = self.name.cmp(&other.name).then_with(|| self.id.cmp(&other.id));
        match (descending, &self.column) {
            (false, _) => by_column.then(by_name),
            (true, Column::Name) => by_name.reverse(),
            (true, _) => by_column.reverse().then(by_name),
        }
    }
}

/// The end of a page: give it to the next query, which begins behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCursor {
    sort: ExportSort,
    descending: bool,
    place: Place,
}

impl ExportCursor {
    pub(super) const fn new(query: &ExportQuery, place: Place) -> Self {
        Self { sort: query.sort, descending: query.descending, place }
    }

    /// Whether it is of a list in the order that `query` asks for.
    #[must_use]
    pub fn fits(&self, query: &ExportQuery) -> bool {
        self.sort == query.sort && self.descending == query.descending
    }

    /// Whether a row belongs to a later page.
    pub(super) fn is_before(&self, place: &Place) -> bool {
        self.place.compare(place, self.descending) == Ordering::Less
    }
}

/// For addresses, and for nobody to read.
impl Display for ExportCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        json.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the list; begin with the first page again")]
pub struct NoCursor;

impl FromStr for ExportCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let byte = |pair: &[u8]| match *pair {
            [high, low] => Some(digit(high)? * 16 + digit(low)?),
            _ => None,
        };
        let json: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        serde_json::from_slice(&json.ok_or(NoCursor)?).map_err(|_| NoCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(column: Column, name: &str) -> Place {
        Place { column, name: name.to_owned(), id: ExportId::new(name).unwrap() }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let at = Some("2026-11-22T03:33:00Z".parse().unwrap());
        let place = place(Column::Due { never: false, at }, "news");
        let query = ExportQuery { sort: ExportSort::NextDue, descending: true, ..ExportQuery::default() };
        let cursor = ExportCursor::new(&query, place);
        let text = cursor.to_string();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        assert_eq!(text.parse(), Ok(cursor.clone()));
        assert!(cursor.fits(&query) && !cursor.fits(&ExportQuery::default()));
        for other in ["", "2", "7b", "zz", "é", &text[2..], &text[..text.len() - 1]] {
            assert_eq!(other.parse::<ExportCursor>(), Err(NoCursor), "{other}");
        }
    }

    #[test]
    fn what_is_due_comes_before_what_is_never_due_and_names_decide() {
        let due =
            |at: Option<&str>| Column::Due { never: at.is_none(), at: at.map(|at| at.parse().unwrap()) };
        let soon = place(due(Some("2026-11-22T03:33:00Z")), "b");
        let late = place(due(Some("2026-11-23T03:33:00Z")), "a");
        let never = place(due(None), "a");
        for pair in [[&soon, &late], [&late, &never], [&never, &place(due(None), "b")]] {
            assert_eq!(pair[0].compare(pair[1], false), Ordering::Less, "{pair:?}");
        }
        assert_eq!(soon.compare(&late, true), Ordering::Greater);
        assert_eq!(never.compare(&place(due(None), "b"), true), Ordering::Less, "names stay");
        let (one, other) = (place(Column::Name, "a"), place(Column::Name, "b"));
        assert_eq!(one.compare(&other, true), Ordering::Greater);
    }
}
