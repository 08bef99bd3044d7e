//! One connection: its steps, its account, its settings, and the exports that use it.

use axum::extract::{Path, State};
use configuration::{ConnectionDetails, ConnectionState};
use console::{
    Button, ButtonKind, Level, MenuItem, Section, card, connection_badge, description_list, link_button,
    menu, moment, notice, number, page_header, post_button,
};
use maud::{Markup, html};

use super::connection_id;
use super::list::{access_label, badge_state};
use super::steps::steps;
use crate::app::App;
use crate::console::unreadable::unreadable;
use crate::web::{ConsoleError, ConsolePerson, Page};

/// `GET /connections/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let connection = app.configuration().connection(&person, &connection_id(&id)?).await?.value;
    let about = html! { (connection.kind) " " (connection_badge(badge_state(connection.status))) };
    let content = html! {
        (page_header(&connection.display_name, Some(&about), Some(&actions(&connection, person.csrf()))))
        (notices(&connection))
        (steps(&connection, person.csrf()))
        (account(&connection))
        (settings(&connection))
        (exports(&connection))
    };
    let page = Page::new(connection.display_name, content);
    Ok(page.section(Section::Connections).below("Connections", "/connections"))
}

fn actions(connection: &ConnectionDetails, csrf: &str) -> Markup {
    let here = format!("/connections/{}", connection.id);
    if connection.status == ConnectionState::Removing {
        let finish = Button::new("Finish the removal").kind(ButtonKind::Danger);
        return link_button(&finish, &format!("{here}/detach-and-remove"));
    }
    html! {
        @if connection.account.is_some() {
            (post_button(&Button::new("Test connection"), &format!("{here}/test"), csrf))
        }
        (link_button(&Button::new("Edit"), &format!("{here}/edit")))
        (link_button(&Button::new("Remove").kind(ButtonKind::Danger), &format!("{here}/remove")))
        (menu(&connection.display_name, &[
            MenuItem::Link { label: "Recent requests", href: &format!("{here}/calls") },
            MenuItem::Link { label: "Detach all and remove", href: &format!("{here}/detach-and-remove") },
        ]))
    }
}

fn notices(connection: &ConnectionDetails) -> Markup {
    html! {
        @match connection.status {
            ConnectionState::Removing => (notice(Level::Warning, "Its removal was interrupted", &html! {
                p { "Nothing is sent with this connection any more. Choose Finish the removal." }
            })),
            ConnectionState::NeedsReauthentication => (notice(Level::Error, "Needs re-authentication", &html! {
                p { "Constant Contact no longer accepts this connection. Runs wait, nothing is lost, and they go on once you "
                    "have authenticated again." }
            })),
            ConnectionState::SettingUp | ConnectionState::Connected => {},
        }
        @if connection.consent_outdated && connection.status != ConnectionState::Removing {
            (notice(Level::Information, "The data-privacy text has changed", &html! {
                p { "It is agreed to again when you "
                    a href={ "/connections/" (connection.id) "/edit" } { "edit this connection" } "." }
            }))
        }
    }
}

fn account(connection: &ConnectionDetails) -> Markup {
    let Some(account) = &connection.account else { return html! {} };
    let email = account.contact_email.as_ref().map_or("", |email| email.expose().as_str());
    card(
        "Account",
        &description_list(&[
            ("Organization", html! { (account.organization_name) }),
            ("Contact e-mail", html! { @if email.is_empty() { "Not given" } @else { (email) } }),
            ("Account id", html! { (account.id) }),
            ("Authenticated", moment(account.authorized_at)),
        ]),
    )
}

fn settings(connection: &ConnectionDetails) -> Markup {
    let ceiling = connection.contact_ceiling.map_or_else(|| "No limit".to_owned(), number);
    card(
        "Settings",
        &description_list(&[
            ("Type", html! { (connection.kind) }),
            ("Who can use it", html! { (access_label(connection.access)) }),
            ("Most contacts in the account", html! { (ceiling) }),
            (
                "Data privacy and consent",
                html! {
                    @match &connection.consent {
                        Some(consent) => { "Agreed by " (consent.by.name) ", " (moment(consent.at)) ", version " (consent.text_version) },
                        None => "Not agreed yet",
                    }
                },
            ),
            (
                "Created",
                html! {
                    (moment(connection.created_at))
                    @if let Some(by) = &connection.created_by { " by " (by.name) }
                },
            ),
        ]),
    )
}

fn exports(connection: &ConnectionDetails) -> Markup {
    card(
        "Exports that use it",
        &html! {
            @if connection.exports.is_empty() {
                p { "No export uses this connection." }
            } @else {
                ul { @for export in &connection.exports { li { a href={ "/exports/" (export.id) } { (export.name) } } } }
            }
            (unreadable(&connection.unreadable_exports, "Exports that may use it, too"))
        },
    )
}
