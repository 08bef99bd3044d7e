//! `/connections`: connections to Constant Contact, and what is in their accounts.

mod account;
mod account_view;
mod authorization;
mod body;
mod one;
mod overview;
mod removal;
mod view;

use domain::identifier::ConnectionId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::view::NamedExport;
use crate::app::App;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::list_connections, overview::create_connection))
        .routes(routes!(one::show_connection, one::replace_connection, removal::remove_connection))
        .routes(routes!(removal::detach_and_remove_connection))
        .routes(routes!(authorization::begin_authorization))
        .routes(routes!(authorization::add_export_user))
        .routes(routes!(authorization::test_connection))
        .routes(routes!(authorization::list_calls))
        .routes(routes!(account::list_lists, account::create_list))
        .routes(routes!(account::list_custom_fields, account::create_custom_field))
        .routes(routes!(account::count_contacts))
}

/// A connection in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct ConnectionPath {
    /// The connection's id.
    #[param(value_type = String)]
    id: ConnectionId,
}
