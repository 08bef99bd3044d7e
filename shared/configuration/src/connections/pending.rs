//! An authorization that was begun and not answered yet: a document that one answer uses up.

use constant_contact::oauth::ProofKey;
use domain::Sensitive;
use domain::identifier::ConnectionId;
use identity::Person;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Condition, Document, StoreError};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// After this long an authorization has to be begun again.
pub const AUTHORIZATION_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Where the documents lie.
const AUTHORIZATIONS: &str = "authorizations/";

/// At most so many forgotten ones are cleared away at a time.
const CLEARED_AT_ONCE: u16 = 20;

/// What must be known when the person comes back from Constant Contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PendingAuthorization {
    /// What is to be authorised.
    pub(super) connection: ConnectionId,
    /// Who began it: nobody else's answer is taken.
    pub(super) subject: String,
    /// Proves at the exchange that we asked for the code.
    pub(super) verifier: Sensitive<String>,
    /// When it was begun.
    pub(super) created_at: Timestamp,
}

impl Document for PendingAuthorization {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "pending authorization";
}

/// The document of a state. The state itself is stored nowhere: whoever can read the bucket cannot answer for
/// somebody else.
fn pending_key(state: &Sensitive<String>) -> String {
    let digest = Sha256::digest(state.expose().as_bytes());
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{AUTHORIZATIONS}{name}.json")
}

impl Configuration {
    /// Begins an authorization: answers the state to send along, and the challenge.
    pub(super) async fn begin_pending(
        &self,
        person: &Person,
        connection: &ConnectionId,
    ) -> Result<(Sensitive<String>, String), ConfigurationError> {
        let random = self.parts.random.as_ref();
        let state = Sensitive::new(format!("{:032x}{:032x}", random.next_u128(), random.next_u128()));
        let proof = ProofKey::new(random);
        let pending = PendingAuthorization {
            connection: connection.clone(),
            subject: person.subject.clone(),
            verifier: proof.verifier,
            created_at: self.parts.clock.now(),
        };
        self.parts.documents.create(&pending_key(&state), pending).await?;
        Ok((state, proof.challenge))
    }

    /// The connection that the person has begun to authorise with `state`, to begin again when that comes to nothing.
    /// `None` for a state that has been used up or is somebody else's, and when that cannot be found out.
    pub async fn authorization_of(&self, person: &Person, state: &Sensitive<String>) -> Option<ConnectionId> {
        let found = self.parts.documents.load::<PendingAuthorization>(&pending_key(state)).await;
        let pending = found.ok().flatten()?.content;
        (pending.subject == person.subject).then_some(pending.connection)
    }

    /// Uses up the authorization of `state`: of several callers exactly one gets it. Also used up when it turns out to
    /// be another person's: a state that has come into other hands is worth nothing any more.
    pub(super) async fn use_up_pending(
        &self,
        person: &Person,
        state: &Sensitive<String>,
    ) -> Result<PendingAuthorization, ConfigurationError> {
        let documents = &self.parts.documents;
        let key = pending_key(state);
        let pending = documents.load::<PendingAuthorization>(&key).await?;
        let pending = pending.ok_or(ConfigurationError::AuthorizationOver)?;
        // Not `Documents::delete`, which takes an absent document for a success.
        match documents.store().delete(&key, Condition::Matches(pending.tag)).await {
            Ok(()) => {}
            Err(StoreError::Gone { .. } | StoreError::Conflict { .. }) => {
                return Err(ConfigurationError::AuthorizationOver);
            }
            Err(error) => return Err(error.into()),
        }
        let pending = pending.content;
        let age = self.parts.clock.now().duration_since(pending.created_at);
        if pending.subject != person.subject || age > AUTHORIZATION_LIFETIME {
            return Err(ConfigurationError::AuthorizationOver);
        }
        Ok(pending)
    }

    /// Clears away what nobody came back for. Best effort: they are of no use to anybody.
    pub(super) async fn clear_forgotten_pending(&self) {
        if let Err(error) = self.try_clear_forgotten().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "forgotten authorizations were not cleared away; the next one tries again"
            );
        }
    }

    async fn try_clear_forgotten(&self) -> Result<(), ConfigurationError> {
        let documents = &self.parts.documents;
        let page = documents.store().list(AUTHORIZATIONS, None, CLEARED_AT_ONCE).await?;
        for object in page.objects {
            let pending = match documents.load::<PendingAuthorization>(&object.key).await {
                Ok(Some(pending)) => pending,
                Ok(None) => continue,
                // The bucket's own rule deletes it: it keeps none of the others.
                Err(error) if error.is_unreadable() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a forgotten authorization cannot be read"
                    );
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let age = self.parts.clock.now().duration_since(pending.content.created_at);
            if age > AUTHORIZATION_LIFETIME {
                documents.delete(&pending).await?;
            }
        }
        Ok(())
    }
}
