//! The list of exports, which everybody sees.

use axum::extract::{RawQuery, State};
use configuration::{ExportPage, access};
use console::{
    Button, ButtonKind, Column, EmptyState, FilterBar, FilterSelect, Icon, Pager, SearchBox, Section,
    SelectOption, Table, button, confirmation_link, csrf_field, filter_bar, link_button, page_header, pager,
    table,
};
use maud::{Markup, html};

use super::list_query::{ListQuery, STATUS_COLUMN, STATUSES};
use super::list_row::row;
use crate::app::App;
use crate::console::unreadable::unreadable_row;
use crate::web::{ConsoleError, ConsolePerson, Page};

const TITLE: &str = "Exports";

/// `GET /exports`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    let query = ListQuery::read(&query.unwrap_or_default());
    let exports = app.configuration().exports(&person, &query.0).await?;
    let works = access::may_create_exports(&person);
    let about = html! { "What is sent from your segments to Constant Contact, and how it went." };
    let content = html! {
        (page_header(TITLE, Some(&about), works.then(|| actions(&exports)).as_ref()))
        @if exports.total > 0 || query.is_filtered() { (filters(&query, &exports)) }
        @if works {
            form method="post" action="/exports/schedules" {
                (csrf_field(person.csrf()))
                (rows(&app, &query, &exports, works))
                @if !exports.items.is_empty() {
                    div.button-row { (button(&Button::new("Change schedule of the chosen exports").icon(Icon::Schedule))) }
                }
            }
        } @else { (rows(&app, &query, &exports, works)) }
        (pages(&query, &exports))
    };
    Ok(Page::new(TITLE, content).section(Section::Exports))
}

fn actions(exports: &ExportPage) -> Markup {
    html! {
        (link_button(&Button::new("Add destination").kind(ButtonKind::Primary).icon(Icon::Plus), "/exports/new"))
        @if exports.total > 0 { (confirmation_link(&Button::new("Run all"), "/exports/run-all")) }
    }
}

fn filters(query: &ListQuery, exports: &ExportPage) -> Markup {
    let all = || std::iter::once(SelectOption::new("", "All"));
    let connections: Vec<_> =
        all()
            .chain(exports.connections.iter().map(|connection| {
                SelectOption::new(connection.id.as_str(), connection.display_name.as_str())
            }))
            .collect();
    let statuses: Vec<_> = all()
        .chain(STATUSES.iter().map(|(_, state)| SelectOption::new(state.word(), state.word())))
        .collect();
    let connection = query.0.connection.as_ref().map_or("", |id| id.as_str());
    filter_bar(&FilterBar {
        action: "/exports",
        search: Some(SearchBox {
            name: "search",
            label: "Search by name, connection or type",
            value: &query.0.search,
        }),
        filters: &[
            FilterSelect {
                name: "connection",
                label: "Connection",
                options: &connections,
                selected: connection,
            },
            FilterSelect {
                name: "status",
                label: "Status",
                options: &statuses,
                selected: query.status_word(),
            },
        ],
        keeps: &query.order(),
        active: query.is_filtered(),
    })
}

fn rows(app: &App, query: &ListQuery, exports: &ExportPage, works: bool) -> Markup {
    let mut columns = query.columns();
    columns.push(Column::actions("Actions"));
    let unreadable =
        exports.unreadable.iter().map(|export| unreadable_row(export, columns.len(), STATUS_COLUMN));
    let rows: Vec<_> = unreadable.chain(exports.items.iter().map(|item| row(item, app.now()))).collect();
    table(&Table {
        caption: TITLE,
        columns: &columns,
        rows: &rows,
        select: works.then_some("export"),
        wide: false,
        empty: nothing(query, works),
    })
}

fn nothing(query: &ListQuery, works: bool) -> EmptyState<'static> {
    if query.is_filtered() {
        return EmptyState {
            title: "No export fits",
            explanation: "Search for something else, or show all exports.",
            next_step: link_button(&Button::new("Show all"), "/exports"),
        };
    }
    let explanation = if works {
        "An export sends the people of one or more segments to a list at Constant Contact, and keeps the list up to date."
    } else {
        "An export sends the people of one or more segments to a list at Constant Contact. Contributors and \
         administrators can add the first one."
    };
    let next_step = if works {
        link_button(&Button::new("Add destination"), "/exports/new")
    } else {
        link_button(&Button::new("See the segments"), "/segments")
    };
    EmptyState { title: "No exports yet", explanation, next_step }
}

fn pages(query: &ListQuery, exports: &ExportPage) -> Markup {
    if exports.items.is_empty() {
        return html! {};
    }
    // Every page but the last is full, so that its first row is known by the number of its own rows or of those after.
    let before = if exports.page == exports.pages {
        exports.total - exports.items.len()
    } else {
        (exports.page - 1) * exports.items.len()
    };
    let shown = format!("{} to {} of {}", before + 1, before + exports.items.len(), exports.total);
    let previous = (exports.page > 1).then(|| query.page(exports.page - 1));
    let next = (exports.page < exports.pages).then(|| query.page(exports.page + 1));
    pager(&Pager { about: "exports", shown: &shown, previous: previous.as_deref(), next: next.as_deref() })
}
