//! What every request is answered with.

use std::sync::Arc;

use ::configuration::Configuration;
use domain::{Clock, Sensitive};
use identity::{PublicAddress, ReturnPath, SignIn, SignInSettings, Verifier};
use jiff::Timestamp;

/// Where the browser comes back to from the identity provider; register the public address with it there.
pub const SIGNED_IN_PATH: &str = "/signed-in";

/// Where the browser is sent after signing out; some identity providers want it registered, too.
pub const SIGNED_OUT_PATH: &str = "/signed-out";

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct AppParts {
    /// Every action of a person.
    pub configuration: Configuration,
    /// Says whom a token belongs to.
    pub verifier: Arc<Verifier>,
    /// Signs browsers in; made with [`sign_in_settings`].
    pub sign_in: SignIn,
    /// Time, for what is told as seen from now.
    pub clock: Arc<dyn Clock>,
}

/// The product behind the API and the console. Cheap to clone; make one per process.
#[derive(Debug, Clone)]
pub struct App(Arc<AppParts>);

impl App {
    /// An application of these parts.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Every action of a person.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.0.configuration
    }

    /// Says whom a token belongs to.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// Signs browsers in.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        &self.0.sign_in
    }

    /// Where people reach the product: an operator's setting, never a request's `Host`.
    #[must_use]
    pub fn public_address(&self) -> &PublicAddress {
        &self.0.configuration.settings().public_address
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

/// How the console is registered at the identity provider: at `public_address`, with a secret if it was given one.
#[must_use]
pub fn sign_in_settings(
    public_address: PublicAddress,
    client_secret: Option<Sensitive<String>>,
) -> SignInSettings {
    SignInSettings {
        public_address,
        callback_path: ReturnPath::or_home(Some(SIGNED_IN_PATH)),
        signed_out_path: ReturnPath::or_home(Some(SIGNED_OUT_PATH)),
        client_secret,
    }
}
