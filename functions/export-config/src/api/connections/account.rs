//! What is in a connection's account: lists, custom fields, the number of contacts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::super::answer::Items;
use super::super::extract::{Input, Named, Parameters};
use super::ConnectionPath;
use super::account_view::{ContactCounts, ContactList, CustomField};
use super::body::{NewFieldBody, NewListBody};
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// Which lists.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListsQuery {
    /// Only the one with this id, or whose page at Constant Contact has this address.
    find: Option<String>,
}

/// Lists of the account
///
/// By name, for who may use the connection.
#[utoipa::path(
    get, path = "/connections/{id}/lists", tag = "connections", params(ConnectionPath, ListsQuery),
    responses((status = OK, body = Items<ContactList>, description = "The lists.")),
    extensions(("x-problems" = json!(["service"]))),
)]
pub(super) async fn list_lists(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    Parameters(query): Parameters<ListsQuery>,
) -> Result<Json<Items<ContactList>>, Problem> {
    let configuration = app.configuration();
    let lists = match query.find {
        Some(text) => configuration.find_list(&person, &path.id, &text).await.map(|list| vec![list]),
        None => configuration.lists(&person, &path.id).await,
    };
    Ok(Items::all(lists?))
}

/// Create a list
#[utoipa::path(
    post, path = "/connections/{id}/lists", tag = "connections", params(ConnectionPath), request_body = NewListBody,
    responses((status = CREATED, body = ContactList, description = "The new list.")),
    extensions(("x-problems" = json!(["service"]))),
)]
pub(super) async fn create_list(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    Input(body): Input<NewListBody>,
) -> Result<(StatusCode, Json<ContactList>), Problem> {
    let list = app.configuration().create_list(&person, &path.id, &body.name).await;
    Ok((StatusCode::CREATED, Json(list?.into())))
}

/// Custom fields of the account
///
/// By label, for who may use the connection.
#[utoipa::path(
    get, path = "/connections/{id}/custom-fields", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = Items<CustomField>, description = "The fields.")),
    extensions(("x-problems" = json!(["service"]))),
)]
pub(super) async fn list_custom_fields(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<Items<CustomField>>, Problem> {
    let fields = app.configuration().custom_fields(&person, &path.id).await;
    Ok(Items::all(fields?))
}

/// Create a custom field
///
/// Of text, the type that takes every value.
#[utoipa::path(
    post, path = "/connections/{id}/custom-fields", tag = "connections", params(ConnectionPath),
    request_body = NewFieldBody,
    responses((status = CREATED, body = CustomField, description = "The new field.")),
    extensions(("x-problems" = json!(["service"]))),
)]
pub(super) async fn create_custom_field(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    Input(body): Input<NewFieldBody>,
) -> Result<(StatusCode, Json<CustomField>), Problem> {
    let field = app.configuration().create_custom_field(&person, &path.id, &body.label).await;
    Ok((StatusCode::CREATED, Json(field?.into())))
}

/// Number of contacts of the account
///
/// For who may use the connection; to be shown before a first run.
#[utoipa::path(
    get, path = "/connections/{id}/counts", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = ContactCounts, description = "The numbers.")),
    extensions(("x-problems" = json!(["service"]))),
)]
pub(super) async fn count_contacts(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<ContactCounts>, Problem> {
    let counts = app.configuration().contact_counts(&person, &path.id).await;
    Ok(Json(counts?.into()))
}
