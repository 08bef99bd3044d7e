//! The list of connections, and new ones.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::answer::{created, versioned};
use super::super::extract::{Input, Parameters};
use super::body::NewConnectionBody;
use super::view::{Connection, ConnectionRow, UnreadableConnection};
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// Which connections.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionsQuery {
    /// Only those that can be chosen for an export at this moment: both steps of connecting are done.
    #[serde(default)]
    usable: bool,
}

/// The list of connections.
#[derive(Serialize, ToSchema)]
pub(super) struct Connections {
    items: Vec<ConnectionRow>,
    /// What to give as `after` for the next page; always `null`.
    next: Option<String>,
    /// Connections of which something that is stored cannot be read, instead of among `items`: for administrators only,
    /// and not with `usable`.
    unreadable: Vec<UnreadableConnection>,
}

/// Connections
///
/// By name. Administrators see all of them; contributors those that are shared with them, by name and type; viewers
/// none.
#[utoipa::path(
    get, path = "/connections", tag = "connections", params(ConnectionsQuery),
    responses((status = OK, body = Connections, description = "The connections you may know of.")),
)]
pub(super) async fn list_connections(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Parameters(query): Parameters<ConnectionsQuery>,
) -> Result<Json<Connections>, Problem> {
    let (items, unreadable) = if query.usable {
        let names = app.configuration().connections_to_choose(&person).await?;
        (names.into_iter().map(Into::into).collect(), Vec::new())
    } else {
        let list = app.configuration().connections(&person).await?;
        (list.items.into_iter().map(Into::into).collect(), list.unreadable)
    };
    Ok(Json(Connections { items, next: None, unreadable: unreadable.into_iter().map(Into::into).collect() }))
}

/// Add a connection
///
/// Its two steps of connecting are still to be done: `authorization`, then `export-user`.
#[utoipa::path(
    post, path = "/connections", tag = "connections", request_body = NewConnectionBody,
    responses((status = CREATED, body = Connection, description = "The new connection.",
        headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address.")))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn create_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(body): Input<NewConnectionBody>,
) -> Result<Response, Problem> {
    let connection = app.configuration().create_connection(&person, body.into()).await?;
    let path = format!("/connections/{}", connection.value.id);
    Ok(created(path, versioned::<_, Connection>(connection)))
}
