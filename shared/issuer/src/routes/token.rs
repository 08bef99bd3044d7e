//! The token endpoint: a code, and the proof that whoever has it also asked for it, becomes an identity token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use axum::Json;
use axum::extract::{Form, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::issuer::Issuer;
use crate::sessions::secret;
use crate::token::{LIFETIME, TokenOptions};

#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    client_id: Option<String>,
}

pub(super) async fn exchange(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(request): Form<Request>,
) -> Response {
    if !is_the_client(&issuer, &headers, request.client_id.as_deref()) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if request.grant_type != "authorization_code" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let now = issuer.now();
    let grant = issuer.sessions().take_code(&request.code, now).filter(|grant| {
        request.redirect_uri == issuer.settings().redirect_uri
            && proves(&request.code_verifier, &grant.challenge)
    });
    let Some(grant) = grant else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let options = TokenOptions {
        nonce: grant.nonce,
        authenticated_at: Some(grant.session.authenticated_at),
        ..TokenOptions::default()
    };
    match issuer.token_for(grant.session.role, &options) {
        Ok(token) => Json(json!({
            "id_token": token,
            // Good for nothing here: there is no other service to call.
            "access_token": secret(issuer.random()),
            "token_type": "Bearer",
            "expires_in": LIFETIME.as_secs(),
        }))
        .into_response(),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
    }
}

/// A client with a secret sends it in the Basic header, both parts encoded (RFC 6749, section 2.3.1); one without
/// names itself in the form.
fn is_the_client(issuer: &Issuer, headers: &HeaderMap, named: Option<&str>) -> bool {
    let client_id = &issuer.settings().client_id;
    let Some(client_secret) = &issuer.settings().client_secret else {
        return named == Some(client_id);
    };
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let expected = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(client_secret.expose())));
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    given
        .and_then(|value| value.strip_prefix("Basic "))
        .is_some_and(|given| verify_slices_are_equal(given.as_bytes(), expected.as_bytes()).is_ok())
}

/// RFC 7636, section 4.6.
fn proves(verifier: &str, challenge: &str) -> bool {
    let digest = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    verify_slices_are_equal(digest.as_bytes(), challenge.as_bytes()).is_ok()
}

fn refused(status: StatusCode, error: &'static str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}
