//! Admin > Connections.

mod calls;
mod detach_and_remove;
mod edit;
mod export_user;
mod form;
mod list;
mod new;
mod remove;
mod show;
mod steps;
mod test;

use axum::Router;
use axum::routing::{get, post};
use configuration::ConfigurationError;
use console::Section;
use domain::identifier::ConnectionId;
use maud::Markup;
use store::Tag;

pub(super) use list::access_label;

use crate::app::App;
use crate::web::{FormFields, Page};

/// The hidden field with the version that a form is based on.
const VERSION: &str = "version";

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/connections", get(list::show).post(new::create))
        .route("/connections/new", get(new::show))
        .route("/connections/{id}", get(show::show))
        .route("/connections/{id}/edit", get(edit::show).post(edit::save))
        .route("/connections/{id}/export-user", get(export_user::ask).post(export_user::add))
        .route("/connections/{id}/test", post(test::run))
        .route("/connections/{id}/calls", get(calls::show))
        .route("/connections/{id}/remove", get(remove::ask).post(remove::confirmed))
        .route("/connections/{id}/exports", post(remove::change_exports))
        .route(
            "/connections/{id}/detach-and-remove",
            get(detach_and_remove::ask).post(detach_and_remove::confirmed),
        )
}

/// A page of one connection.
fn page_of(title: &str, id: &ConnectionId, connection: &str, content: Markup) -> Page {
    Page::new(format!("{title}: {connection}"), content)
        .section(Section::Connections)
        .below("Connections", "/connections")
        .below(connection, format!("/connections/{id}"))
}

/// The connection that an address names.
fn connection_id(text: &str) -> Result<ConnectionId, ConfigurationError> {
    ConnectionId::new(text).map_err(|_| ConfigurationError::NotFound { what: "connection" })
}

/// The version that a form is based on.
fn version(fields: &FormFields) -> Tag {
    Tag::new(fields.text(VERSION))
}
