//! On the way to Constant Contact.

use axum::extract::State;
use axum::response::Response;
use configuration::ConfigurationError;
use domain::identifier::ConnectionId;
use export_config::App;
use export_config::web::{ConsoleError, PostedForm, leave_for};

use crate::failure;

/// `POST`, with `connection` in the form: nobody but the person can begin an authorization for this browser.
pub(crate) async fn begin(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let id = ConnectionId::new(fields.text("connection"))
        .map_err(|_| ConfigurationError::NotFound { what: "connection" })?;
    match app.configuration().begin_authorization(&person, &id).await {
        Ok(address) => Ok(leave_for(address.as_str(), "Constant Contact")),
        Err(error) => failure::page(error, Some((&id, person.csrf()))),
    }
}
