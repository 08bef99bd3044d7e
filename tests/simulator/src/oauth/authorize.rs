//! The authorize address: checks the request, asks the person, and sends the browser back with a code.

use url::Url;

use super::SCOPES;
use crate::answer::Answer;
use crate::call::{Call, find};
use crate::page;
use crate::world::World;

/// A checked authorization request.
struct Request<'a> {
    redirect_uri: &'a str,
    scope: Vec<&'a str>,
    state: &'a str,
    challenge: Option<&'a str>,
}

/// Why an authorization request is refused.
enum Fault {
    /// Nobody to send the browser back to: the page itself says so.
    Page(&'static str),
    /// Told to the application, as OAuth 2 says.
    Redirect(&'static str, &'static str),
}

/// `GET`: the *Allow* page, or at once the redirection.
pub(crate) fn show(world: &mut World, call: &Call) -> Result<Answer, rusqlite::Error> {
    let request = match check(world, &call.query) {
        Ok(request) => request,
        Err(fault) => return Ok(refused(&call.query, &fault)),
    };
    if world.auto_approve {
        return allow(world, &request);
    }
    let scopes: Vec<_> = SCOPES.iter().filter(|(name, _)| request.scope.contains(name)).copied().collect();
    Ok(Answer::html(200, page::allow(&world.application.name, &world.account, &scopes, &call.query)))
}

/// `POST` of the *Allow* page's form: the same parameters and the person's decision.
pub(crate) fn decide(world: &mut World, call: &Call) -> Result<Answer, rusqlite::Error> {
    let form = call.form_pairs();
    let request = match check(world, &form) {
        Ok(request) => request,
        Err(fault) => return Ok(refused(&form, &fault)),
    };
    if find(&form, "decision") == Some("allow") {
        allow(world, &request)
    } else {
        Ok(refused(&form, &Fault::Redirect("access_denied", "The resource owner denied the request.")))
    }
}

fn check<'a>(world: &World, parameters: &'a [(String, String)]) -> Result<Request<'a>, Fault> {
    let value = |name| find(parameters, name).unwrap_or_default();
    if value("client_id") != world.application.client_id {
        return Err(Fault::Page("The client_id is not that of a registered application."));
    }
    let redirect_uri = value("redirect_uri");
    if !world.application.redirect_uris.iter().any(|known| known == redirect_uri) {
        return Err(Fault::Page("The redirect_uri is not registered for this application."));
    }
    if value("response_type") != "code" {
        return Err(Fault::Redirect("unsupported_response_type", "The response_type must be code."));
    }
    let state = value("state");
    if state.is_empty() {
        return Err(Fault::Redirect("invalid_request", "The state is missing."));
    }
    let scope: Vec<&str> = value("scope").split([' ', '+']).filter(|one| !one.is_empty()).collect();
    if scope.is_empty() || scope.iter().any(|one| SCOPES.iter().all(|(known, _)| known != one)) {
        return Err(Fault::Redirect("invalid_scope", "One or more scopes are not configured."));
    }
    let challenge = find(parameters, "code_challenge").filter(|challenge| !challenge.is_empty());
    if challenge.is_some() && value("code_challenge_method") != "S256" {
        return Err(Fault::Redirect("invalid_request", "The code_challenge_method must be S256."));
    }
    Ok(Request { redirect_uri, scope, state, challenge })
}

fn allow(world: &mut World, request: &Request<'_>) -> Result<Answer, rusqlite::Error> {
    let code = world.atomically(|world| {
        let consent = world.consent(&request.scope.join(" "), request.challenge.is_some())?;
        world.new_code(consent, request.redirect_uri, request.challenge)
    })?;
    Ok(back(request.redirect_uri, &[("code", &code), ("state", request.state)]))
}

fn refused(parameters: &[(String, String)], fault: &Fault) -> Answer {
    match fault {
        Fault::Page(text) => Answer::html(400, page::refused(text)),
        Fault::Redirect(error, description) => {
            let redirect_uri = find(parameters, "redirect_uri").unwrap_or_default();
            let state = find(parameters, "state").unwrap_or_default();
            back(redirect_uri, &[("error", error), ("error_description", description), ("state", state)])
        }
    }
}

fn back(redirect_uri: &str, values: &[(&str, &str)]) -> Answer {
    match Url::parse(redirect_uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(values.iter().filter(|(_, value)| !value.is_empty()));
            Answer::redirect(url.into())
        }
        Err(_) => Answer::html(400, page::refused("The redirect_uri is not an address.")),
    }
}
