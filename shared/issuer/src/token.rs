//! What is in a token, and how tests make it wrong.

use identity::Role;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::people::sample;
use crate::settings::IssuerSettings;

/// How long a token is good.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Departures from the token that a sign-in would give. The default departs in nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// Another person's id.
    pub subject: Option<String>,
    /// Another person's name.
    pub display_name: Option<String>,
    /// Another person's address.
    pub email: Option<String>,
    /// Another issuer (`iss`).
    pub issuer: Option<String>,
    /// Another client (`aud`).
    pub audience: Option<String>,
    /// These groups in place of the role's; an empty list gives no role.
    pub groups: Option<Vec<String>>,
    /// When the person signed in; the present moment otherwise.
    pub authenticated_at: Option<Timestamp>,
    /// When the token was issued; the present moment otherwise.
    pub issued_at: Option<Timestamp>,
    /// When it ends; an hour after it was issued otherwise.
    pub expires_at: Option<Timestamp>,
    /// Another use than `id`, such as `access`.
    pub token_use: Option<String>,
    /// The nonce of a sign-in.
    pub nonce: Option<String>,
}

/// The claims of a token for the sample person of `role`.
pub(crate) fn claims(
    settings: &IssuerSettings,
    role: Role,
    options: &TokenOptions,
    now: Timestamp,
) -> Map<String, Value> {
    let person = sample(role);
    let issued_at = options.issued_at.unwrap_or(now);
    let expires_at =
        options.expires_at.unwrap_or_else(|| issued_at.saturating_add(LIFETIME).unwrap_or(issued_at));
    let authenticated_at = options.authenticated_at.unwrap_or(issued_at);
    let text = |given: &Option<String>, usual: &str| Value::from(given.as_deref().unwrap_or(usual));
    let groups = options.groups.clone().unwrap_or_else(|| vec![settings.groups.name(role).to_owned()]);
    let mut claims = Map::from_iter([
        ("iss".to_owned(), text(&options.issuer, &settings.address)),
        ("aud".to_owned(), text(&options.audience, &settings.client_id)),
        ("sub".to_owned(), text(&options.subject, person.subject)),
        ("name".to_owned(), text(&options.display_name, person.name)),
        ("email".to_owned(), text(&options.email, person.email)),
        ("email_verified".to_owned(), true.into()),
        ("token_use".to_owned(), text(&options.token_use, "id")),
        ("iat".to_owned(), issued_at.as_second().into()),
        ("exp".to_owned(), expires_at.as_second().into()),
        ("auth_time".to_owned(), authenticated_at.as_second().into()),
        (settings.groups_claim.clone(), groups.into()),
    ]);
    if let Some(nonce) = &options.nonce {
        claims.insert("nonce".to_owned(), nonce.as_str().into());
    }
    claims
}
