//! The issuer's addresses.

mod authorize;
mod sign_out;
mod token;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, REFERRER_POLICY, SET_COOKIE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::issuer::Issuer;
use crate::page;

/// The cookie by which the issuer knows a browser. Plain http on loopback allows no `__Host-` name.
const COOKIE_NAME: &str = "segment-export-issuer";

pub(crate) fn router(issuer: Issuer) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/keys", get(keys))
        .route("/authorize", get(authorize::show))
        .route("/sign-in", post(authorize::decide))
        .route("/token", post(token::exchange))
        .route("/sign-out", get(sign_out::end))
        .layer(from_fn_with_state(issuer.clone(), guard))
        .with_state(issuer)
}

/// Turns away requests that were addressed to another name than ours: a page elsewhere may have given its own name our
/// loopback address. Adds what every answer carries.
async fn guard(State(issuer): State<Issuer>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    if host != Some(issuer.authority()) {
        let text = format!("This issuer answers at {} only.", issuer.settings().address);
        return (StatusCode::MISDIRECTED_REQUEST, Html(page::refused(&text))).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // `form-action` is left out: browsers apply it to the redirection that follows the form, too.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// OpenID Connect Discovery 1.0, section 3.
async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let address = &issuer.settings().address;
    let authentication =
        if issuer.settings().client_secret.is_some() { "client_secret_basic" } else { "none" };
    Json(json!({
        "issuer": address,
        "authorization_endpoint": format!("{address}/authorize"),
        "token_endpoint": format!("{address}/token"),
        "jwks_uri": format!("{address}/keys"),
        "end_session_endpoint": format!("{address}/sign-out"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [issuer.key().algorithm()],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [authentication],
        "scopes_supported": ["openid", "email", "profile"],
        "prompt_values_supported": ["none", "login"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.key().key_set())
}

/// The value of our cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

fn set_cookie(response: &mut Response, value: &str, rest: &str) {
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Lax{rest}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Sends the browser on, with GET whatever the request's method was.
fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => refused("The address to go on to cannot be used."),
    }
}

fn refused(text: &str) -> Response {
    (StatusCode::BAD_REQUEST, Html(page::refused(text))).into_response()
}
