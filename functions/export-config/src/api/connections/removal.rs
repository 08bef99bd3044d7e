//! The end of a connection.

use axum::Json;
use axum::extract::State;

use super::super::extract::Named;
use super::super::version::IfMatchHeader;
use super::ConnectionPath;
use super::view::Removed;
use crate::app::App;
use crate::web::{ApiPerson, IfMatch, Problem};

/// Remove a connection
///
/// Refused while exports use it; the answer names them. The permission at Constant Contact is withdrawn as far as that
/// is possible, and the tokens are deleted.
#[utoipa::path(
    delete, path = "/connections/{id}", tag = "connections", params(ConnectionPath, IfMatchHeader),
    responses((status = OK, body = Removed, description = "It is removed.")),
    extensions(("x-problems" = json!(["forbidden", "connection_in_use"]))),
)]
pub(super) async fn remove_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    version: IfMatch,
) -> Result<Json<Removed>, Problem> {
    let tag = version.required()?;
    Ok(Json(app.configuration().remove_connection(&person, &path.id, &tag).await?.into()))
}

/// Detach all exports and remove a connection
///
/// At any time, also during runs: no request is made with the connection once this is answered. Send it again to finish
/// what was interrupted.
#[utoipa::path(
    post, path = "/connections/{id}/detach-and-remove", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = Removed, description = "It is removed.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn detach_and_remove_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<Removed>, Problem> {
    Ok(Json(app.configuration().detach_all_and_remove(&person, &path.id).await?.into()))
}
