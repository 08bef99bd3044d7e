//! Who asks through the console: whoever the session in the cookie belongs to.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::Sensitive;
use identity::{Cookies, FormSecret, Person, Prompt};

use super::console_error::ConsoleError;
use super::cookies::cookie_headers;
use super::stranger::Stranger;
use crate::app::App;

/// The verified person behind a request of the console; reads like the [`Person`]. Only in handlers of routes that went
/// through [`with_console`](super::with_console).
#[derive(Debug, Clone)]
pub struct ConsolePerson(Arc<Signed>);

#[derive(Debug)]
struct Signed {
    person: Person,
    secret: FormSecret,
    csrf: Sensitive<String>,
}

impl ConsolePerson {
    /// The token for the hidden field of every form that is shown to this person (`console::csrf_field`).
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.0.csrf.expose()
    }

    /// Whether `token` came from such a form.
    pub(super) fn accepts(&self, token: &str) -> bool {
        self.0.secret.accepts(&self.0.person, token)
    }

    /// Whoever the request's session belongs to.
    ///
    /// # Errors
    /// [`Stranger`], when that cannot be said or is not enough.
    pub(super) async fn recognise(app: &App, headers: &HeaderMap) -> Result<Self, Stranger> {
        let cookies = Cookies::of(app.public_address());
        let token = cookies.session(cookie_headers(headers)).ok_or(Stranger::Unknown(Prompt::Ordinary))?;
        let person = app.verifier().verify(token).await?;
        // Its cookie may have been lost alone; a silent sign-in sets a new one.
        let secret = cookies.form_secret(cookie_headers(headers)).ok_or(Stranger::Unknown(Prompt::Silent))?;
        let csrf = Sensitive::new(secret.token(&person));
        Ok(Self(Arc::new(Signed { person, secret, csrf })))
    }
}

impl Deref for ConsolePerson {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0.person
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ConsolePerson {
    type Rejection = ConsoleError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ConsoleError> {
        parts.extensions.get::<Self>().cloned().ok_or(ConsoleError::NobodySignedIn)
    }
}
