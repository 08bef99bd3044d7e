//! Everything around the functions behind API Gateway: what every function reaches, and an issuer of identities.

use std::sync::Arc;

use domain::{SystemClock, SystemRandom};
use identity::{Cookies, FormSecret, IssuerSettings, PublicAddress, Role, Verifier};
use issuer::{Issuer, SigningKey, TokenOptions};
use tokio::net::TcpListener;

use crate::aws_calls::AwsCalls;
use crate::documents::rows;
use crate::function::Function;
use crate::private::Private;
use crate::stage::Stage;

/// Where people reach the product.
pub const PUBLIC_ADDRESS: &str = "https://exports.example.com";

const CLIENT: &str = "segment-export";
const STATE_MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Run";

/// A connected account with an export, behind functions that people reach with a browser.
#[derive(Debug)]
pub struct WebStage {
    /// Everything but the people.
    pub stage: Stage,
    /// What was asked of Step Functions.
    pub calls: AwsCalls,
    /// Signs people in.
    pub issuer: Issuer,
    issuer_address: String,
    settings: Vec<(&'static str, String)>,
}

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Their identity token.
    pub token: String,
    /// Their cookies, each `name=value`.
    pub cookies: Vec<String>,
    /// The value of the hidden field of their forms.
    pub csrf: String,
}

impl WebStage {
    /// Three people in the segment, and one sample person for each role.
    pub async fn new() -> Self {
        let redirect = format!("{PUBLIC_ADDRESS}/oauth/constant-contact/callback");
        let application = simulator::Application { redirect_uris: vec![redirect], ..Default::default() };
        let service = simulator::Options { application, auto_approve: true, ..Default::default() };
        let stage = Stage::of(rows(3), service).await;
        let calls = AwsCalls::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer_address = format!("http://{}", listener.local_addr().unwrap());
        let registered = issuer::IssuerSettings::new(
            &issuer_address,
            CLIENT,
            format!("{PUBLIC_ADDRESS}/signed-in"),
            format!("{PUBLIC_ADDRESS}/signed-out"),
        );
        let key = SigningKey::generate().unwrap();
        let issuer = Issuer::new(registered, key, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
        let router = issuer.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut settings = stage.settings();
        settings.extend([
            ("STATE_MACHINE_ARN", STATE_MACHINE.to_owned()),
            ("PUBLIC_ADDRESS", PUBLIC_ADDRESS.to_owned()),
            ("IDENTITY_ISSUER", issuer_address.clone()),
            ("IDENTITY_CLIENT_ID", CLIENT.to_owned()),
            ("AWS_ENDPOINT_URL_SFN", calls.url.clone()),
        ]);
        Self { stage, calls, issuer, issuer_address, settings }
    }

    /// A process of the function whose binary lies there, with one more setting each.
    pub async fn function(&self, binary: &str, more: &[(&'static str, String)]) -> Function {
        Function::start(binary, &[self.settings.as_slice(), more].concat()).await
    }

    /// The settings but this one.
    pub fn settings_without(&self, name: &str) -> Vec<(&'static str, String)> {
        self.settings.iter().filter(|(known, _)| *known != name).cloned().collect()
    }

    /// The sample person of `role`, signed in; with `options`, a token that is not as it should be.
    pub async fn session(&self, role: Role, options: &TokenOptions) -> Session {
        let token = self.issuer.token_for(role, options).unwrap();
        let secret = FormSecret::new(&SystemRandom);
        let cookies = Cookies::of(&PublicAddress::parse(PUBLIC_ADDRESS).unwrap());
        let cookies = cookies.set_session(&token, &secret).unwrap();
        let settings = IssuerSettings::new(&self.issuer_address, CLIENT);
        let verifier = Verifier::new(settings, Arc::new(SystemClock)).unwrap();
        // A token that is over belongs to nobody whose forms could count.
        let csrf = verifier.verify(&token).await.map(|person| secret.token(&person)).unwrap_or_default();
        Session { token, cookies: cookies.map(|cookie| cookie.name_and_value().to_owned()).into(), csrf }
    }

    /// What no log may hold, whoever asks: that of [`Stage::private`], and the sample people of all roles.
    #[must_use]
    pub fn private(&self) -> Private {
        ["Ada Amberg", "Colin Clark", "Vera Vance", "ada.amberg@", "colin.clark@", "vera.vance@"]
            .into_iter()
            .fold(self.stage.private(3), |private, person| private.personal("a person who signs in", person))
            .personal("the address of a client", "192.0.2.1")
    }
}

impl Session {
    /// `private`, and whatever belongs to this session.
    #[must_use]
    pub fn private(&self, private: Private) -> Private {
        let values = self.cookies.iter().map(|cookie| cookie.split_once('=').unwrap().1.to_owned());
        let private = private.secret("an identity token", &self.token).secrets("a session's cookie", values);
        if self.csrf.is_empty() { private } else { private.secret("the token of a form", &self.csrf) }
    }
}
