//! Tables: sortable, selectable, readable on a narrow screen, and helpful when empty.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::message::{EmptyState, empty_state};

/// In which direction a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortDirection {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// How a column can be sorted.
#[derive(Debug, Clone)]
pub struct Sort {
    /// The same page sorted by this column; in the other direction when it already is.
    pub href: String,
    /// The direction, if the table is sorted by this column now.
    pub now: Option<SortDirection>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    label: Cow<'a, str>,
    sort: Option<Sort>,
    number: bool,
    label_hidden: bool,
}

impl<'a> Column<'a> {
    /// A column of text or markup.
    pub fn new(label: impl Into<Cow<'a, str>>) -> Self {
        Self { label: label.into(), sort: None, number: false, label_hidden: false }
    }

    /// A column of numbers, aligned at their ends.
    pub fn number(label: impl Into<Cow<'a, str>>) -> Self {
        Self { number: true, ..Self::new(label) }
    }

    /// A column of buttons, whose label only screen readers need.
    pub fn actions(label: impl Into<Cow<'a, str>>) -> Self {
        Self { label_hidden: true, ..Self::new(label) }
    }

    /// With a heading that sorts.
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = Some(sort);
        self
    }
}

/// A box before a row, so that something can be done with several rows at once. The table must stand in a form.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    /// What the form sends for this row, under [`Table::select`].
    pub value: Cow<'a, str>,
    /// What the row is, for people who hear only the box.
    pub label: Cow<'a, str>,
}

/// A row; its first cell is its heading.
#[derive(Debug, Clone, Default)]
pub struct Row<'a> {
    /// The box before it; ignored without [`Table::select`]. A row that may not be chosen has none.
    pub selection: Option<Selection<'a>>,
    /// One cell for each column.
    pub cells: Vec<Markup>,
}

impl Row<'_> {
    /// A row without a box.
    #[must_use]
    pub const fn new(cells: Vec<Markup>) -> Self {
        Self { selection: None, cells }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// What the table shows; for screen readers, since a heading stands above it for the others.
    pub caption: &'a str,
    /// Its columns.
    pub columns: &'a [Column<'a>],
    /// Its rows, in the order in which they are shown.
    pub rows: &'a [Row<'a>],
    /// The name under which the form sends the chosen rows; `None`: rows cannot be chosen.
    pub select: Option<&'a str>,
    /// For tables whose shape is not known, such as sample rows: scrolls sideways instead of stacking.
    pub wide: bool,
    /// What is said instead when there are no rows.
    pub empty: EmptyState<'a>,
}

/// More columns than this are set closer together.
const DENSE_FROM: usize = 6;
/// More columns than this are a table only on a wide screen, and cards before that.
const CROWDED_FROM: usize = 9;

/// The table. Roles are written out because browsers forget them when a narrow screen stacks the cells.
#[must_use]
pub fn table(table: &Table<'_>) -> Markup {
    if table.rows.is_empty() {
        return empty_state(&table.empty);
    }
    let content = html! {
        table.data.stacks[!table.wide].dense[table.columns.len() > DENSE_FROM].crowded[!table.wide && table.columns.len() > CROWDED_FROM]
            role="table" {
            caption.visually-hidden { (table.caption) }
            thead role="rowgroup" { (heading_row(table)) }
            tbody role="rowgroup" { @for row in table.rows { (body_row(table, row)) } }
        }
    };
    html! {
        @if table.wide {
            div.table-frame.scrolls role="region" aria-label=(table.caption) tabindex="0" { (content) }
        } @else {
            div.table-frame { (content) }
        }
    }
}

fn heading_row(table: &Table<'_>) -> Markup {
    html! {
        tr role="row" {
            @if let Some(name) = table.select {
                th.select role="columnheader" scope="col" {
                    span.visually-hidden { "Choose" }
                    label.check-all hidden data-check-all=(name) {
                        input type="checkbox"; span.visually-hidden { "Choose all rows" }
                    }
                }
            }
            @for column in table.columns { (heading(column)) }
        }
    }
}

fn heading(column: &Column<'_>) -> Markup {
    let now = column.sort.as_ref().map(|sort| match sort.now {
        None => "none",
        Some(SortDirection::Ascending) => "ascending",
        Some(SortDirection::Descending) => "descending",
    });
    html! {
        th.number[column.number].sortable[now.is_some()] role="columnheader" scope="col" aria-sort=[now] {
            @if let Some(sort) = &column.sort {
                a href=(sort.href) {
                    (column.label)
                    @match sort.now {
                        None => {},
                        Some(SortDirection::Ascending) => (icon(Icon::Up)),
                        Some(SortDirection::Descending) => (icon(Icon::Down)),
                    }
                }
            } @else if column.label_hidden {
                span.visually-hidden { (column.label) }
            } @else {
                (column.label)
            }
        }
    }
}

fn body_row(table: &Table<'_>, row: &Row<'_>) -> Markup {
    html! {
        tr role="row" {
            @if let Some(name) = table.select { td.select role="cell" { (selection(name, row)) } }
            @for (index, cell) in row.cells.iter().enumerate() {
                @let column = table.columns.get(index);
                @let number = column.is_some_and(|column| column.number);
                @let actions = column.is_some_and(|column| column.label_hidden);
                @if index == 0 {
                    th.number[number] role="rowheader" scope="row" { (cell) }
                } @else {
                    td.number[number].actions[actions] role="cell"
                        data-label=[column.filter(|_| !actions).map(|column| column.label.as_ref())] { (cell) }
                }
            }
        }
    }
}

fn selection(name: &str, row: &Row<'_>) -> Markup {
    html! {
        @if let Some(selection) = &row.selection {
            label {
                input type="checkbox" name=(name) value=(selection.value);
                span.visually-hidden { "Choose " (selection.label) }
            }
        }
    }
}
