//! The account behind a connection.

use domain::Sensitive;
use domain::identifier::AccountId;
use serde::Deserialize;

use crate::client::Client;
use crate::error::ServiceError;
use crate::wire::text;

/// Which account a connection belongs to.
#[derive(Debug, Clone)]
pub struct AccountSummary {
    /// The account's stable id: a connection is bound to it.
    pub account_id: AccountId,
    /// The organization's name, to show.
    pub organization_name: Option<String>,
    /// The account's address for messages.
    pub contact_email: Option<Sensitive<String>>,
    /// The account's time zone, an IANA name such as `US/Eastern`.
    pub time_zone_id: Option<String>,
    /// Two letters.
    pub country_code: Option<String>,
}

/// Something that the user who authorised the connection may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privilege {
    /// Such as `contacts:write`.
    pub name: String,
}

#[derive(Deserialize)]
struct WireSummary {
    #[serde(default, deserialize_with = "text")]
    encoded_account_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    organization_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    contact_email: Option<String>,
    #[serde(default, deserialize_with = "text")]
    time_zone_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    country_code: Option<String>,
}

#[derive(Deserialize)]
struct WirePrivilege {
    #[serde(default, deserialize_with = "text")]
    privilege_name: Option<String>,
}

impl Client {
    /// Name and id of the account. Needs the scope `account_read`.
    ///
    /// # Errors
    /// [`ServiceError`]; `UnexpectedAnswer` when there is no account id.
    pub async fn account_summary(&self) -> Result<AccountSummary, ServiceError> {
        const PATH: &str = "/account/summary";
        let summary: WireSummary = self.get(PATH, self.transport.url(PATH)).await?;
        let account_id = summary
            .encoded_account_id
            .and_then(|id| AccountId::new(id).ok())
            .ok_or(ServiceError::UnexpectedAnswer { status: 200, what: "without a usable account id" })?;
        Ok(AccountSummary {
            account_id,
            organization_name: summary.organization_name,
            contact_email: summary.contact_email.map(Sensitive::new),
            time_zone_id: summary.time_zone_id,
            country_code: summary.country_code,
        })
    }

    /// What the user who authorised the connection may do. Needs no scope (contract).
    ///
    /// Exports need `contacts:read` and `contacts:write`; creating a list needs `contacts:lists:write` (guides).
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn privileges(&self) -> Result<Vec<Privilege>, ServiceError> {
        const PATH: &str = "/account/user/privileges";
        let privileges: Vec<WirePrivilege> = self.get(PATH, self.transport.url(PATH)).await?;
        let named = privileges.into_iter().filter_map(|privilege| privilege.privilege_name);
        Ok(named.map(|name| Privilege { name }).collect())
    }
}
