//! The application as the deployed functions have it.

use deployment::ConsoleParts;
use identity::SignIn;

use crate::app::{App, AppParts, sign_in_settings};

impl From<ConsoleParts> for App {
    fn from(parts: ConsoleParts) -> Self {
        let ConsoleParts { configuration, verifier, clock, random } = parts;
        // A public client: what protects its codes is PKCE, and no secret has to be kept for it.
        let registered = sign_in_settings(configuration.settings().public_address.clone(), None);
        let sign_in = SignIn::new(verifier.clone(), registered, random);
        Self::new(AppParts { configuration, verifier, sign_in, clock })
    }
}
