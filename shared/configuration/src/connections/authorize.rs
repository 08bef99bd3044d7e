//! The first step of connecting, on the way there: *Authenticate with Constant Contact*.

use domain::identifier::ConnectionId;
use identity::Person;
use url::Url;

use crate::access;
use crate::client::application_failed;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

impl Configuration {
    /// Where to send the person's browser to authorise a connection, for the first time or again. The answer must come
    /// from the same person within ten minutes; see [`Configuration::complete_authorization`].
    ///
    /// # Errors
    /// [`ConfigurationError`]; `SetUpNeeded` before the application's credentials were entered, `Invalid` for `agreed`
    /// when nobody has agreed to the data-privacy text.
    pub async fn begin_authorization(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<Url, ConfigurationError> {
        access::administrator(person)?;
        let connection = self.load_connection_to_change(id).await?;
        if connection.content.consent.is_none() {
            let message = "Edit the connection, read the data-privacy text and tick I agree.";
            return Err(ConfigurationError::invalid("agreed", "required", message));
        }
        let application = self.parts.vault.application().await.map_err(application_failed)?;
        let redirect_uri = self.redirect_uri()?;
        self.clear_forgotten_pending().await;
        let (state, challenge) = self.begin_pending(person, id).await?;
        let oauth = &self.parts.oauth;
        Ok(oauth.authorize_url(&application.client_id, &redirect_uri, state.expose(), &challenge))
    }
}
