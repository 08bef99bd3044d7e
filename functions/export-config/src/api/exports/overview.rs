//! The list of exports, and new ones.

use ::configuration::{ConfigurationError, ExportQuery, FieldProblem};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::identifier::ConnectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::answer::created;
use super::super::extract::{Input, Parameters};
use super::super::runs::{IdempotencyHeader, idempotency_key};
use super::super::words::{Sort, StatusFilter};
use super::body::Draft;
use super::view::{ExportRow, Saved, UnreadableExport};
use crate::app::App;
use crate::web::{ApiPerson, Problem, etag};

/// Which exports, and in which order.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportsQuery {
    /// A part of the name, of the connection's name, or of the type; in any case.
    #[serde(default)]
    search: String,
    /// Only those that use the connection with this id.
    #[param(value_type = Option<String>)]
    connection: Option<ConnectionId>,
    /// Only those of this status.
    #[param(inline)]
    status: Option<StatusFilter>,
    /// What to sort by; `name` when left out.
    #[param(inline)]
    sort: Option<Sort>,
    /// The greatest first.
    #[serde(default)]
    descending: bool,
    /// `next` of the page before, in the same order. Whatever is removed or added meanwhile, nothing else is left out or
    /// comes twice.
    after: Option<String>,
    /// So many at once; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of the list of exports.
#[derive(Serialize, ToSchema)]
pub(super) struct Exports {
    items: Vec<ExportRow>,
    /// What to give as `after` for the next page; `null` on the last.
    next: Option<String>,
    /// How many there are on all pages.
    total: usize,
    /// Exports of which something that is stored cannot be read. They are among no `items`, and here whatever is asked for.
    unreadable: Vec<UnreadableExport>,
}

impl TryFrom<ExportsQuery> for ExportQuery {
    type Error = ConfigurationError;

    fn try_from(query: ExportsQuery) -> Result<Self, ConfigurationError> {
        let mut problems = Vec::new();
        let mut problem = |field: &str, message: &str| {
            let (field, message) = (field.to_owned(), message.to_owned());
            problems.push(FieldProblem { field, code: "invalid", message });
        };
        let after = match query.after.as_deref().map(str::parse) {
            None => None,
            Some(Ok(after)) => Some(after),
            Some(Err(_)) => {
                problem("after", "Begin with the first page again.");
                None
            }
        };
        if query.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            problem("limit", "Give a number from 1 to 200.");
        }
        if !problems.is_empty() {
            return Err(ConfigurationError::Invalid(problems));
        }
        Ok(Self {
            search: query.search,
            connection: query.connection,
            status: query.status.map(Into::into),
            sort: query.sort.map(Into::into).unwrap_or_default(),
            descending: query.descending,
            page: 1,
            page_size: query.limit.unwrap_or_default(),
            after,
        })
    }
}

/// Exports
///
/// Everybody sees all of them.
#[utoipa::path(
    get, path = "/exports", tag = "exports", params(ExportsQuery),
    responses((status = OK, body = Exports, description = "A page of them.")),
)]
pub(super) async fn list_exports(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Parameters(query): Parameters<ExportsQuery>,
) -> Result<Json<Exports>, Problem> {
    let query = ExportQuery::try_from(query)?;
    let page = app.configuration().exports(&person, &query).await?;
    Ok(Json(Exports {
        items: page.items.into_iter().map(Into::into).collect(),
        next: page.next.map(|next| next.to_string()),
        total: page.total,
        unreadable: page.unreadable.into_iter().map(Into::into).collect(),
    }))
}

/// Save a new export
///
/// It does not run. Everything that is wrong with it is answered at once. Under a key that another draft was saved with it
/// is refused as `invalid` (`idempotency_key`, `used`).
#[utoipa::path(
    post, path = "/exports", tag = "exports", params(IdempotencyHeader), request_body = Draft,
    responses((status = CREATED, body = Saved, description = "The new export, or what the same request has made before.",
        headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address.")))),
    // What was made with the key was removed since.
    extensions(("x-problems" = json!(["forbidden", "service", "nothing_to_do"]))),
)]
pub(super) async fn create_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    headers: HeaderMap,
    Input(draft): Input<Draft>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers);
    let saved = app.configuration().create_export(&person, &draft.try_into()?, key).await?;
    let path = format!("/exports/{}", saved.export.value.standing.id);
    Ok(created(path, (etag(&saved.export.tag), Json(Saved::from(saved))).into_response()))
}
