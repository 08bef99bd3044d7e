//! An issuer of these tests: keys made here, tokens signed without the library that verifies them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use aws_lc_rs::{encoding::PublicKeyX509Der, hmac};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ManualClock;
use identity::{IssuerSettings, Verifier};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const AUDIENCE: &str = "client-1";
pub(crate) const NOW: i64 = 1_770_000_000;

/// Making one takes a moment; every test may use the same.
pub(crate) static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
pub(crate) static OTHER_RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
pub(crate) static ELLIPTIC: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

/// A published RSA key.
pub(crate) fn rsa_jwk(id: &str, key: &RsaKeyPair) -> Value {
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({"kty": "RSA", "kid": id, "use": "sig", "alg": "RS256", "n": text(&public.n), "e": text(&public.e)})
}

/// A published key on the curve P-256.
pub(crate) fn elliptic_jwk(id: &str, key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    json!({"kty": "EC", "kid": id, "use": "sig", "alg": "ES256", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])})
}

/// How a token is signed.
pub(crate) enum Signer<'a> {
    Rsa(&'a RsaKeyPair),
    Elliptic(&'a EcdsaKeyPair),
    /// The public key, which everybody knows, as the secret of an HMAC.
    PublicKeyAsSecret(&'a RsaKeyPair),
    Nobody,
}

pub(crate) fn sign(header: &Value, claims: &Value, signer: &Signer<'_>) -> String {
    let message = format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
    let signature = match signer {
        Signer::Rsa(key) => {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
            signature
        }
        Signer::Elliptic(key) => {
            key.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
        }
        Signer::PublicKeyAsSecret(key) => {
            let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
            let secret = hmac::Key::new(hmac::HMAC_SHA256, der.as_ref());
            hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
        }
        Signer::Nobody => Vec::new(),
    };
    format!("{message}.{}", text(&signature))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the issuer's server answers, and how often it was asked for its keys.
pub(crate) struct Published {
    pub(crate) keys: Mutex<Value>,
    pub(crate) down: Mutex<bool>,
    pub(crate) fetches: AtomicUsize,
    address: String,
}

impl Published {
    pub(crate) fn publish(&self, keys: &[Value]) {
        *self.keys.lock().unwrap() = json!({"keys": keys});
    }

    pub(crate) fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

/// A verifier, its clock, and the issuer that it asks.
pub(crate) struct Scene {
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) published: Arc<Published>,
    pub(crate) issuer: String,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut IssuerSettings)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/pool", listener.local_addr().unwrap());
        let published = Arc::new(Published {
            keys: Mutex::new(json!({"keys": [rsa_jwk("rsa", &RSA), elliptic_jwk("elliptic", &ELLIPTIC)]})),
            down: Mutex::new(false),
            fetches: AtomicUsize::new(0),
            address: issuer.clone(),
        });
        let router = Router::new()
            .route("/pool/.well-known/openid-configuration", get(discovery))
            .route("/pool/keys", get(keys))
            .with_state(Arc::clone(&published));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(NOW).unwrap()));
        let mut settings = IssuerSettings::new(&issuer, AUDIENCE);
        change(&mut settings);
        let verifier = Arc::new(Verifier::new(settings, clock.clone()).unwrap());
        Self { verifier, clock, published, issuer }
    }

    /// The claims of a good token, changed: `null` removes one.
    pub(crate) fn claims(&self, changes: &Value) -> Value {
        let mut claims = json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": "person-1", "token_use": "id",
            "iat": NOW, "exp": NOW + 3600, "auth_time": NOW - 30,
            "name": "Ann Archer", "email": "ann@example.com",
            "cognito:groups": ["staff", "contributors"],
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    /// A token of the RSA key.
    pub(crate) fn token(&self, changes: &Value) -> String {
        sign(&json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}), &self.claims(changes), &Signer::Rsa(&RSA))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        let now = domain::Clock::now(&*self.clock);
        self.clock.advance_to(now + jiff::SignedDuration::from_secs(seconds));
    }
}

async fn discovery(State(published): State<Arc<Published>>) -> Response {
    if *published.down.lock().unwrap() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let issuer = &published.address;
    axum::Json(json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")})).into_response()
}

async fn keys(State(published): State<Arc<Published>>) -> Response {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    if *published.down.lock().unwrap() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    axum::Json(published.keys.lock().unwrap().clone()).into_response()
}
