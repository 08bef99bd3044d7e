//! The authorization endpoint: checks the request, asks the person if need be, and sends the browser back.

use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::{cookie, refused, see_other, set_cookie};
use crate::issuer::Issuer;
use crate::page;
use crate::people::role_of;
use crate::sessions::{Grant, Session};

type Parameters = Vec<(String, String)>;

/// A checked authorization request.
struct Request<'a> {
    state: &'a str,
    nonce: Option<&'a str>,
    challenge: &'a str,
    prompt: Option<&'a str>,
    /// How old the person's sign-in may be, in seconds.
    max_age: Option<i64>,
}

/// Why an authorization request is refused.
enum Fault {
    /// There is nobody to send the browser back to: the page itself says so.
    Page(&'static str),
    /// Told to the client, as OAuth 2 says.
    Redirect(&'static str),
}

/// `GET`: sends the browser back at once if the person is signed in here, and asks otherwise.
pub(super) async fn show(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
) -> Response {
    let request = match check(&issuer, &parameters) {
        Ok(request) => request,
        Err(fault) => return answer_fault(&issuer, &parameters, &fault),
    };
    let present = cookie(&headers)
        .and_then(|id| issuer.sessions().find(id))
        .filter(|session| request.is_recent_enough(session, &issuer));
    match (request.prompt, present) {
        (Some("login"), _) | (None, None) => Html(page::sign_in(&parameters)).into_response(),
        (Some(_), None) => answer_fault(&issuer, &parameters, &Fault::Redirect("login_required")),
        (_, Some(session)) => send_back_with_code(&issuer, &request, session),
    }
}

/// `POST` of the page's form: the same parameters, and who is to be signed in.
pub(super) async fn decide(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(parameters): Form<Parameters>,
) -> Response {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    if origin.is_some_and(|origin| origin != issuer.settings().address) {
        return refused("The form was sent from another site.");
    }
    let request = match check(&issuer, &parameters) {
        Ok(request) => request,
        Err(fault) => return answer_fault(&issuer, &parameters, &fault),
    };
    let Some(role) = find(&parameters, "as").and_then(role_of) else {
        return answer_fault(&issuer, &parameters, &Fault::Redirect("access_denied"));
    };
    let session = Session { role, authenticated_at: issuer.now() };
    if let Some(id) = cookie(&headers) {
        issuer.sessions().end(id);
    }
    let id = issuer.sessions().begin(issuer.random(), session);
    let mut response = send_back_with_code(&issuer, &request, session);
    set_cookie(&mut response, &id, "");
    response
}

fn check<'a>(issuer: &Issuer, parameters: &'a Parameters) -> Result<Request<'a>, Fault> {
    let value = |name| find(parameters, name);
    if value("client_id") != Some(&issuer.settings().client_id) {
        return Err(Fault::Page("The client_id is not that of the registered client."));
    }
    if value("redirect_uri") != Some(&issuer.settings().redirect_uri) {
        return Err(Fault::Page("The redirect_uri is not the registered one."));
    }
    if value("response_type") != Some("code") {
        return Err(Fault::Redirect("unsupported_response_type"));
    }
    if !value("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid")) {
        return Err(Fault::Redirect("invalid_scope"));
    }
    let challenge = value("code_challenge").filter(|challenge| challenge.len() == 43);
    let (Some(challenge), Some("S256"), Some(state)) =
        (challenge, value("code_challenge_method"), value("state"))
    else {
        return Err(Fault::Redirect("invalid_request"));
    };
    let prompt = value("prompt");
    if !matches!(prompt, None | Some("none" | "login")) {
        return Err(Fault::Redirect("invalid_request"));
    }
    let max_age = match value("max_age").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => return Err(Fault::Redirect("invalid_request")),
    };
    Ok(Request { state, nonce: value("nonce"), challenge, prompt, max_age })
}

impl Request<'_> {
    fn is_recent_enough(&self, session: &Session, issuer: &Issuer) -> bool {
        let age = issuer.now().duration_since(session.authenticated_at).as_secs();
        self.max_age.is_none_or(|most| age <= most)
    }
}

fn send_back_with_code(issuer: &Issuer, request: &Request<'_>, session: Session) -> Response {
    let grant =
        Grant { session, nonce: request.nonce.map(str::to_owned), challenge: request.challenge.to_owned() };
    let code = issuer.sessions().give_code(issuer.random(), grant, issuer.now());
    send_back(issuer, &[("code", &code), ("state", request.state)])
}

fn answer_fault(issuer: &Issuer, parameters: &Parameters, fault: &Fault) -> Response {
    match fault {
        Fault::Page(text) => refused(text),
        Fault::Redirect(error) => {
            let state = find(parameters, "state").unwrap_or_default();
            send_back(issuer, &[("error", error), ("state", state)])
        }
    }
}

/// To the registered address, which a checked request has named. `iss` says who sends the browser (RFC 9207).
fn send_back(issuer: &Issuer, values: &[(&str, &str)]) -> Response {
    match Url::parse(&issuer.settings().redirect_uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(values).append_pair("iss", &issuer.settings().address);
            see_other(url.as_str())
        }
        Err(_) => refused("The registered redirect_uri is not an address."),
    }
}

fn find<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}
