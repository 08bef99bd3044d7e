//! Connections: the Constant Contact accounts that an administrator has authorised.

mod account;
mod authorize;
mod change;
mod complete;
mod create;
mod custom_fields;
mod detach;
mod details;
mod export_user;
mod list;
mod lists;
mod names;
mod pending;
mod removal;
mod remove;
mod resume;
mod stop;
mod test;

pub use change::ConnectionChange;
pub use complete::{AuthorizationAnswer, AuthorizationOutcome};
pub use create::NewConnection;
pub use custom_fields::CustomFieldItem;
pub use detach::SeenExport;
pub use details::{AuthorizedAccount, ConnectionDetails};
pub use list::{ConnectionAdministration, ConnectionList, ConnectionListItem, ConnectionName};
pub use lists::{ContactCountsView, ListItem, list_id_of};
pub use pending::AUTHORIZATION_LIFETIME;
pub use removal::RemovedConnection;
pub use test::{ConnectionTest, TestOutcome};

/// The path that Constant Contact sends people back to; the address to register there is the public address with it.
pub const CALLBACK_PATH: &str = "/oauth/constant-contact/callback";

/// The one type of connection there is.
pub const KIND: &str = "Constant Contact";
