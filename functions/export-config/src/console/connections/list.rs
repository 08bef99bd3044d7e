//! The list of connections: everything for administrators, names and types for contributors, a hint for the rest.

use std::cmp::Ordering;

use axum::extract::{RawQuery, State};
use catalog::ConnectionAccess;
use configuration::{ConnectionAdministration, ConnectionListItem, ConnectionState};
use console::{
    Button, ButtonKind, Column, EmptyState, Icon, Level, Row, Section, Sort, SortDirection, Table,
    connection_badge, empty_state, link_button, moment, notice, number, page_header, table,
};
use futures_util::future;
use identity::{Person, Role};
use maud::{Markup, html};

use crate::app::App;
use crate::console::unreadable::unreadable_row;
use crate::web::{ConsoleError, ConsolePerson, FormFields, Page};

const TITLE: &str = "Connections";

/// The columns of administrators, by the word for each in an address.
const COLUMNS: [(&str, &str); 6] = [
    ("name", "Display name"),
    ("type", "Type"),
    ("created", "Created"),
    ("access", "Who can use it"),
    ("status", "Status"),
    ("exports", "Exports"),
];

/// The place of the status among them.
const STATUS_COLUMN: usize = 4;

pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    let content = match person.role {
        Role::Administrator => {
            let query = FormFields::parse(query.unwrap_or_default().as_bytes());
            administrators(&app, &person, &Order::read(&query)).await?
        }
        Role::Contributor => contributors(&app, &person).await?,
        Role::Viewer => viewers(),
    };
    Ok(Page::new(TITLE, content).section(Section::Connections))
}

async fn administrators(app: &App, person: &Person, order: &Order) -> Result<Markup, ConsoleError> {
    let configuration = app.configuration();
    let (mut list, application) =
        future::try_join(configuration.connections(person), configuration.application(person)).await?;
    order.sort(&mut list.items);
    let unreadable = list.unreadable.iter().map(|found| unreadable_row(found, COLUMNS.len(), STATUS_COLUMN));
    let rows: Vec<_> = unreadable.chain(list.items.iter().map(row)).collect();
    let actions = html! {
        (link_button(&Button::new("Add connection").kind(ButtonKind::Primary).icon(Icon::Plus), "/connections/new"))
        (link_button(&Button::new("Set up").kind(ButtonKind::Quiet), "/set-up"))
    };
    let about = html! { "The Constant Contact accounts that exports can send to." };
    Ok(html! {
        (page_header(TITLE, Some(&about), Some(&actions)))
        @if !application.configured {
            (notice(Level::Warning, "Not set up yet", &html! {
                p { "This product's application at Constant Contact is not known yet, so no connection can be authenticated. "
                    a href="/set-up" { "Set up" } }
            }))
        }
        (table(&Table {
            caption: TITLE,
            columns: &order.columns(),
            rows: &rows,
            select: None,
            wide: false,
            empty: EmptyState {
                title: "No connections yet",
                explanation: "A connection lets exports send to one Constant Contact account.",
                next_step: link_button(&Button::new("Add connection"), "/connections/new"),
            },
        }))
    })
}

fn row(item: &ConnectionListItem) -> Row<'static> {
    let name = &item.name;
    let mut cells =
        vec![html! { a href={ "/connections/" (name.id) } { (name.display_name) } }, html! { (name.kind) }];
    if let Some(administration) = &item.administration {
        cells.extend([
            // One element: a narrow screen puts the label beside it.
            html! {
                span {
                    (moment(administration.created_at))
                    @if let Some(by) = &administration.created_by { " by " (by.name) }
                }
            },
            html! { (access_label(administration.access)) },
            connection_badge(badge_state(administration.status)),
            html! { (number(u64::try_from(administration.exports_using).unwrap_or(u64::MAX))) },
        ]);
    }
    Row::new(cells)
}

/// Names and types of what is shared with them, and nothing else.
async fn contributors(app: &App, person: &Person) -> Result<Markup, ConsoleError> {
    let items = app.configuration().connections(person).await?.items;
    let rows: Vec<_> = items
        .iter()
        .map(|item| Row::new(vec![html! { (item.name.display_name) }, html! { (item.name.kind) }]))
        .collect();
    let about =
        html! { "The connections that are shared with contributors. Choose one of them for an export." };
    Ok(html! {
        (page_header(TITLE, Some(&about), None))
        (table(&Table {
            caption: TITLE,
            columns: &[Column::new("Display name"), Column::new("Type")],
            rows: &rows,
            select: None,
            wide: false,
            empty: EmptyState {
                title: "No connection is shared with you",
                explanation: "Ask an administrator to add a connection to Constant Contact and to share it with contributors.",
                next_step: html! {},
            },
        }))
    })
}

fn viewers() -> Markup {
    html! {
        (page_header(TITLE, None, None))
        (empty_state(&EmptyState {
            title: "Connections are managed by administrators",
            explanation: "With the role Viewer you see exports and their status. Ask an administrator if you need more.",
            next_step: link_button(&Button::new("Exports"), "/exports"),
        }))
    }
}

/// Who may use a connection, in words.
pub(in crate::console) const fn access_label(access: ConnectionAccess) -> &'static str {
    match access {
        ConnectionAccess::Administrators => "Administrators",
        ConnectionAccess::Contributors => "Administrators and contributors",
    }
}

/// The badge of a connection's state.
pub(super) const fn badge_state(state: ConnectionState) -> console::ConnectionState {
    match state {
        ConnectionState::SettingUp => console::ConnectionState::SettingUp,
        ConnectionState::Connected => console::ConnectionState::Connected,
        ConnectionState::NeedsReauthentication => console::ConnectionState::NeedsReauthentication,
        ConnectionState::Removing => console::ConnectionState::Removing,
    }
}

/// By which column the list is sorted.
struct Order {
    column: &'static str,
    descending: bool,
}

impl Order {
    fn read(query: &FormFields) -> Self {
        let known = COLUMNS.iter().map(|(word, _)| *word).find(|word| *word == query.text("sort"));
        Self { column: known.unwrap_or("name"), descending: query.text("order") == "descending" }
    }

    fn columns(&self) -> Vec<Column<'static>> {
        COLUMNS.map(|(word, label)| self.column(word, label)).into()
    }

    fn column(&self, word: &str, label: &'static str) -> Column<'static> {
        let column = if word == "exports" { Column::number(label) } else { Column::new(label) };
        let now = match (word == self.column, self.descending) {
            (false, _) => None,
            (true, false) => Some(SortDirection::Ascending),
            (true, true) => Some(SortDirection::Descending),
        };
        let order = if now == Some(SortDirection::Ascending) { "&order=descending" } else { "" };
        column.sort(Sort { href: format!("/connections?sort={word}{order}"), now })
    }

    /// Rows that are equal in the column stay in the order of their names, in which they come.
    fn sort(&self, items: &mut [ConnectionListItem]) {
        items.sort_by(|one, other| {
            let order = self.compare(one, other);
            if self.descending { order.reverse() } else { order }
        });
    }

    fn compare(&self, one: &ConnectionListItem, other: &ConnectionListItem) -> Ordering {
        let (Some(first), Some(second)) = (&one.administration, &other.administration) else {
            return Ordering::Equal;
        };
        match self.column {
            "name" => one.name.display_name.to_lowercase().cmp(&other.name.display_name.to_lowercase()),
            "created" => first.created_at.cmp(&second.created_at),
            "access" => by(first, second, |item| access_label(item.access)),
            "status" => by(first, second, |item| item.status.label()),
            "exports" => first.exports_using.cmp(&second.exports_using),
            _ => one.name.kind.cmp(other.name.kind),
        }
    }
}

fn by(
    first: &ConnectionAdministration,
    second: &ConnectionAdministration,
    word: impl Fn(&ConnectionAdministration) -> &'static str,
) -> Ordering {
    word(first).cmp(word(second))
}
