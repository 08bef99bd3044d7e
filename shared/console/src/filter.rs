//! Finding something in a long list: search, filters, pages.

use maud::{Markup, html};

use crate::button::{Button, button};
use crate::field::{Field, hidden_field};
use crate::icon::{Icon, icon};
use crate::input::{SelectOption, select_control, select_options};

/// The box for a text to look for.
#[derive(Debug, Clone, Copy)]
pub struct SearchBox<'a> {
    /// The name in the query.
    pub name: &'a str,
    /// What is looked through: *Search by name, connection or type*.
    pub label: &'a str,
    /// What is looked for now.
    pub value: &'a str,
}

/// A filter that offers some values.
#[derive(Debug, Clone, Copy)]
pub struct FilterSelect<'a> {
    /// The name in the query.
    pub name: &'a str,
    /// What people read.
    pub label: &'a str,
    /// What it offers; the first one is usually *All*, with an empty value.
    pub options: &'a [SelectOption<'a>],
    /// The value that is chosen now.
    pub selected: &'a str,
}

/// A search with its filters, above a table.
#[derive(Debug, Clone, Copy)]
pub struct FilterBar<'a> {
    /// The page with the list.
    pub action: &'a str,
    /// The search.
    pub search: Option<SearchBox<'a>>,
    /// The filters.
    pub filters: &'a [FilterSelect<'a>],
    /// What else stays in the query, such as the sorting.
    pub keeps: &'a [(&'a str, &'a str)],
    /// Whether anything is filtered now, so that a way back to everything is offered.
    pub active: bool,
}

/// The search and the filters as one form, whose answer is an address that can be kept.
#[must_use]
pub fn filter_bar(bar: &FilterBar<'_>) -> Markup {
    html! {
        form.filters role="search" method="get" action=(bar.action) {
            @for (name, value) in bar.keeps { (hidden_field(name, value)) }
            @if let Some(search) = &bar.search {
                @let id = format!("filter-{}", search.name);
                div.field.search {
                    label for=(id) { (search.label) }
                    div.search-box {
                        (icon(Icon::Search))
                        input.control type="search" id=(id) name=(search.name) value=(search.value) autocomplete="off";
                    }
                }
            }
            @for filter in bar.filters {
                @let id = format!("filter-{}", filter.name);
                @let field = Field::new(filter.name, filter.label).id(&id);
                div.field {
                    label for=(id) { (filter.label) }
                    (select_control(&field, &select_options(filter.options, filter.selected), None))
                }
            }
            div.button-row {
                (button(&Button::new("Apply")))
                @if bar.active { a.button.quiet href=(bar.action) { "Show all" } }
            }
        }
    }
}

/// Where one is in a list of several pages.
#[derive(Debug, Clone, Copy)]
pub struct Pager<'a> {
    /// What is listed, for screen readers: *Exports*.
    pub about: &'a str,
    /// What is shown: *26 to 50 of 132*.
    pub shown: &'a str,
    /// The page before.
    pub previous: Option<&'a str>,
    /// The page after.
    pub next: Option<&'a str>,
}

/// The way to the page before and the page after; nothing when there is only one.
#[must_use]
pub fn pager(pager: &Pager<'_>) -> Markup {
    html! {
        @if pager.previous.is_some() || pager.next.is_some() {
            nav.pager aria-label={ "Pages of " (pager.about) } {
                p { (pager.shown) }
                div.button-row {
                    @if let Some(href) = pager.previous {
                        a.button href=(href) rel="prev" { (icon(Icon::Left)) span { "Previous" span.visually-hidden { " page" } } }
                    }
                    @if let Some(href) = pager.next {
                        a.button href=(href) rel="next" { span { "Next" span.visually-hidden { " page" } } (icon(Icon::Right)) }
                    }
                }
            }
        }
    }
}
