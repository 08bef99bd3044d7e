//! What answers have in common: lists, versions, new things.

use ::configuration::Versioned;
use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::etag;

/// A list, or a page of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Items<T> {
    /// Its items.
    items: Vec<T>,
    /// What to give as `after` for the next page; `null` on the last.
    next: Option<String>,
}

impl<T> Items<T> {
    /// A list that is whole.
    pub(super) fn all<I: Into<T>>(items: impl IntoIterator<Item = I>) -> Json<Self> {
        Self::page(items, None)
    }

    /// A page, and where the next one begins.
    pub(super) fn page<I: Into<T>>(items: impl IntoIterator<Item = I>, next: Option<String>) -> Json<Self> {
        Json(Self { items: items.into_iter().map(Into::into).collect(), next })
    }
}

/// Something that can be changed, with its version in `ETag`.
pub(super) fn versioned<T, View: Serialize + From<T>>(found: Versioned<T>) -> Response {
    (etag(&found.tag), Json(View::from(found.value))).into_response()
}

/// Something new, with its version and the address that it has from now on.
pub(super) fn created(path: String, answer: Response) -> Response {
    let mut answer = answer;
    *answer.status_mut() = StatusCode::CREATED;
    located(path, answer)
}

/// An answer that names another address.
pub(super) fn located(path: String, mut answer: Response) -> Response {
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1{path}")) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}
