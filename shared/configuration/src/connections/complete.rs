//! The first step of connecting, on the way back: the code becomes tokens, and the connection is bound to its account.

use catalog::{Authorization, Connection, connection_key};
use constant_contact::oauth::{OAuthError, TokenGrant};
use constant_contact::redaction::ErrorKey;
use domain::Sensitive;
use domain::identifier::ConnectionId;
use identity::Person;
use serde_json::json;
use store::Change;

use super::names::event;
use super::pending::PendingAuthorization;
use crate::access;
use crate::client::application_failed;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// What the person's browser brought back from Constant Contact.
#[derive(Debug, Clone)]
pub struct AuthorizationAnswer {
    /// `state`, as it came.
    pub state: Sensitive<String>,
    /// The rest.
    pub outcome: AuthorizationOutcome,
}

/// Whether the person gave the permission.
#[derive(Debug, Clone)]
pub enum AuthorizationOutcome {
    /// `code`: yes.
    Code(Sensitive<String>),
    /// `error`: no, or something went wrong. Its description is not looked at: anybody could have written it.
    Error(String),
}

impl Configuration {
    /// Takes the answer to an authorization that this person began: stores the tokens and lets the runs that waited
    /// for it go on. Works once.
    ///
    /// # Errors
    /// [`ConfigurationError`], each with its remedy: `AuthorizationOver`, `AuthorizationRefused`, `OtherAccount`,
    /// `NoRefreshToken`, `ContactsNotAllowed`. The tokens that were there before are unharmed by all of them.
    pub async fn complete_authorization(
        &self,
        person: &Person,
        answer: AuthorizationAnswer,
    ) -> Result<ConnectionId, ConfigurationError> {
        access::administrator(person)?;
        let pending = self.use_up_pending(person, &answer.state).await?;
        let connection = self.load_connection_to_change(&pending.connection).await?.content;
        let code = match answer.outcome {
            AuthorizationOutcome::Code(code) => code,
            AuthorizationOutcome::Error(error) => return Err(refused(&error)),
        };
        let grant = self.exchange(&pending, &code).await?;
        let authorization = self.look_at_account(&connection.id, &grant).await?;
        same_account(&connection, &authorization)?;
        let account = json!({
            "account": authorization.account,
            "organization_name": authorization.organization_name,
        });
        let event = event("connection.authorized", &connection).after(account);
        self.audited(person, event, self.bind(&connection.id, authorization, grant)).await?;
        self.resume_runs(&connection.id).await;
        Ok(connection.id)
    }

    async fn exchange(
        &self,
        pending: &PendingAuthorization,
        code: &Sensitive<String>,
    ) -> Result<TokenGrant, ConfigurationError> {
        let application = self.parts.vault.application().await.map_err(application_failed)?;
        let redirect_uri = self.redirect_uri()?;
        let grant =
            self.parts.oauth.exchange_code(&application, code, &redirect_uri, &pending.verifier).await;
        grant.map_err(|error| match error {
            OAuthError::InvalidGrant => ConfigurationError::AuthorizationOver,
            OAuthError::InvalidClient => ConfigurationError::ApplicationRefused,
            OAuthError::MissingRefreshToken => ConfigurationError::NoRefreshToken,
            OAuthError::Refused { .. } => ConfigurationError::ServiceRefused(Box::new(error)),
            OAuthError::Unavailable(_) | OAuthError::Unclear(_) => {
                ConfigurationError::Service(Box::new(error))
            }
        })
    }

    /// Binds the connection to its account, and only then stores the tokens: tokens of another account can never lie
    /// under it, whoever else authorises it at the same moment.
    async fn bind(
        &self,
        id: &ConnectionId,
        authorization: Authorization,
        grant: TokenGrant,
    ) -> Result<(), ConfigurationError> {
        let account = authorization.account.clone();
        self.parts
            .documents
            .update::<Connection, (), ConfigurationError, _>(&connection_key(id), |current| {
                let current = current.filter(|current| !current.removing);
                let current = current.ok_or(ConfigurationError::NotFound { what: "connection" })?;
                same_account(current, &authorization)?;
                let authorization = Some(authorization.clone());
                Ok(Change::Write(Connection { authorization, ..current.clone() }, ()))
            })
            .await?;
        self.parts.grants.store_new_grant(id, grant, account).await?;
        // Its removal may have deleted the tokens before these were stored.
        match self.load_connection_to_change(id).await {
            Err(ConfigurationError::NotFound { .. } | ConfigurationError::NotConnected { .. }) => {
                self.revoke_and_delete_tokens(id).await?;
                Err(ConfigurationError::NotFound { what: "connection" })
            }
            outcome => outcome.map(|_| ()),
        }
    }
}

/// A connection stays with its account.
fn same_account(connection: &Connection, found: &Authorization) -> Result<(), ConfigurationError> {
    match &connection.authorization {
        Some(bound) if bound.account != found.account => Err(ConfigurationError::OtherAccount {
            bound: bound.organization_name.clone(),
            found: found.organization_name.clone(),
        }),
        _ => Ok(()),
    }
}

/// Only a word of OAuth 2 is repeated: the browser may bring anything.
fn refused(error: &str) -> ConfigurationError {
    let reason = ErrorKey::new(error).map_or_else(|| "no reason given".to_owned(), |key| key.to_string());
    ConfigurationError::AuthorizationRefused { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_the_standard_is_repeated() {
        assert!(refused("access_denied").to_string().contains("(access_denied)"));
        for text in ["<script>alert(1)</script>", "ann@example.com", ""] {
            assert!(refused(text).to_string().contains("(no reason given)"), "{text}");
        }
    }
}
