//! The *Allow* page, and what is shown when there is nobody to send the browser back to.

use super::html::{escape, page};
use crate::AccountOptions;

/// Asks the account's owner; the form carries the request's own parameters.
pub(crate) fn allow(
    application: &str,
    account: &AccountOptions,
    scopes: &[(&str, &str)],
    parameters: &[(String, String)],
) -> String {
    let scopes: String = scopes
        .iter()
        .map(|(name, meaning)| format!("<li>{} <code>{}</code></li>", escape(meaning), escape(name)))
        .collect();
    let hidden: String = parameters
        .iter()
        .filter(|(name, _)| name != "decision")
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
        })
        .collect();
    let body = format!(
        "<p><strong>{}</strong> asks for access to the account <strong>{}</strong> ({}):</p><ul>{scopes}</ul>\
         <form method=\"post\" action=\"/oauth2/default/v1/authorize\">{hidden}\
         <button name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"deny\">Deny</button></form>\
         <p class=\"note\">This is a simulator of Constant Contact; no real account is involved.</p>",
        escape(application),
        escape(&account.organization_name),
        escape(&account.contact_email),
    );
    page("Allow access", None, &body)
}

/// The authorization request is wrong in a way that must not lead back to its sender.
pub(crate) fn refused(text: &str) -> String {
    page("This request cannot be answered", None, &format!("<p>{}</p>", escape(text)))
}
