//! The end of a session (OpenID Connect RP-Initiated Logout 1.0).

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};

use super::{cookie, see_other, set_cookie};
use crate::issuer::Issuer;
use crate::page;

/// Signs the browser out and sends it to the registered address, if the request names that.
pub(super) async fn end(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    if let Some(id) = cookie(&headers) {
        issuer.sessions().end(id);
    }
    let registered = &issuer.settings().signed_out_uri;
    let names_it =
        parameters.iter().any(|(name, value)| name == "post_logout_redirect_uri" && value == registered);
    let mut response =
        if names_it { see_other(registered) } else { Html(page::signed_out()).into_response() };
    set_cookie(&mut response, "", "; Max-Age=0");
    response
}
