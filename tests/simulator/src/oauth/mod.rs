//! OAuth 2: authorization code with and without PKCE, refresh tokens of both kinds, revocation.

pub(crate) mod authorize;
pub(crate) mod consents;
mod secrets;
pub(crate) mod token;

/// Scopes of Constant Contact's V3 contract, and what each is for, as the *Allow* page says it.
pub(crate) const SCOPES: [(&str, &str); 6] = [
    ("contact_data", "View, create, change and delete your contacts, lists and custom fields"),
    ("campaign_data", "View, create, change and delete your email campaigns"),
    ("account_read", "View your account information"),
    ("account_update", "View and change your account information"),
    ("billing_data", "View your billing information"),
    ("offline_access", "Keep access while you are not using the application"),
];
