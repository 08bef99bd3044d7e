//! One connection: looking at it and changing it.

use axum::extract::State;
use axum::response::Response;

use super::super::answer::versioned;
use super::super::extract::{Input, Named};
use super::super::version::IfMatchHeader;
use super::ConnectionPath;
use super::body::ConnectionBody;
use super::view::Connection;
use crate::app::App;
use crate::web::{ApiPerson, IfMatch, Problem};

/// One connection
///
/// With its account, for administrators.
#[utoipa::path(
    get, path = "/connections/{id}", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = Connection, description = "The connection.",
        headers(("ETag" = String, description = "Its version.")))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn show_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Response, Problem> {
    Ok(versioned::<_, Connection>(app.configuration().connection(&person, &path.id).await?))
}

/// Change a connection
///
/// Name, sharing, ceiling. When sharing is withdrawn, contributors' exports go on running; they only look at them.
#[utoipa::path(
    put, path = "/connections/{id}", tag = "connections", params(ConnectionPath, IfMatchHeader),
    request_body = ConnectionBody,
    responses((status = OK, body = Connection, description = "The connection as it is now.",
        headers(("ETag" = String, description = "Its new version.")))),
    extensions(("x-problems" = json!(["forbidden", "not_connected"]))),
)]
pub(super) async fn replace_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    version: IfMatch,
    Input(body): Input<ConnectionBody>,
) -> Result<Response, Problem> {
    let tag = version.required()?;
    let change = app.configuration().update_connection(&person, &path.id, &tag, body.into());
    Ok(versioned::<_, Connection>(change.await?))
}
