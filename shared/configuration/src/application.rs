//! The application that is registered at Constant Contact: its credentials, and the address it returns to.

use constant_contact::oauth::ApplicationCredentials;
use domain::Sensitive;
use identity::Person;
use serde::Serialize;
use serde_json::json;
use tokens::{SecretError, VaultError};
use url::Url;

use crate::access;
use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::Configuration;
use crate::connections::CALLBACK_PATH;
use crate::error::ConfigurationError;
use crate::problems::Problems;

/// Longer than any that was seen.
const LONGEST: usize = 200;

/// Whether the product knows its application, and what to register for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApplicationState {
    /// Client id and secret were entered.
    pub configured: bool,
    /// The redirect URI to register in Constant Contact's developer portal, to the letter.
    pub redirect_uri: String,
}

impl Configuration {
    /// How the application stands, for administrators.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn application(&self, person: &Person) -> Result<ApplicationState, ConfigurationError> {
        access::administrator(person)?;
        let configured = match self.parts.vault.application().await {
            Ok(_) => true,
            Err(VaultError::Secret(SecretError::NotFound { .. }) | VaultError::Malformed { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(ApplicationState { configured, redirect_uri: self.redirect_uri()?.into() })
    }

    /// Stores the application's client id and secret, in place of earlier ones. Connections that were authorised with
    /// another client id must be authorised again.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `client_id` and `client_secret`.
    pub async fn store_application(
        &self,
        person: &Person,
        client_id: &str,
        client_secret: &Sensitive<String>,
    ) -> Result<ApplicationState, ConfigurationError> {
        access::administrator(person)?;
        let mut problems = Problems::default();
        let client_id = credential(&mut problems, "client_id", client_id);
        let client_secret = credential(&mut problems, "client_secret", client_secret.expose());
        problems.finish()?;
        let event = AuditEvent::new(
            "application.changed",
            SubjectKind::Application,
            "constant-contact",
            "Constant Contact",
        )
        .after(json!({ "client_id": client_id }));
        let application = ApplicationCredentials { client_id, client_secret: Sensitive::new(client_secret) };
        let store = self.parts.vault.store_application(&application);
        self.audited(person, event, async { Ok(store.await?) }).await?;
        // Those that were refused for want of the right ones may go on.
        self.resume_all_runs().await;
        Ok(ApplicationState { configured: true, redirect_uri: self.redirect_uri()?.into() })
    }

    /// The address that Constant Contact sends people back to.
    pub(crate) fn redirect_uri(&self) -> Result<Url, ConfigurationError> {
        let address = format!("{}{CALLBACK_PATH}", self.parts.settings.public_address.origin());
        Url::parse(&address).map_err(|error| ConfigurationError::Unavailable(Box::new(error)))
    }
}

/// Copied from a page, often with blanks around it; anything else than visible ASCII is a mistake.
fn credential(problems: &mut Problems, field: &'static str, text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        problems.add(
            field,
            "required",
            "Copy it from the application's page in Constant Contact's developer portal.",
        );
    } else if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.add(field, "invalid", "Copy it again: it holds characters that do not belong there.");
    }
    text.to_owned()
}
