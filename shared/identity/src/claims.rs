//! From the claims of a token whose signature is good to a person.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::Sensitive;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::error::IdentityError;
use crate::person::Person;
use crate::settings::IssuerSettings;

/// How far the issuer's clock and ours may disagree.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// More is not a name.
const LONGEST_NAME: usize = 200;

pub(crate) type Claims = Map<String, Value>;

/// The person of whom `claims` speak, if they are for us, valid now, and give a role.
pub(crate) fn person(
    claims: &Claims,
    settings: &IssuerSettings,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Person, IdentityError> {
    ours(claims, settings)?;
    let expires_at = valid_until(claims, now)?;
    if let Some(expected) = nonce {
        let given = text(claims, "nonce").ok_or(IdentityError::WrongNonce)?;
        verify_slices_are_equal(given.as_bytes(), expected.as_bytes())
            .map_err(|_| IdentityError::WrongNonce)?;
    }
    let subject = text(claims, "sub").ok_or(IdentityError::NotOurs { claim: "sub" })?.to_owned();
    let display_name = Sensitive::new(display_name(claims).unwrap_or_else(|| subject.clone()));
    let Some(role) = settings.groups.role_of(groups(claims, &settings.groups_claim)) else {
        return Err(IdentityError::NoRole { subject, display_name });
    };
    Ok(Person {
        subject,
        display_name,
        email: text(claims, "email").map(|address| Sensitive::new(address.to_owned())),
        role,
        authenticated_at: moment(claims, "auth_time"),
        expires_at,
    })
}

/// A token that ended longer ago than this says nothing of who uses a browser now.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// Of whom `claims` spoke, if they were for us and ended at most a day ago.
pub(crate) fn subject_of_ended(claims: &Claims, settings: &IssuerSettings, now: Timestamp) -> Option<String> {
    ours(claims, settings).ok()?;
    let ended = moment(claims, "exp")?;
    (now.duration_since(ended) <= REMEMBERED).then(|| text(claims, "sub").map(str::to_owned)).flatten()
}

/// Issuer, audience and kind of token (OpenID Connect Core 1.0, section 3.1.3.7).
fn ours(claims: &Claims, settings: &IssuerSettings) -> Result<(), IdentityError> {
    let not_ours = |claim| Err(IdentityError::NotOurs { claim });
    if text(claims, "iss") != Some(&settings.issuer) {
        return not_ours("iss");
    }
    let audience = match claims.get("aud") {
        Some(Value::String(only)) => Some(only.as_str()),
        // A token for others as well could have been handed to us by one of them.
        Some(Value::Array(list)) if list.len() == 1 => list.first().and_then(Value::as_str),
        _ => None,
    };
    if audience != Some(&settings.audience) {
        return not_ours("aud");
    }
    if claims.get("azp").is_some_and(|party| party.as_str() != Some(&settings.audience)) {
        return not_ours("azp");
    }
    // Amazon Cognito's mark that tells an identity token from an access token (documented).
    if claims.get("token_use").is_some_and(|purpose| purpose.as_str() != Some("id")) {
        return not_ours("token_use");
    }
    Ok(())
}

fn valid_until(claims: &Claims, now: Timestamp) -> Result<Timestamp, IdentityError> {
    let expires_at = moment(claims, "exp").ok_or(IdentityError::NotOurs { claim: "exp" })?;
    let issued_at = moment(claims, "iat").ok_or(IdentityError::NotOurs { claim: "iat" })?;
    let not_before = if claims.contains_key("nbf") {
        moment(claims, "nbf").ok_or(IdentityError::NotOurs { claim: "nbf" })?
    } else {
        issued_at
    };
    if now.duration_since(expires_at) >= LEEWAY {
        return Err(IdentityError::Expired);
    }
    if issued_at.max(not_before).duration_since(now) > LEEWAY {
        return Err(IdentityError::NotYetValid);
    }
    Ok(expires_at)
}

/// A text that is there and not empty.
fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Seconds since 1970, possibly with a fraction (RFC 7519, "NumericDate").
fn moment(claims: &Claims, name: &str) -> Option<Timestamp> {
    let number = claims.get(name)?;
    match number.as_i64() {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => {
            let since = SignedDuration::try_from_secs_f64(number.as_f64()?).ok()?;
            Timestamp::UNIX_EPOCH.checked_add(since).ok()
        }
    }
}

/// A list of names; some issuers write a single one without the list.
fn groups<'a>(claims: &'a Claims, claim: &str) -> Vec<&'a str> {
    match claims.get(claim) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(only)) => vec![only],
        _ => Vec::new(),
    }
}

fn display_name(claims: &Claims) -> Option<String> {
    let joined = || {
        let parts: Vec<_> =
            ["given_name", "family_name"].iter().filter_map(|name| text(claims, name)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let first_of = |names: &[&str]| names.iter().find_map(|name| text(claims, name)).map(str::to_owned);
    let name = first_of(&["name"])
        .or_else(joined)
        .or_else(|| first_of(&["preferred_username", "email", "cognito:username"]))?;
    let name: String = name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
