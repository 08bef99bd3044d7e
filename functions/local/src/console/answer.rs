//! Who answers a request: the console, the issuer, or nobody.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use export_config::App;
use issuer::Issuer;
use tower::ServiceExt;

use super::address::Address;

/// What people and scripts reach under the console's name.
pub(super) fn console(app: App) -> Router {
    export_config::router_with(app, oauth_callback::routes())
}

/// Both routers behind one port.
#[derive(Debug, Clone)]
struct Names {
    address: Address,
    console: Router,
    issuer: Router,
}

/// Answers by the name under which it was asked. Any other name than the two is turned away: a page elsewhere may have
/// given its own name our loopback address.
pub(super) fn by_host(address: Address, issuer: &Issuer, console: Router) -> Router {
    // The issuer's own pages; whoever types this name into a browser means the console.
    let issuer = issuer.router().fallback(send_to_console).with_state(());
    let names = Names { address, console, issuer };
    Router::new().fallback(answer).with_state(names)
}

async fn answer(State(names): State<Names>, request: Request) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let router = if host.eq_ignore_ascii_case(&names.address.console_host()) {
        names.console
    } else if host == names.address.issuer_host() {
        // A bearer token, never a cookie, says who asks here: the name makes no difference.
        if request.uri().path().starts_with("/api/") { names.console } else { names.issuer }
    } else {
        let text = format!("This machine's Segment Export answers at {} only.\n", names.address.console());
        return (StatusCode::MISDIRECTED_REQUEST, [(CONTENT_TYPE, "text/plain")], text).into_response();
    };
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn send_to_console(request: Request) -> Response {
    let port = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.rsplit_once(':'));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let location = port.map(|(_, port)| format!("http://localhost:{port}{path}"));
    match location.and_then(|location| HeaderValue::try_from(location).ok()) {
        Some(location) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location)]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
