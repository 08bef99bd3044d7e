//! Where the browser goes on, and what every router is wrapped in.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{HeaderName, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use console::page_header;
use maud::html;

use super::flash::Notice;
use super::page::Page;
use super::{assets, headers, request_log, sign_in};
use crate::app::App;

/// An export of a hundred segments and attributes takes a tenth of this.
const LARGEST_BODY: usize = 256 * 1024;

/// The answer to a form that was accepted: the browser GETs `path` next, and the page there says the notice.
#[derive(Debug, Clone)]
pub struct SeeOther {
    path: String,
    notice: Option<Notice>,
}

impl SeeOther {
    /// Goes on to a path of the console.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), notice: None }
    }

    /// With a notice about what was done.
    #[must_use]
    pub fn saying(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::try_from(self.path) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
        if let Some(notice) = self.notice {
            response.extensions_mut().insert(notice);
        }
        response
    }
}

/// The answer to a form after which the browser goes on to another site, `whose` site it is for people to read.
///
/// Not a redirection: browsers apply our `form-action` to every redirection after a form, also to those of the other
/// site, and which sites those are nobody can list. A page that goes on by itself ends the form's way at our own address.
pub fn leave_for(location: &str, whose: &str) -> Response {
    let content = html! {
        (page_header("One moment", None, None))
        p { "You are going on to " (whose) ". " a href=(location) { "Continue" } }
    };
    let mut response = Page::new("One moment", content).into_response();
    if let Ok(refresh) = HeaderValue::try_from(format!("0; url={location}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    response
}

/// Makes `routes` a router to be served: with the sign-in, the assets, the limit for bodies, the headers of every answer
/// and the log. Routers made like this cannot be merged with each other: give all routes at once.
pub fn finished(app: App, routes: Router<App>) -> Router {
    routes
        .merge(sign_in::router(&app))
        .merge(assets::router())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), request_log::log))
        .with_state(app)
}
