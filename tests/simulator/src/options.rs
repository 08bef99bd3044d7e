//! What a simulator is started with; plain data, so that a command line or a file can fill it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Clock, Faults, Switches};

/// Everything a simulator needs to start. `Options::default()` is an in-memory account on a free port with the
/// system clock, limits as documented, and consent that a person must give.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where the state is kept; `None` keeps it in memory and loses it with the process.
    pub data_directory: Option<PathBuf>,
    /// Loopback port; 0 takes any free one.
    pub port: u16,
    /// Where the time comes from.
    pub clock: Clock,
    /// The registered application.
    pub application: Application,
    /// Grant consent without showing the *Allow* page.
    pub auto_approve: bool,
    /// Choices where the vendor's behaviour is unknown. They hold from this start on, whatever was set before.
    pub switches: Switches,
    /// Faults to inject from the start.
    pub faults: Faults,
    /// The account that is connected to.
    pub account: AccountOptions,
    /// Rates and sizes, as documented by default.
    pub limits: Limits,
}

/// The application as registered in the vendor's developer portal.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Application {
    /// Shown on the *Allow* page.
    pub name: String,
    /// The application key.
    pub client_id: String,
    /// The secret of the server flow; PKCE clients do not send it.
    pub client_secret: String,
    /// Exact addresses to which an authorization may return. More can be registered through `Control`.
    pub redirect_uris: Vec<String>,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            name: "Sample application".into(),
            client_id: "simulated-client".into(),
            client_secret: "simulated-secret".into(),
            redirect_uris: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Application")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}

/// The account summary that `GET /v3/account/summary` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountOptions {
    /// Stable id of the account; another one means another account.
    pub encoded_account_id: String,
    /// The organisation's name.
    pub organization_name: String,
    /// Contact address of the account.
    pub contact_email: String,
    /// First name of the account's owner.
    pub first_name: String,
    /// Last name of the account's owner.
    pub last_name: String,
    /// Two-letter country code.
    pub country_code: String,
    /// IANA name of the account's time zone.
    pub time_zone_id: String,
}

impl Default for AccountOptions {
    fn default() -> Self {
        Self {
            encoded_account_id: "p07e1l8cdif9dl".into(),
            organization_name: "Sample Organization".into(),
            contact_email: "owner@example.com".into(),
            first_name: "Olive".into(),
            last_name: "Owner".into(),
            country_code: "US".into(),
            time_zone_id: "US/Eastern".into(),
        }
    }
}

/// Whether the rate limits apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// As documented.
    #[default]
    On,
    /// Neither the second's nor the day's limit; for tests whose clock stands still.
    Off,
}

/// Rates and sizes. The defaults are those of Constant Contact's V3 documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Whether `requests_per_second` and `requests_per_day` apply.
    pub throttle: Throttle,
    /// Requests a second per application (4).
    pub requests_per_second: u32,
    /// Requests per application and UTC day (10,000).
    pub requests_per_day: u64,
    /// Requests a second at the token address; 0 is no limit. The vendor's staff name 1, its documents none.
    pub token_requests_per_second: u32,
    /// Activities that may be unfinished at once (1,000).
    pub queued_activities: u64,
    /// Bytes of an import that are read (4,000,000; 4,194,304 is the other reading of "4 MB").
    pub import_bytes: usize,
    /// Contacts in a JSON import (40,000).
    pub import_rows: usize,
    /// Lines of a CSV import, its header included (40,000).
    pub import_lines: usize,
    /// Lists in an account (1,000).
    pub lists: u64,
    /// Lists a contact may be on (50), where the switch `list_limit_enforced` says so.
    pub lists_per_contact: u64,
    /// Custom fields in an account (100).
    pub custom_fields: u64,
    /// Seconds an access token lives (86,400).
    pub access_token_seconds: u32,
    /// Days an activity can be read (10).
    pub activity_days: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            throttle: Throttle::On,
            requests_per_second: 4,
            requests_per_day: 10_000,
            token_requests_per_second: 0,
            queued_activities: 1_000,
            import_bytes: 4_000_000,
            import_rows: 40_000,
            import_lines: 40_000,
            lists: 1_000,
            lists_per_contact: 50,
            custom_fields: 100,
            access_token_seconds: 86_400,
            activity_days: 10,
        }
    }
}
