//! The columns that all chosen segments have, and why others cannot be chosen.

use configuration::{SegmentColumns, SegmentSample};

/// Longer values are cut: a sample shows what a column holds.
const LONGEST_SAMPLE: usize = 40;

/// A column of all chosen segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnOffer {
    pub(super) name: String,
    /// A value of it, for people who may see one.
    pub(super) sample: Option<String>,
}

/// The columns of the chosen segments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CommonColumns {
    /// Those that each of them has, in whatever case.
    pub(super) offered: Vec<ColumnOffer>,
    /// Of each segment that has others, its name and those others.
    pub(super) elsewhere: Vec<(String, Vec<String>)>,
    /// Segments whose columns nobody knows yet.
    pub(super) unknown: Vec<String>,
}

impl CommonColumns {
    /// What the segments of these names, whose columns come in the same order, have in common.
    pub(super) fn of(names: impl Iterator<Item = String>, columns: Vec<SegmentColumns>) -> Self {
        let (known, unknown): (Vec<_>, Vec<_>) =
            names.zip(columns).partition(|(_, segment)| !segment.columns.is_empty());
        let has = |segment: &SegmentColumns, name: &str| {
            segment.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
        };
        let everywhere = |name: &str| known.iter().all(|(_, segment)| has(segment, name));
        let offered = known.first().map(|(_, first)| {
            let columns = first.columns.iter().enumerate().filter(|(_, name)| everywhere(name));
            let offer = |(place, name): (usize, &String)| ColumnOffer {
                name: name.clone(),
                sample: sample(&first.sample, place),
            };
            columns.map(offer).collect()
        });
        let others = known.iter().map(|(name, segment)| {
            let others = segment.columns.iter().filter(|column| !everywhere(column)).cloned();
            (name.clone(), others.collect::<Vec<_>>())
        });
        Self {
            elsewhere: others.filter(|(_, others)| !others.is_empty()).collect(),
            offered: offered.unwrap_or_default(),
            unknown: unknown.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

fn sample(sample: &SegmentSample, column: usize) -> Option<String> {
    let SegmentSample::Rows(rows) = sample else { return None };
    let mut values = rows.expose().iter().filter_map(|row| row.get(column));
    let value = values.find(|value| !value.is_empty())?;
    let mut shown: String = value.chars().take(LONGEST_SAMPLE).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    Some(shown)
}
