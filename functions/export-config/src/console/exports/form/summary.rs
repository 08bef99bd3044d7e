//! Where people will be sent and how many, before a run.

use configuration::{ConfigurationError, ContactCountsView, DraftReview};
use console::{Level, description_list, notice, number};
use maud::{Markup, html};

use crate::web::sentence;

/// What more contacts may cost.
pub(in crate::console::exports) const PRICE_TIER: &str =
    "New contacts may move the account into a higher price tier of your contract with Constant Contact.";

/// The account's contacts, as far as it could be asked.
#[derive(Debug, Clone)]
pub(in crate::console) enum AccountCounts {
    Known(ContactCountsView),
    /// Why not.
    Unknown(String),
}

impl AccountCounts {
    pub(in crate::console) fn of(counts: &Result<ContactCountsView, ConfigurationError>) -> Self {
        match counts {
            Ok(counts) => Self::Known(*counts),
            Err(error) => Self::Unknown(sentence(&error.to_string())),
        }
    }
}

/// The list by its name, its connection, the rows, and who else writes to it.
pub(in crate::console::exports) fn destination(review: &DraftReview) -> Markup {
    let Some(list) = &review.list else { return html! {} };
    let on_list = match (&list.id, list.members) {
        (None, _) => html! { (list.name) ", which will be created" },
        (_, Some(members)) => html! { (list.name) ", " (number(members)) " members now" },
        (_, None) => html! { (list.name) },
    };
    let rows = match review.members {
        Some(rows) => html! { (number(rows)) " in the chosen segments" },
        None => html! { "Not counted yet" },
    };
    html! {
        (description_list(&[
            ("List", on_list),
            ("Connection", html! { (list.connection) }),
            ("Rows", rows),
        ]))
        @if !list.other_exports.is_empty() {
            (notice(Level::Warning, "Other exports write to this list, too", &html! {
                ul { @for export in &list.other_exports { li { (export.name) } } }
                p { "Their runs take turns." }
            }))
        }
    }
}

/// What a run may mean for the price of the account; `members` as far as they are known.
pub(in crate::console) fn account(members: Option<u64>, counts: &AccountCounts) -> Markup {
    let new = match members {
        Some(members) => html! { "Up to " strong { (number(members)) } " people may be new to the account." },
        None => {
            html! { "How many people may be new to the account is not known yet: the segments are being counted." }
        }
    };
    let warning = html! {
        p { (new) " " (PRICE_TIER) }
    };
    match counts {
        AccountCounts::Known(ContactCountsView { active: Some(active), .. }) => {
            let title = format!("The account has {} active contacts", number(*active));
            notice(Level::Warning, &title, &warning)
        }
        AccountCounts::Known(_) => notice(Level::Warning, "Contacts in the account", &warning),
        AccountCounts::Unknown(why) => notice(
            Level::Warning,
            "The account's contacts could not be counted",
            &html! { @if !why.is_empty() { p { (why) } } (warning) },
        ),
    }
}
