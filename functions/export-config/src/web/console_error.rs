//! Why a page of the console is not what was asked for.

use std::sync::Arc;

use ::configuration::ConfigurationError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::ReturnPath;

/// The error of every handler of the console; it becomes a page that says what to do. Errors of a form are better shown
/// in the form: [`FormFailure`](super::FormFailure).
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// What was asked for was not done.
    #[error("it was not done")]
    Refused(#[from] ConfigurationError),
    /// The person must sign in again for this; afterwards the browser goes on at this path, which must be one to GET.
    #[error("the person must sign in again")]
    FreshSignIn(ReturnPath),
    /// No page has this address.
    #[error("there is no such page")]
    NoSuchPage,
    /// The page exists, and this cannot be done with it.
    #[error("the address does not take this method")]
    WrongMethod,
    /// The form was sent from another site.
    #[error("the form was sent from another site")]
    ForeignForm,
    /// The form was shown to somebody else, or in an earlier session.
    #[error("the form is from another session")]
    OutdatedForm,
    /// The form is larger than any of ours.
    #[error("the form is too large")]
    TooLarge,
    /// The route does not ask who is signed in; a mistake in the routes.
    #[error("nobody is signed in")]
    NobodySignedIn,
}

impl IntoResponse for ConsoleError {
    /// What the console's layer turns into a page for the person, whom only it knows.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
