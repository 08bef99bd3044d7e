//! A form of our own that a person has sent.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use console::CSRF_FIELD;

use super::console_error::ConsoleError;
use super::console_person::ConsolePerson;
use super::fields::FormFields;

/// A form whose token proves that it was shown to this person in this browser; its origin was checked before
/// ([`with_console`](super::with_console)). Every handler that changes something takes it.
#[derive(Debug)]
pub struct PostedForm {
    /// Who sent it.
    pub person: ConsolePerson,
    /// What is in it.
    pub fields: FormFields,
}

impl<S: Send + Sync> FromRequest<S> for PostedForm {
    type Rejection = ConsoleError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ConsoleError> {
        let (mut parts, body) = request.into_parts();
        let person = ConsolePerson::from_request_parts(&mut parts, state).await?;
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let fields = FormFields::parse(&body.map_err(|_| ConsoleError::TooLarge)?);
        if person.accepts(fields.text(CSRF_FIELD)) {
            Ok(Self { person, fields })
        } else {
            Err(ConsoleError::OutdatedForm)
        }
    }
}
