//! What every page of the console has in common: who asks, whose form it is, and the frame around the answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ORIGIN, SET_COOKIE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use identity::Prompt;

use super::console_error::ConsoleError;
use super::console_person::ConsolePerson;
use super::error_page;
use super::flash::Notice;
use super::page;
use super::sign_in;
use crate::app::App;

/// Makes `routes` pages of the console: only people who are signed in and have a role reach their handlers, requests that
/// change something only when one of our own pages sent them, and their [`Page`](super::Page)s and
/// [`ConsoleError`](super::ConsoleError)s become whole pages.
pub fn with_console(app: &App, routes: Router<App>) -> Router<App> {
    routes.layer(from_fn_with_state(app.clone(), layer))
}

async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let notice = Notice::read(request.headers(), app.public_address());
    let (reads, headers) = (request.method().is_safe(), request.headers().clone());
    let answer = if !reads && !is_own(&app, &headers) {
        (None, ConsoleError::ForeignForm.into_response())
    } else {
        match ConsolePerson::recognise(&app, &headers).await {
            Ok(person) => {
                request.extensions_mut().insert(person.clone());
                (Some(person), next.run(request).await)
            }
            // Nobody has to sign in to be told that there is nothing.
            Err(_) if request.extensions().get::<MatchedPath>().is_none() => (None, next.run(request).await),
            Err(stranger) => (None, stranger.answer(&app, request).await),
        }
    };
    framed(&app, reads, notice, answer).await
}

fn is_own(app: &App, headers: &HeaderMap) -> bool {
    app.public_address().is_own_origin(headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()))
}

/// Turns what a handler made into what the browser gets.
async fn framed(
    app: &App,
    reads: bool,
    notice: Option<Notice>,
    (person, mut response): (Option<ConsolePerson>, Response),
) -> Response {
    if let Some(error) = response.extensions_mut().remove::<Arc<ConsoleError>>() {
        response = match &*error {
            ConsoleError::FreshSignIn(path) if reads => {
                sign_in::begin(app, Prompt::Fresh, path.clone()).await
            }
            ConsoleError::FreshSignIn(path) => sign_in::begin_after_form(app, path.clone()).await,
            error => error_page::of(error, app.now()),
        };
    }
    if let Some(said) = response.extensions_mut().remove::<Notice>() {
        if let Some(cookie) = said.cookie(app.public_address()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        return response;
    }
    let is_page = page::frame(&mut response, person.as_ref(), notice.as_slice());
    if is_page
        && notice.is_some()
        && let Some(cookie) = Notice::forget(app.public_address())
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
