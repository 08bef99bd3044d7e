//! The two steps of connecting, and whether the connection works.

use ::configuration::{ConnectionTest, TestOutcome};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use constant_contact::Call;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::answer::{Items, versioned};
use super::super::extract::Named;
use super::super::version::IfMatchHeader;
use super::super::words::CallFailure;
use super::ConnectionPath;
use super::account_view::ContactCounts;
use super::view::Connection;
use crate::app::App;
use crate::web::{ApiPerson, IfMatch, Problem};

/// Where to authorise a connection.
#[derive(Serialize, ToSchema)]
pub(super) struct AuthorizationBegun {
    /// Open this in a browser in which the same person is signed in to the console, within ten minutes.
    authorize_url: String,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub(super) struct TestResult {
    at: Timestamp,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// Whether Constant Contact answered as it should.
    works: bool,
    /// The account's contacts; `null` when it does not work.
    contacts: Option<ContactCounts>,
    /// Why it does not work.
    failure: Option<TestFailure>,
}

/// Why a test failed.
#[derive(Serialize, ToSchema)]
struct TestFailure {
    /// A code as problem documents have it.
    code: String,
    message: String,
}

/// One request that was sent to Constant Contact; without bodies, addresses and queries.
#[derive(Serialize, ToSchema)]
pub(super) struct CallRow {
    sent_at: Timestamp,
    duration_ms: u64,
    method: String,
    /// The path's form, with placeholders.
    path: String,
    /// Counted from 1.
    attempt: u32,
    /// The HTTP status; `null` without an answer.
    status: Option<u16>,
    failure: Option<CallFailure>,
}

impl From<ConnectionTest> for TestResult {
    fn from(test: ConnectionTest) -> Self {
        let (contacts, failure) = match test.outcome {
            TestOutcome::Answered(counts) => (Some(counts.into()), None),
            TestOutcome::Failed { code, message } => {
                (None, Some(TestFailure { code: code.to_owned(), message }))
            }
        };
        Self { at: test.at, duration_ms: test.duration_ms, works: contacts.is_some(), contacts, failure }
    }
}

impl From<Call> for CallRow {
    fn from(call: Call) -> Self {
        Self {
            sent_at: call.sent_at,
            duration_ms: call.duration_ms,
            method: call.method.into_owned(),
            path: call.path.into_owned(),
            attempt: call.attempt,
            status: call.status,
            failure: call.failure.map(Into::into),
        }
    }
}

/// Authenticate with Constant Contact
///
/// The first step of connecting, and how to authorise a connection again. A browser finishes it.
#[utoipa::path(
    post, path = "/connections/{id}/authorization", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = AuthorizationBegun, description = "Where the browser goes.")),
    extensions(("x-problems" = json!(["forbidden", "invalid", "not_connected", "set_up_needed", "application_refused"]))),
)]
pub(super) async fn begin_authorization(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<AuthorizationBegun>, Problem> {
    let url = app.configuration().begin_authorization(&person, &path.id).await?;
    Ok(Json(AuthorizationBegun { authorize_url: url.into() }))
}

/// Add yourself as export user
///
/// The second step of connecting: you answer for runs that nobody starts by hand. Needs a sign-in that is at most five
/// minutes old.
#[utoipa::path(
    post, path = "/connections/{id}/export-user", tag = "connections", params(ConnectionPath, IfMatchHeader),
    responses((status = OK, body = Connection, description = "The connection as it is now.",
        headers(("ETag" = String, description = "Its new version.")))),
    extensions(("x-problems" = json!(["forbidden", "fresh_sign_in_needed", "not_connected"]))),
)]
pub(super) async fn add_export_user(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
    version: IfMatch,
) -> Result<Response, Problem> {
    let tag = version.required()?;
    Ok(versioned::<_, Connection>(app.configuration().add_export_user(&person, &path.id, &tag).await?))
}

/// Test a connection
///
/// Makes one read call. One that fails is an answer, not an error.
#[utoipa::path(
    post, path = "/connections/{id}/test", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = TestResult, description = "What came of it.")),
    extensions(("x-problems" = json!(["forbidden", "not_connected"]))),
)]
pub(super) async fn test_connection(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<TestResult>, Problem> {
    Ok(Json(app.configuration().test_connection(&person, &path.id).await?.into()))
}

/// The latest requests of a connection
///
/// The last 100, the newest first.
#[utoipa::path(
    get, path = "/connections/{id}/calls", tag = "connections", params(ConnectionPath),
    responses((status = OK, body = Items<CallRow>, description = "The requests.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn list_calls(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ConnectionPath>,
) -> Result<Json<Items<CallRow>>, Problem> {
    Ok(Items::all(app.configuration().calls(&person, &path.id).await?))
}
