//! The identity provider of the deployment: an existing one, as its operator may have. It signs with RSA, because that is
//! all that API Gateway's authorizer knows (documented).

use std::sync::Arc;

use domain::{SystemClock, SystemRandom};
use identity::Role;
use issuer::{Issuer, IssuerSettings, SigningKey, TokenOptions};

/// The product's name at the identity provider.
pub(crate) const CONSOLE_CLIENT: &str = "console-of-the-test";

/// Signs in as anybody.
#[derive(Debug)]
pub(crate) struct People {
    issuer: Issuer,
    address: String,
}

impl People {
    /// For the console at `console`.
    pub(crate) async fn at_home_in(console: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let (signed_in, signed_out) = (format!("{console}/signed-in"), format!("{console}/signed-out"));
        let settings = IssuerSettings::new(&address, CONSOLE_CLIENT, signed_in, signed_out);
        let key = SigningKey::generate_rsa().expect("a key");
        let issuer = Issuer::new(settings, key, Arc::new(SystemClock), Arc::new(SystemRandom));
        let issuer = issuer.expect("an issuer on loopback");
        let router = issuer.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, address }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn token(&self, role: Role, options: &TokenOptions) -> String {
        self.issuer.token_for(role, options).expect("a token")
    }
}
