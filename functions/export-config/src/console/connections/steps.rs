//! The two steps of connecting, each with its own check.

use configuration::{ConnectionDetails, ConnectionState};
use console::{Button, ButtonKind, Step, button, card, checklist, csrf_field, link_button, moment};
use maud::{Markup, html};

/// Where the first step begins; served by `oauth-callback`.
const START: &str = "/oauth/constant-contact/start";

pub(super) fn steps(connection: &ConnectionDetails, csrf: &str) -> Markup {
    let removing = connection.status == ConnectionState::Removing;
    let steps = [authenticate(connection, csrf, removing), export_user(connection, removing)];
    card(
        "Connect",
        &html! {
            p { "Both steps must be done before exports can use this connection." }
            (checklist(&steps))
        },
    )
}

fn authenticate(connection: &ConnectionDetails, csrf: &str, removing: bool) -> Step<'static> {
    let account = connection.account.as_ref();
    // One whose tokens were never stored, or are gone, has no moment since which they are refused, and needs this step all
    // the same.
    let accepted = account.is_some_and(|account| account.needs_reauthentication_since.is_none())
        && connection.status != ConnectionState::NeedsReauthentication;
    let detail = html! {
        @match account {
            None => p { "Sign in to Constant Contact there, as the account owner or an account manager, and choose Allow." },
            Some(account) => {
                p { (account.organization_name) ", authenticated " (moment(account.authorized_at)) }
                @if let Some(since) = account.needs_reauthentication_since {
                    p { "Constant Contact has not accepted it since " (moment(since)) ". Authenticate again, with the same account." }
                }
            }
        }
    };
    let (label, kind) = match accepted {
        false if account.is_some() => ("Authenticate again", ButtonKind::Primary),
        false => ("Authenticate with Constant Contact", ButtonKind::Primary),
        true => ("Authenticate again", ButtonKind::Secondary),
    };
    let form = html! {
        form.post-button method="post" action=(START) {
            (csrf_field(csrf))
            (button(&Button::new(label).kind(kind).sends("connection", connection.id.as_str())))
        }
    };
    Step {
        title: "Authenticate with Constant Contact",
        done: accepted,
        detail,
        action: (!removing).then_some(form),
    }
}

fn export_user(connection: &ConnectionDetails, removing: bool) -> Step<'static> {
    let here = format!("/connections/{}/export-user", connection.id);
    let user = connection.export_user.as_ref();
    let detail = html! {
        @match user {
            None => p { "An administrator who answers for runs that are started by a schedule or by an upload. It grants no access." },
            Some(user) => p { (user.who.name) ", since " (moment(user.at)) },
        }
    };
    let (label, kind) = match user {
        None if connection.account.is_some() => ("Add yourself as export user", ButtonKind::Primary),
        None => ("Add yourself as export user", ButtonKind::Secondary),
        Some(_) => ("Take over as export user", ButtonKind::Secondary),
    };
    let link = link_button(&Button::new(label).kind(kind), &here);
    Step {
        title: "Add yourself as export user",
        done: user.is_some(),
        detail,
        action: (!removing).then_some(link),
    }
}
