//! `/application` and `/consent`: what has to be in order before a first connection.

use ::configuration::ApplicationState;
use axum::Json;
use axum::extract::State;
use domain::Sensitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Input;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_application, replace_application))
        .routes(routes!(show_consent_text))
}

/// The application that is registered at Constant Contact.
#[derive(Serialize, ToSchema)]
struct Application {
    /// Client id and secret were entered.
    configured: bool,
    /// The redirect URI to register in Constant Contact's developer portal, to the letter.
    redirect_uri: String,
}

/// Its credentials.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    client_id: String,
    #[schema(value_type = String, format = Password, write_only)]
    client_secret: Sensitive<String>,
}

/// The data-privacy text that has to be agreed to.
#[derive(Serialize, ToSchema)]
struct Consent {
    /// The version that is stored with the agreement.
    version: u32,
    paragraphs: Vec<String>,
    /// The operator's privacy notice.
    privacy_notice: Option<String>,
}

impl From<ApplicationState> for Application {
    fn from(state: ApplicationState) -> Self {
        Self { configured: state.configured, redirect_uri: state.redirect_uri }
    }
}

/// The application
#[utoipa::path(
    get, path = "/application", tag = "operation",
    responses((status = OK, body = Application, description = "How it stands; never with its secret.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
async fn show_application(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
) -> Result<Json<Application>, Problem> {
    Ok(Json(app.configuration().application(&person).await?.into()))
}

/// Enter the application's credentials
///
/// In place of earlier ones, which nobody can read: therefore without a version. Connections that were authorised with
/// another client id must be authorised again.
#[utoipa::path(
    put, path = "/application", tag = "operation", request_body = Credentials,
    responses((status = OK, body = Application, description = "How it stands now.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
async fn replace_application(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(body): Input<Credentials>,
) -> Result<Json<Application>, Problem> {
    let store = app.configuration().store_application(&person, &body.client_id, &body.client_secret);
    Ok(Json(store.await?.into()))
}

/// The data-privacy text
///
/// To be shown, and agreed to, before a connection is saved.
#[utoipa::path(
    get, path = "/consent", tag = "operation",
    responses((status = OK, body = Consent, description = "The text.")),
)]
async fn show_consent_text(ApiPerson(_): ApiPerson, State(app): State<App>) -> Json<Consent> {
    let text = app.configuration().consent_text();
    Json(Consent {
        version: text.version,
        paragraphs: text.paragraphs.into_iter().map(str::to_owned).collect(),
        privacy_notice: text.privacy_notice,
    })
}
