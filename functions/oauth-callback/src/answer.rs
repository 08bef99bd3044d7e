//! On the way back from Constant Contact.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use configuration::{AuthorizationAnswer, AuthorizationOutcome, ConfigurationError};
use domain::Sensitive;
use export_config::App;
use export_config::web::{ConsoleError, ConsolePerson, FormFields, Notice, SeeOther};

use crate::failure;

/// `GET`, with `state` and either `code` or `error` (RFC 6749, section 4.1.2). The browser goes on at once, so that the
/// code stays in no history.
pub(crate) async fn complete(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Response, ConsoleError> {
    let query = FormFields::parse(query.unwrap_or_default().as_bytes());
    let outcome = match (query.filled("code"), query.filled("error")) {
        (_, Some(error)) => AuthorizationOutcome::Error(error.to_owned()),
        (Some(code), None) => AuthorizationOutcome::Code(Sensitive::new(code.to_owned())),
        // Nothing that Constant Contact would send; somebody has opened the address by hand.
        (None, None) => return failure::page(ConfigurationError::AuthorizationOver, None),
    };
    let state = Sensitive::new(query.text("state").to_owned());
    // Asked before the answer uses it up: whoever was refused tries again with the same connection.
    let connection = app.configuration().authorization_of(&person, &state).await;
    let answer = AuthorizationAnswer { state, outcome };
    match app.configuration().complete_authorization(&person, answer).await {
        Ok(connection) => {
            let said = Notice::success("Authenticated with Constant Contact.");
            Ok(SeeOther::to(format!("/connections/{connection}")).saying(said).into_response())
        }
        Err(error) => {
            let again = connection.as_ref().map(|connection| (connection, person.csrf()));
            failure::page(error, again)
        }
    }
}
