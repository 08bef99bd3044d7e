//! Who asks through the API: whoever the bearer token belongs to.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use identity::{Person, bearer};

use super::problem::Problem;
use crate::app::App;

/// The verified person behind an API request, from `Authorization: Bearer` and from nothing else: a browser adds cookies
/// to requests of other sites, but never this header.
#[derive(Debug, Clone)]
pub struct ApiPerson(pub Person);

impl FromRequestParts<App> for ApiPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        Ok(Self(app.verifier().verify(bearer(header)?).await?))
    }
}
