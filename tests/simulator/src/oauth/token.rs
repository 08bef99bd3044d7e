//! The token and revocation addresses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::consents::TokenPair;
use super::secrets;
use crate::Throttle;
use crate::answer::{Answer, Refusal};
use crate::call::{Call, find};
use crate::faults::Interference;
use crate::gate::Served;
use crate::world::{World, put};

/// An OAuth error: unlike the API's, `error` and `error_description`.
struct OauthError(u16, &'static str, &'static str);

impl OauthError {
    fn answer(&self) -> Answer {
        Answer::json(self.0, &json!({ "error": self.1, "error_description": self.2 }))
    }
}

const INVALID_CLIENT: OauthError = OauthError(401, "invalid_client", "Client authentication failed.");
const INVALID_CODE: OauthError =
    OauthError(400, "invalid_grant", "The authorization code is invalid or has expired.");
const INVALID_VERIFIER: OauthError = OauthError(400, "invalid_grant", "PKCE verification failed.");
/// Observed text of the present authorization server.
const INVALID_REFRESH: OauthError =
    OauthError(400, "invalid_grant", "The refresh token is invalid or expired.");
const UNSUPPORTED: OauthError =
    OauthError(400, "unsupported_grant_type", "The grant type is not supported by the authorization server.");

/// Who asks, as far as the request proves it.
#[derive(PartialEq, Eq)]
enum Client {
    /// Id and secret are right.
    Confidential,
    /// Only the id: enough where PKCE was used.
    Public,
}

type Outcome = Result<Result<TokenPair, OauthError>, rusqlite::Error>;

/// `POST /oauth2/default/v1/token`.
pub(crate) fn token(world: &mut World, call: &Call) -> Result<Served, rusqlite::Error> {
    world.statistics.tokens += 1;
    match world.faults.before_token(&mut world.fault_counters, &call.path) {
        Interference::None => {}
        Interference::Drop => {
            world.statistics.dropped += 1;
            return Ok(Served::Dropped);
        }
        Interference::Error(status) => {
            world.statistics.failed += 1;
            return Ok(Served::Answer(Refusal::service(status).into_answer(world.faults.error_body)));
        }
        Interference::Throttle | Interference::Unauthorized => {}
    }
    if too_fast(world) {
        world.statistics.throttled += 1;
        return Ok(Served::Answer(Refusal::throttled().into_answer(world.faults.error_body)));
    }
    let form = call.form_pairs();
    let value = |name| find(&form, name).unwrap_or_default();
    let Some(client) = client(world, call, &form) else {
        return Ok(Served::Answer(INVALID_CLIENT.answer()));
    };
    let refreshing = value("grant_type") == "refresh_token";
    let outcome = world.atomically(|world| match value("grant_type") {
        "authorization_code" => {
            exchange(world, &client, value("code"), value("redirect_uri"), find(&form, "code_verifier"))
        }
        "refresh_token" => refresh(world, &client, value("refresh_token")),
        _ => Ok(Err(UNSUPPORTED)),
    })?;
    Ok(match outcome {
        Ok(_) if refreshing && world.faults.drops_after_refresh() => {
            world.statistics.dropped += 1;
            Served::Dropped
        }
        Ok(pair) => Served::Answer(answer(pair)),
        Err(error) => Served::Answer(error.answer()),
    })
}

/// `POST /oauth2/default/v1/revoke`: not documented by the vendor; answers 200 whatever it is given.
pub(crate) fn revoke(world: &mut World, call: &Call) -> Result<Served, rusqlite::Error> {
    let form = call.form_pairs();
    if client(world, call, &form).is_none() {
        return Ok(Served::Answer(INVALID_CLIENT.answer()));
    }
    world.atomically(|world| match world.consent_of(find(&form, "token").unwrap_or_default())? {
        Some(consent) => world.revoke(Some(consent)),
        None => Ok(()),
    })?;
    Ok(Served::Answer(Answer::empty(200)))
}

fn too_fast(world: &mut World) -> bool {
    let per_second = world.limits.token_requests_per_second;
    let now = world.now();
    per_second > 0
        && world.limits.throttle == Throttle::On
        && !world.token_rate.take(now, per_second, world.switches.rate_window)
}

fn client(world: &World, call: &Call, form: &[(String, String)]) -> Option<Client> {
    let application = &world.application;
    if let Some(basic) = call.header("authorization").strip_prefix("Basic ") {
        let decoded = String::from_utf8(STANDARD.decode(basic.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        let right = id == application.client_id && secret == application.client_secret;
        return right.then_some(Client::Confidential);
    }
    if find(form, "client_id")? != application.client_id {
        return None;
    }
    match find(form, "client_secret") {
        Some(secret) => (secret == application.client_secret).then_some(Client::Confidential),
        None => Some(Client::Public),
    }
}

fn exchange(
    world: &World,
    client: &Client,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Outcome {
    let Some(known) = world.code(code)? else {
        return Ok(Err(INVALID_CODE));
    };
    // Single use, also when what follows is wrong.
    world.use_code(code)?;
    if known.redirect_uri != redirect_uri {
        return Ok(Err(INVALID_CODE));
    }
    match (&known.challenge, verifier) {
        (Some(challenge), Some(verifier)) if *challenge == secrets::challenge_of(verifier) => {}
        (Some(_), _) => return Ok(Err(INVALID_VERIFIER)),
        (None, _) if *client == Client::Confidential => {}
        (None, _) => return Ok(Err(INVALID_CLIENT)),
    }
    world.first_tokens(known.consent.id, &known.consent.scope).map(Ok)
}

fn refresh(world: &World, client: &Client, token: &str) -> Outcome {
    match world.refreshable(token)? {
        Some(consent) if *client == Client::Confidential || consent.pkce => {
            world.refresh(&consent, token).map(Ok)
        }
        Some(_) => Ok(Err(INVALID_CLIENT)),
        None => {
            if world.switches.reuse_revokes_grant
                && let Some(consent) = world.retired(token)?
            {
                world.revoke(Some(consent))?;
            }
            Ok(Err(INVALID_REFRESH))
        }
    }
}

fn answer(pair: TokenPair) -> Answer {
    let mut body = Map::new();
    put(&mut body, "token_type", Some("Bearer"));
    put(&mut body, "expires_in", Some(pair.expires_in));
    put(&mut body, "access_token", Some(pair.access));
    put(&mut body, "scope", Some(pair.scope));
    put(&mut body, "refresh_token", pair.refresh);
    Answer::json(200, &Value::Object(body))
}
