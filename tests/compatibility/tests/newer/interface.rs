//! The JSON API over a scene, for somebody who may see everything.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use compatibility_tests::Scene;
use domain::{Clock, Random};
use export_config::{App, AppParts, SIGNED_IN_PATH, SIGNED_OUT_PATH, router, sign_in_settings};
use identity::{IssuerSettings, Role, SignIn, Verifier};
use issuer::{Issuer, SigningKey, TokenOptions};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt;

const CLIENT: &str = "segment-export";

/// The API.
pub(crate) struct Interface {
    router: Router,
    token: String,
}

impl Interface {
    /// Serves it, with an issuer of tokens beside it.
    pub(crate) async fn serve(scene: &Scene) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer_address = format!("http://{}", listener.local_addr().unwrap());
        let clock: Arc<dyn Clock> = Arc::clone(&scene.clock) as Arc<dyn Clock>;
        let random: Arc<dyn Random> = Arc::clone(&scene.random);
        let public_address = scene.configuration.settings().public_address.clone();
        let at = |path: &str| format!("https://exports.example.com{path}");
        let settings =
            issuer::IssuerSettings::new(&issuer_address, CLIENT, at(SIGNED_IN_PATH), at(SIGNED_OUT_PATH));
        let issuer =
            Issuer::new(settings, SigningKey::generate().unwrap(), Arc::clone(&clock), Arc::clone(&random))
                .unwrap();
        let token = issuer.token_for(Role::Administrator, &TokenOptions::default()).unwrap();
        let served = issuer.router();
        tokio::spawn(async move { axum::serve(listener, served).await });
        let verifier = Arc::new(
            Verifier::new(IssuerSettings::new(&issuer_address, CLIENT), Arc::clone(&clock)).unwrap(),
        );
        let sign_in = SignIn::new(Arc::clone(&verifier), sign_in_settings(public_address, None), random);
        let configuration = scene.configuration.clone();
        Self { router: router(App::new(AppParts { configuration, verifier, sign_in, clock })), token }
    }

    /// The status and the body of an answer.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let request = Request::get(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::empty())
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}
