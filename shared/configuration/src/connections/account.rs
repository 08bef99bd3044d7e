//! Whose account a new authorization is for, and whether it can be worked with.

use std::sync::Arc;

use catalog::Authorization;
use constant_contact::oauth::TokenGrant;
use constant_contact::{Client, ContactQuery, FixedAccessToken, MembershipCount, Privilege, ServiceError};
use domain::identifier::ConnectionId;
use jiff::Timestamp;

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// What an export needs, by the names of the vendor's guides.
const NEEDED: [&str; 2] = ["contacts:read", "contacts:write"];

/// What the service said of a new authorization.
struct Look {
    authorization: Authorization,
    /// `None`: the service did not say.
    privileges: Option<Vec<Privilege>>,
}

impl Configuration {
    /// Looks at the account of a grant that is not stored yet: its name, what its user may do, one contact and the
    /// lists.
    ///
    /// # Errors
    /// [`ConfigurationError::ContactsNotAllowed`] for a user who may not manage contacts.
    pub(super) async fn look_at_account(
        &self,
        connection: &ConnectionId,
        grant: &TokenGrant,
    ) -> Result<Authorization, ConfigurationError> {
        let tokens = Arc::new(FixedAccessToken::new(grant.access_token.clone()));
        let now = self.parts.clock.now();
        let named = Arc::<FixedAccessToken>::clone(&tokens);
        let look = self.with_new_tokens(connection, named, |client| name(client, now)).await?;
        let may = |needed: &&str| match &look.privileges {
            Some(privileges) => privileges.iter().any(|privilege| privilege.name == **needed),
            None => true,
        };
        if !NEEDED.iter().all(may) {
            return Err(ConfigurationError::ContactsNotAllowed);
        }
        self.with_new_tokens(connection, tokens, read).await?;
        Ok(look.authorization)
    }
}

/// The account, and the privileges of the user.
async fn name(client: Client, now: Timestamp) -> Result<Look, ServiceError> {
    let account = client.account_summary().await?;
    let privileges = match client.privileges().await {
        Ok(privileges) => Some(privileges),
        // The reads that follow decide then.
        Err(ServiceError::Forbidden { .. } | ServiceError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let organization_name = account.organization_name.filter(|name| !name.trim().is_empty());
    let authorization = Authorization {
        organization_name: organization_name.unwrap_or_else(|| account.account_id.to_string()),
        account: account.account_id,
        contact_email: account.contact_email,
        at: now,
    };
    Ok(Look { authorization, privileges })
}

/// What every export does: one contact, and the lists.
async fn read(client: Client) -> Result<(), ServiceError> {
    let one = ContactQuery { limit: Some(1), ..ContactQuery::default() };
    client.contacts(&one, None).await?;
    client.lists(MembershipCount::None).await?;
    Ok(())
}
