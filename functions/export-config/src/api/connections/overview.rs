//! The list of connections, and new ones.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::answer::{Items, created, versioned};
use super::super::extract::{Input, Parameters};
use super::body::NewConnectionBody;
use super::view::{Connection, ConnectionRow};
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

/// Connections
///
/// By name. Administrators see all of them; contributors those that are shared with them, by name and type; viewers
/// none.
#[utoipa::path(
    get, path = "/connections", tag = "connections", params(ConnectionsQuery),
    responses((status = OK, body = Items<ConnectionRow>, description = "The connections you may know of.")),
)]
pub(super) async fn list_connections(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Parameters(query): Parameters<ConnectionsQuery>,
) -> Result<Json<Items<ConnectionRow>>, Problem> {
    if query.usable {
        return Ok(Items::all(app.configuration().connections_to_choose(&person).await?));
    }
    Ok(Items::all(app.configuration().connections(&person).await?))
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
