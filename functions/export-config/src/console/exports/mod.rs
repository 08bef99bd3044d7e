//! *Data > Exports*: the list, the guided form, each export's own page, and what can be done with several at once.

mod contact_field;
mod form;
mod list;
mod list_query;
mod list_row;
mod matching_view;
mod reauthentication;
mod remove;
mod run;
mod run_all;
mod schedules;
mod show;
mod show_facts;

use axum::Router;
use axum::routing::{get, post};
use configuration::access::{self, Permission};
use configuration::{ConfigurationError, ConnectionUse};
use console::{ConnectionState, Section, connection_badge};
use domain::identifier::ExportId;
use identity::Person;
use maud::{Markup, html};
use store::Tag;

pub(super) use contact_field::label as contact_field_label;
pub(super) use form::summary::{AccountCounts, account};
pub(super) use form::zones;
pub(super) use reauthentication::instead_of_running;

use crate::app::App;
use crate::web::{FormFields, Page};

/// The hidden field with the version that a form is based on.
const VERSION: &str = "version";

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/exports", get(list::show).post(form::create))
        .route("/exports/new", get(form::new))
        .route("/exports/run-all", get(run_all::ask).post(run_all::confirmed))
        .route("/exports/schedules", get(schedules::ask).post(schedules::change))
        .route("/exports/{id}", get(show::show))
        .route("/exports/{id}/status", get(show::status))
        .route("/exports/{id}/edit", get(form::edit).post(form::save))
        .route("/exports/{id}/duplicate", get(form::duplicate))
        .route("/exports/{id}/run", get(run::ask))
        .route("/exports/{id}/runs", post(run::start))
        .route("/exports/{id}/remove", get(remove::ask).post(remove::confirmed))
}

/// A page of one export.
pub(super) fn page_of(title: &str, id: &ExportId, export: &str, content: Markup) -> Page {
    Page::new(format!("{title}: {export}"), content)
        .section(Section::Exports)
        .below("Exports", "/exports")
        .below(export, format!("/exports/{id}"))
}

/// The export that an address names.
pub(super) fn export_id(text: &str) -> Result<ExportId, ConfigurationError> {
    ExportId::new(text).map_err(|_| ConfigurationError::NotFound { what: "export" })
}

/// The error for who may only look at an export.
pub(super) fn require_edit(person: &Person, permission: Permission) -> Result<(), ConfigurationError> {
    match permission {
        Permission::Edit => Ok(()),
        Permission::View => Err(ConfigurationError::Forbidden { needs: access::needed_to_edit(person) }),
    }
}

/// The version that a form is based on.
fn version(fields: &FormFields) -> Tag {
    Tag::new(fields.text(VERSION))
}

/// An export's connection, as far as the person may know it.
fn connection(connection: &ConnectionUse) -> Markup {
    match connection {
        ConnectionUse::NoConnection => connection_badge(ConnectionState::NoConnection),
        ConnectionUse::NotShared | ConnectionUse::Named { .. } => {
            html! { span.breaks { (connection.label()) } }
        }
    }
}
