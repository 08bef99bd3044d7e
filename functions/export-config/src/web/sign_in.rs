//! The browser's way to the identity provider and back, and the end of a session.

use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use console::{Button, ButtonKind, link_button, page_header};
use domain::in_one_line;
use identity::{IdentityError, Prompt, Redirect, ReturnPath, SetCookie, SignInError};
use maud::html;

use super::console_error::ConsoleError;
use super::console_person::ConsolePerson;
use super::cookies::cookie_headers;
use super::fields::FormFields;
use super::page::{self, Page};
use super::respond::leave_for;
use super::{error_page, stranger};
use crate::app::{App, SIGNED_IN_PATH, SIGNED_OUT_PATH};

/// Where a second tab ends in which somebody has signed in again.
pub(super) const SIGNED_IN_AGAIN_PATH: &str = "/signed-in-again";

const IDENTITY_PROVIDER: &str = "your identity provider";

pub(super) fn router(_app: &App) -> Router<App> {
    Router::new()
        .route("/sign-in", get(start))
        .route(SIGNED_IN_PATH, get(finish))
        .route("/sign-out", post(sign_out))
        .route(SIGNED_OUT_PATH, get(signed_out))
        .route(SIGNED_IN_AGAIN_PATH, get(signed_in_again))
        .layer(from_fn(bare))
}

/// These pages stand outside the console: nobody needs to be signed in for them.
async fn bare(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    page::frame(&mut response, None, &[]);
    response
}

/// Sends the browser to the identity provider; afterwards it goes on to `path`.
pub(super) async fn begin(app: &App, prompt: Prompt, path: ReturnPath) -> Response {
    match app.sign_in().begin(prompt, path).await {
        Ok(redirect) => sent_on(&redirect),
        Err(error) => failed(&error),
    }
}

/// The same as the answer to a form, for an action that needs a fresh sign-in.
pub(super) async fn begin_after_form(app: &App, path: ReturnPath) -> Response {
    match app.sign_in().begin(Prompt::Fresh, path).await {
        Ok(redirect) => left(&redirect),
        Err(error) => failed(&error),
    }
}

/// `GET /sign-in?to=PATH&prompt=silent|fresh`.
async fn start(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query = FormFields::parse(query.unwrap_or_default().as_bytes());
    let prompt = match query.text("prompt") {
        "silent" => Prompt::Silent,
        "fresh" => Prompt::Fresh,
        _ => Prompt::Ordinary,
    };
    begin(&app, prompt, ReturnPath::or_home(query.filled("to"))).await
}

/// The identity provider sends the browser back.
async fn finish(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    match app.sign_in().complete(&query, cookie_headers(&headers)).await {
        Ok(signed_in) => {
            let location = signed_in.return_path.as_str().to_owned();
            with_cookies(see_other(&location), &signed_in.set_cookies)
        }
        Err(SignInError::InteractionNeeded { return_path }) => {
            begin(&app, Prompt::Ordinary, return_path).await
        }
        Err(error) => failed(&error),
    }
}

/// Only from our own pages: anybody else could sign people out otherwise.
async fn sign_out(State(app): State<App>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let token_fits = match ConsolePerson::recognise(&app, &headers).await {
        Ok(person) => person.accepts(FormFields::parse(&body).text(console::CSRF_FIELD)),
        // Nobody whom a token could belong to; the origin says enough.
        Err(_) => true,
    };
    if !app.public_address().is_own_origin(origin) {
        return error_page::of(&ConsoleError::ForeignForm, app.now());
    }
    if !token_fits {
        return error_page::of(&ConsoleError::OutdatedForm, app.now());
    }
    left(&app.sign_in().sign_out().await)
}

async fn signed_out() -> Page {
    let content = html! {
        (page_header("Signed out", None, None))
        p { "You have signed out of this product." }
        div.button-row { (link_button(&Button::new("Sign in").kind(ButtonKind::Primary), "/")) }
    };
    Page::new("Signed out", content)
}

async fn signed_in_again() -> Page {
    let content = html! {
        (page_header("Signed in again", None, None))
        p { "Close this tab, go back to the one that you came from, and choose " strong { "Send again" } "." }
    };
    Page::new("Signed in again", content)
}

fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn sent_on(redirect: &Redirect) -> Response {
    with_cookies(see_other(redirect.location()), &redirect.set_cookies)
}

fn left(redirect: &Redirect) -> Response {
    with_cookies(leave_for(redirect.location(), IDENTITY_PROVIDER), &redirect.set_cookies)
}

fn with_cookies(mut response: Response, cookies: &[SetCookie]) -> Response {
    for cookie in cookies {
        if let Ok(mut value) = HeaderValue::try_from(cookie.header_value()) {
            value.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response
}

/// The page of a sign-in that did not come about, with a way to begin it again.
fn failed(error: &SignInError) -> Response {
    let status = match error {
        SignInError::Identity(IdentityError::NoRole { display_name, .. }) => {
            return stranger::no_role(display_name).into_response();
        }
        // The identity provider's failure, not ours.
        SignInError::Unavailable(_)
        | SignInError::Identity(IdentityError::KeysUnavailable(_))
        | SignInError::Cookie(_) => StatusCode::BAD_GATEWAY,
        // Whoever brings a made-up code gets the same.
        _ => StatusCode::BAD_REQUEST,
    };
    if status.is_server_error() || matches!(error, SignInError::ExchangeRefused { .. }) {
        tracing::warn!(error = %in_one_line(error), "a sign-in failed");
    }
    let again = match error {
        SignInError::NotFresh { return_path } => {
            let path: String =
                url::form_urlencoded::byte_serialize(return_path.as_str().as_bytes()).collect();
            format!("/sign-in?prompt=fresh&to={path}")
        }
        _ => "/".to_owned(),
    };
    let content = html! {
        (page_header("You are not signed in", None, None))
        (console::notice(console::Level::Error, "The sign-in did not come about", &html! {
            p { (super::sentence(&in_one_line(error))) }
        }))
        div.button-row { (link_button(&Button::new("Sign in").kind(ButtonKind::Primary), &again)) }
    };
    Page::new("You are not signed in", content).status(status).into_response()
}
