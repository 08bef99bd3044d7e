//! Connections: the Constant Contact accounts that an administrator has authorised.

mod authorize;
mod change;
mod create;
mod custom_fields;
mod detach;
mod details;
mod export_user;
mod list;
mod lists;
mod names;
mod removal;
mod remove;
mod test;
mod use_of;

pub use authorize::{AUTHORIZATION_LIFETIME, AuthorizationAnswer, AuthorizationOutcome};
pub use change::ConnectionChange;
pub use create::NewConnection;
pub use custom_fields::CustomFieldItem;
pub use details::{AuthorizedAccount, ConnectionDetails};
pub use list::{ConnectionAdministration, ConnectionListItem, ConnectionName};
pub use lists::{ContactCountsView, ListItem, list_id_of};
pub use removal::RemovedConnection;
pub use test::{ConnectionTest, TestOutcome};

/// The one type of connection there is.
pub const KIND: &str = "Constant Contact";
