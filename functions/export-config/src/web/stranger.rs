//! Requests of the console without anybody who may make them: to the sign-in, or a page that says why not.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use console::{Button, ButtonKind, Level, button, hidden_field, notice, page_header};
use domain::{Sensitive, in_one_line};
use identity::{IdentityError, Prompt, Refusal, ReturnPath};
use maud::html;
use url::form_urlencoded::byte_serialize;

use super::error_page;
use super::fields::FormFields;
use super::page::Page;
use super::sign_in::{self, SIGNED_IN_AGAIN_PATH};
use crate::app::App;

/// Never repeated in a page, although the form that was sent had it.
const SECRET_FIELDS: [&str; 1] = ["client_secret"];

/// Why nobody can be said to ask.
#[derive(Debug)]
pub(crate) enum Stranger {
    /// Nobody is signed in, or not any more.
    Unknown(Prompt),
    /// Signed in, and without a role.
    NoRole { display_name: Sensitive<String> },
    /// Nothing can be said for the moment.
    Unavailable(IdentityError),
}

impl From<IdentityError> for Stranger {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoRole { display_name, .. } => Self::NoRole { display_name },
            IdentityError::Expired => Self::Unknown(Prompt::Silent),
            error if error.refusal() == Refusal::Unavailable => Self::Unavailable(error),
            _ => Self::Unknown(Prompt::Ordinary),
        }
    }
}

impl Stranger {
    /// The answer to the request that a stranger made.
    pub(super) async fn answer(self, app: &App, request: Request) -> Response {
        match self {
            Self::NoRole { display_name } => no_role(&display_name).into_response(),
            Self::Unavailable(error) => {
                tracing::warn!(error = %in_one_line(&error), "the identity provider's keys are out of reach");
                ([(RETRY_AFTER, "10")], error_page::issuer_unavailable()).into_response()
            }
            // A script can follow nobody to a sign-in page; it loads the whole page instead.
            Self::Unknown(_) if is_from_script(request.headers()) => StatusCode::UNAUTHORIZED.into_response(),
            Self::Unknown(prompt) if request.method() == Method::GET || request.method() == Method::HEAD => {
                let path = request.uri().path_and_query().map(|path| path.as_str());
                sign_in::begin(app, prompt, ReturnPath::or_home(path)).await
            }
            Self::Unknown(_) => unsent_form(request).await,
        }
    }
}

/// Browsers say what they want an answer for (Fetch Metadata); `document` is a page.
fn is_from_script(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|purpose| purpose != "document")
}

/// For somebody whom the identity provider knows and who is in none of the groups.
pub(super) fn no_role(display_name: &Sensitive<String>) -> Page {
    let text = html! {
        p { "You are signed in as " strong { (display_name.expose()) } ", and this account has no role in this product." }
        p { "Ask an administrator of your identity provider to add it to one of the groups for administrators, "
            "contributors or viewers. Then sign out here and sign in again." }
    };
    let content = html! {
        (page_header("You have no access yet", None, None))
        (notice(Level::Warning, "No role", &text))
        form method="post" action="/sign-out" { (button(&Button::new("Sign out"))) }
    };
    Page::new("You have no access yet", content).status(StatusCode::FORBIDDEN)
}

/// A form that was sent after the session had ended: what was entered is kept until the person has signed in again.
async fn unsent_form(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    // The same limit as everywhere; a form that large was never one of ours.
    let Ok(body) = Bytes::from_request(request, &()).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let fields = FormFields::parse(&body);
    let again: String = byte_serialize(SIGNED_IN_AGAIN_PATH.as_bytes()).collect();
    let content = html! {
        (page_header("Your sign-in has expired", None, None))
        (notice(Level::Warning, "Nothing was saved yet", &html! {
            p { "What you entered is kept in this page. Secrets are the exception: enter them again afterwards." }
        }))
        ol {
            li {
                p { a href={ "/sign-in?prompt=silent&to=" (again) } target="_blank" { "Sign in again (opens a new tab)" }
                    ", then come back to this one." }
            }
            li {
                form method="post" action=(path) {
                    @for (name, value) in fields.iter() {
                        @if !SECRET_FIELDS.contains(&name) { (hidden_field(name, value)) }
                    }
                    (button(&Button::new("Send again").kind(ButtonKind::Primary)))
                }
            }
        }
    };
    Page::new("Your sign-in has expired", content).status(StatusCode::UNAUTHORIZED).into_response()
}
