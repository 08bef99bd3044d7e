//! The columns of a snapshot, found by name, and where another part keeps them.

use crate::csv::record::Fields;
use crate::problem::Problem;

/// How many names, and how much of each, a message lists.
const LISTED_NAMES: usize = 40;
const LISTED_CHARACTERS: usize = 60;

/// The columns of the first part of a snapshot; every part is read in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
}

/// A column that a mapping names and that cannot be told in this snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ColumnError {
    pub(crate) problem: Problem,
}

impl Columns {
    /// The names in the header's order, with white space around them removed.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The position of the column that a mapping calls `name`: exactly so, or else without case. Call it for every
    /// mapped column and the identity column when the header is known; other columns may be named as they like.
    ///
    /// # Errors
    /// [`ColumnError`] when no column, or more than one, is called so. It names the columns that are there, unless
    /// the first row seems to hold a person's data.
    pub fn find(&self, name: &str) -> Result<usize, ColumnError> {
        let name = name.trim();
        let error = |problem| Err(ColumnError { problem });
        let lower = name.to_lowercase();
        let exactly = self.positions(|candidate| candidate == name);
        let found = match exactly {
            (None, _) => self.positions(|candidate| candidate.to_lowercase() == lower),
            found => found,
        };
        match found {
            (Some(position), None) => Ok(position),
            (Some(_), Some(_)) => error(Problem::DuplicateColumn { column: name.to_owned() }),
            (None, _) if self.looks_like_data() => error(Problem::HeaderIsData),
            (None, _) => {
                error(Problem::MissingColumn { column: name.to_owned(), available: list(self.names.iter()) })
            }
        }
    }

    /// The first two columns that fit.
    fn positions(&self, fits: impl Fn(&str) -> bool) -> (Option<usize>, Option<usize>) {
        let mut positions =
            self.names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(position, _)| position);
        (positions.next(), positions.next())
    }

    /// Whether the row that should be the header is rather a person's. Asked only once a column is missing, and in
    /// order to say so and to keep the person out of the message; nothing is ever read differently for it.
    fn looks_like_data(&self) -> bool {
        self.names.iter().any(|name| {
            let digits = name.bytes().filter(u8::is_ascii_digit).count();
            name.contains('@') || (digits >= 3 && digits * 2 >= name.len())
        })
    }

    /// The columns of files without a header row.
    pub(crate) fn from_names(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| name.trim().to_owned()).collect() }
    }

    /// Reads the header row.
    pub(crate) fn from_header(record: &[u8], fields: &Fields) -> Result<Self, Problem> {
        let names = (0..fields.len()).map(|index| {
            let name = std::str::from_utf8(fields.get(record, index)).map_err(|_| Problem::HeaderNotUtf8)?;
            Ok(name.trim().to_owned())
        });
        Ok(Self { names: names.collect::<Result<_, _>>()? })
    }

    /// Where a part whose header is `part` keeps each of these columns: `None` when in the same order, `Err` with
    /// the difference when it has other columns. Columns of one name are taken in their order.
    pub(crate) fn order_in(&self, part: &Self) -> Result<Option<Vec<usize>>, String> {
        if self == part {
            return Ok(None);
        }
        let (own, other) = (self.sorted(), part.sorted());
        let own_names = own.iter().map(|(name, _)| name);
        if own_names.ne(other.iter().map(|(name, _)| name)) {
            return Err(self.difference(part));
        }
        let mut order = vec![0; self.names.len()];
        for ((_, position), (_, position_in_part)) in own.into_iter().zip(other) {
            if let Some(slot) = order.get_mut(position) {
                *slot = position_in_part;
            }
        }
        Ok(Some(order))
    }

    fn sorted(&self) -> Vec<(&str, usize)> {
        let mut sorted: Vec<_> =
            self.names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        sorted.sort_unstable();
        sorted
    }

    /// Names what lacks and what is too many, unless a person's data could be among it.
    fn difference(&self, part: &Self) -> String {
        if part.looks_like_data() || self.looks_like_data() {
            return " (its first row may hold data instead of column names)".to_owned();
        }
        let only_in = |one: &Self, other: &Self| {
            let names = one.names.iter().filter(|name| !other.names.contains(name));
            let listed: Vec<_> = names.cloned().collect();
            (!listed.is_empty()).then(|| list(listed.iter()))
        };
        match (only_in(self, part), only_in(part, self)) {
            (Some(lacking), Some(extra)) => format!(" (it lacks {lacking} and has {extra} instead)"),
            (Some(lacking), None) => format!(" (it lacks {lacking})"),
            (None, Some(extra)) => format!(" (it has {extra} besides)"),
            (None, None) => " (a name occurs in it another number of times)".to_owned(),
        }
    }
}

/// Names for a person to read, cut where there are too many of them.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = names.len().saturating_sub(LISTED_NAMES);
    let listed: Vec<String> = names
        .take(LISTED_NAMES)
        .map(|name| format!("{:?}", name.chars().take(LISTED_CHARACTERS).collect::<String>()))
        .collect();
    let listed = listed.join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn columns(names: &[&str]) -> Columns {
        Columns { names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[rstest]
    #[case(&["CustomerId", "EMail"], "EMail", 1)]
    #[case(&["CustomerId", "EMail"], "email", 1)]
    #[case(&["CustomerId", "EMail"], " EMAIL ", 1)]
    #[case(&["email", "EMail"], "EMail", 1)]
    #[case(&["Name", "Name", "EMail"], "EMail", 2)]
    #[case(&["STRASSE", "ÄRGER"], "ärger", 1)]
    fn a_column_is_found_exactly_or_without_case(
        #[case] names: &[&str],
        #[case] wanted: &str,
        #[case] at: usize,
    ) {
        assert_eq!(columns(names).find(wanted), Ok(at));
    }

    #[rstest]
    #[case(&["EMail", "EMail"], "EMail")]
    #[case(&["EMail", "EMAIL"], "email")]
    fn a_mapped_column_must_occur_once(#[case] names: &[&str], #[case] wanted: &str) {
        let problem = columns(names).find(wanted).unwrap_err().problem;
        assert_eq!(problem, Problem::DuplicateColumn { column: wanted.to_owned() });
    }

    #[test]
    fn a_missing_column_is_named_with_those_that_are_there() {
        let message = columns(&["CustomerId", "Mail"]).find("EMail").unwrap_err().to_string();
        assert!(message.contains(r#""EMail""#) && message.contains(r#""CustomerId", "Mail""#), "{message}");
    }

    #[rstest]
    #[case(&["1001", "anna@example.com", "Anna"])]
    #[case(&["1001", "", "Anna"])]
    #[case(&["C-1001", "", "Anna"])]
    fn a_row_of_data_instead_of_a_header_is_not_repeated(#[case] names: &[&str]) {
        let error = columns(names).find("EMail").unwrap_err();
        assert_eq!(error.problem, Problem::HeaderIsData);
        assert!(!error.to_string().contains("Anna"));
    }

    #[rstest]
    #[case(&["a", "b", "c"], &["a", "b", "c"], Ok(None))]
    #[case(&["a", "b", "c"], &["c", "a", "b"], Ok(Some(vec![1, 2, 0])))]
    #[case(&["a", "x", "x"], &["x", "a", "x"], Ok(Some(vec![1, 0, 2])))]
    #[case(&["a", "b"], &["a"], Err(r#" (it lacks "b")"#))]
    #[case(&["a"], &["a", "b"], Err(r#" (it has "b" besides)"#))]
    #[case(&["a", "b"], &["a", "c"], Err(r#" (it lacks "b" and has "c" instead)"#))]
    #[case(&["a", "a", "b"], &["a", "b", "b"], Err(" (a name occurs in it another number of times)"))]
    fn another_part_may_order_the_same_columns_differently(
        #[case] first: &[&str],
        #[case] part: &[&str],
        #[case] expected: Result<Option<Vec<usize>>, &str>,
    ) {
        assert_eq!(columns(first).order_in(&columns(part)), expected.map_err(str::to_owned));
    }
}
