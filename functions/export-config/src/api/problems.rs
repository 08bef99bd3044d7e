//! Every problem of the API: its code, its status and what it means, and which route can have it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::connections::NamedExport;

/// Why something was not done.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "`web::Problem` is what is sent; the tests hold it to this description")]
pub(super) struct ProblemDocument {
    /// `about:blank`: `status` and `code` say what kind of problem it is.
    #[schema(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// For programs; never changes its meaning.
    code: String,
    /// What happened and what to do, for people.
    detail: String,
    /// What is wrong with which field.
    #[schema(nullable = false)]
    errors: Option<Vec<FieldProblem>>,
    /// The exports that are in the way.
    #[schema(nullable = false)]
    exports: Option<Vec<NamedExport>>,
    /// Try again then, and not before.
    #[schema(nullable = false)]
    retry_at: Option<Timestamp>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "as above")]
struct FieldProblem {
    /// The field's place in the body, such as `attributes[2].column`, or its name in the query.
    field: String,
    /// For programs, such as `required`.
    code: String,
    /// What to do, for people.
    message: String,
}

/// Code, status and meaning.
const PROBLEMS: &[(&str, u16, &str)] = &[
    ("malformed", 400, "The body is not JSON."),
    ("unauthenticated", 401, "There is no token, or none that is accepted at this moment."),
    ("no_role", 403, "The token is good, and its groups give no role."),
    ("forbidden", 403, "Your role, or the connection's sharing, does not allow this."),
    ("fresh_sign_in_needed", 403, "You signed in more than five minutes ago."),
    ("not_found", 404, "There is no such thing, or you may not know of it."),
    ("method_not_allowed", 405, "The address does not take this method."),
    ("connection_in_use", 409, "Exports use the connection; `exports` names them."),
    ("not_connected", 409, "The connection is not completely set up, or is being removed."),
    ("no_connection", 409, "The export has no connection."),
    ("nothing_to_do", 409, "It would make no difference."),
    ("set_up_needed", 409, "The application's client id and secret are not entered yet."),
    ("application_refused", 409, "Constant Contact refuses the application's client id or secret."),
    ("needs_reauthentication", 409, "Constant Contact no longer accepts the connection."),
    ("contacts_not_allowed", 409, "The user who authorised the connection may not manage contacts there."),
    ("stale", 412, "Somebody else has changed it meanwhile."),
    ("too_large", 413, "The body is larger than 256 KiB."),
    ("unsupported_media_type", 415, "The body is not `application/json`."),
    ("invalid", 422, "What was sent breaks rules; `errors` says which."),
    ("version_required", 428, "There is no version in `If-Match`."),
    ("throttled", 429, "Constant Contact takes no further requests before `retry_at`."),
    ("constant_contact_unavailable", 502, "Constant Contact did not answer as it should."),
    ("constant_contact_refused", 502, "Constant Contact refused the request."),
    ("identity_provider_unavailable", 502, "The identity provider's keys are out of reach."),
    (
        "constant_contact_not_asked",
        503,
        "The product's own storage did not answer as it should; Constant Contact was not asked.",
    ),
    ("unavailable", 503, "The product's own storage did not answer as it should."),
];

/// What can happen to any request that Constant Contact is asked for.
const SERVICE: &[&str] = &[
    "not_connected",
    "set_up_needed",
    "application_refused",
    "needs_reauthentication",
    "contacts_not_allowed",
    "constant_contact_unavailable",
    "constant_contact_refused",
    "constant_contact_not_asked",
    "throttled",
];

/// Where a route says which problems of its own it can have; `service` stands for all of [`SERVICE`].
const OWN: &str = "x-problems";

/// Adds the problems that each route can have to its answers: its own, and those that follow from what it takes.
pub(super) fn document_problems(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for operations in paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        for operation in operations.values_mut().filter_map(Value::as_object_mut) {
            let codes = codes(operation);
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
                continue;
            };
            add(responses, &codes);
        }
    }
}

fn codes(operation: &mut Map<String, Value>) -> Vec<String> {
    let own = operation.remove(OWN);
    let mut codes: Vec<String> = own
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_str)
        .flat_map(|code| if code == "service" { SERVICE.to_vec() } else { vec![code] })
        .map(str::to_owned)
        .collect();
    let mut also = |more: &[&str]| codes.extend(more.iter().map(|code| (*code).to_owned()));
    // Whoever asks for a route with an empty list of requirements is nobody.
    if operation.get("security").is_none() {
        also(&["unauthenticated", "no_role", "identity_provider_unavailable", "unavailable"]);
    }
    if operation.contains_key("requestBody") {
        also(&["malformed", "too_large", "unsupported_media_type", "invalid"]);
    }
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for parameter in parameters.into_iter().flatten() {
        match (parameter.get("in").and_then(Value::as_str), parameter.get("name").and_then(Value::as_str)) {
            (Some("path"), _) => also(&["not_found"]),
            (Some("query"), _) | (_, Some("Idempotency-Key")) => also(&["invalid"]),
            (_, Some("If-Match")) => also(&["stale", "version_required"]),
            _ => {}
        }
    }
    codes
}

fn add(responses: &mut Map<String, Value>, codes: &[String]) {
    let mut statuses: Vec<u16> = PROBLEMS.iter().map(|(_, status, _)| *status).collect();
    statuses.dedup();
    for status in statuses {
        let here: Vec<_> = PROBLEMS
            .iter()
            .filter(|(code, of, _)| *of == status && codes.iter().any(|given| given == code))
            .collect();
        if here.is_empty() {
            continue;
        }
        let description: Vec<String> =
            here.iter().map(|(code, _, meaning)| format!("- `{code}`: {meaning}")).collect();
        let mut response = json!({
            "description": description.join("\n"),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            "x-codes": here.iter().map(|(code, ..)| code).collect::<Vec<_>>(),
        });
        let header = match status {
            401 | 403 => Some(("WWW-Authenticate", "What is missing (RFC 6750); not with every problem.")),
            429 | 502 | 503 => {
                Some(("Retry-After", "When to try again: seconds, or a moment; not with every problem."))
            }
            _ => None,
        };
        if let (Some((name, text)), Some(response)) = (header, response.as_object_mut()) {
            let described = json!({ name: { "description": text, "schema": { "type": "string" } } });
            response.insert("headers".to_owned(), described);
        }
        responses.insert(status.to_string(), response);
    }
}

#[cfg(test)]
mod tests {
    use ::configuration::ConfigurationError as Error;

    use super::*;
    use crate::web::status_of;

    /// One of each that a route of the API can answer; those of the authorization's answer are the callback's.
    fn errors() -> Vec<Error> {
        let until = Timestamp::UNIX_EPOCH;
        let state = ::configuration::ConnectionState::SettingUp;
        vec![
            Error::Forbidden { needs: "it" },
            Error::NotFound { what: "it" },
            Error::Stale,
            Error::VersionRequired,
            Error::Invalid(Vec::new()),
            Error::InUse { exports: Vec::new() },
            Error::NotConnected { connection: String::new(), state },
            Error::NoConnection,
            Error::NothingToDo { what: "it" },
            Error::FreshSignInNeeded,
            Error::SetUpNeeded,
            Error::ApplicationRefused,
            Error::NeedsReauthentication,
            Error::ContactsNotAllowed,
            Error::Throttled { until, source: "it".into() },
            Error::Service("it".into()),
            Error::ServiceRefused("it".into()),
            Error::NotAsked("it".into()),
            Error::Unavailable("it".into()),
        ]
    }

    #[test]
    fn every_error_is_among_the_problems_with_its_status() {
        for error in errors() {
            let known = PROBLEMS.iter().find(|(code, ..)| *code == error.code());
            assert_eq!(known.map(|known| known.1), Some(status_of(&error).as_u16()), "{}", error.code());
        }
    }

    #[test]
    fn no_problem_is_there_twice_and_they_are_in_order() {
        for (one, next) in PROBLEMS.iter().zip(PROBLEMS.iter().skip(1)) {
            assert!(one.1 <= next.1, "{} {}", one.0, next.0);
        }
        let mut codes: Vec<_> = PROBLEMS.iter().map(|(code, ..)| code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), PROBLEMS.len());
        assert!(SERVICE.iter().all(|code| codes.contains(&code)));
    }
}
