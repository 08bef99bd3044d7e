//! What requests about connections bring along.

use ::configuration::{ConnectionChange, NewConnection};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::words::Access;

/// A new connection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConnectionBody {
    /// What people will call it: name purpose and target. At most 100 characters.
    display_name: String,
    /// `administrators` when left out.
    access: Option<Access>,
    /// *I agree*, to the text of `GET /consent`. Nothing is saved without.
    #[serde(default)]
    agreed: bool,
}

/// All that can be changed of a connection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionBody {
    display_name: String,
    access: Access,
    /// *I agree*; needed only when the data-privacy text has changed since it was agreed to (`consent_outdated`).
    #[serde(default)]
    agreed: bool,
    /// A run that would bring the account above so many contacts is skipped; `null` for no limit.
    #[schema(minimum = 1)]
    contact_ceiling: Option<u64>,
}

/// A list to be created in the account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewListBody {
    /// Its name, unique in the account; at most 255 characters.
    pub(super) name: String,
}

/// A field to be created in the account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFieldBody {
    /// What people see; at most 50 characters.
    pub(super) label: String,
}

impl From<NewConnectionBody> for NewConnection {
    fn from(body: NewConnectionBody) -> Self {
        let access = body.access.map(Into::into).unwrap_or_default();
        Self { display_name: body.display_name, access, agreed: body.agreed }
    }
}

impl From<ConnectionBody> for ConnectionChange {
    fn from(body: ConnectionBody) -> Self {
        Self {
            display_name: body.display_name,
            access: body.access.into(),
            agreed: body.agreed,
            contact_ceiling: body.contact_ceiling,
        }
    }
}
