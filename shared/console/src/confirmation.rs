//! A question before something that cannot be taken back.

use maud::{Markup, html};

use crate::button::{Button, ButtonKind, button};
use crate::field::{csrf_field, hidden_field};

/// A question before an action.
#[derive(Debug, Clone)]
pub struct Confirmation<'a> {
    /// The question: *Remove the export Newsletter?*
    pub title: &'a str,
    /// What happens and what does not, and whom it concerns.
    pub content: Markup,
    /// What the button says; it names the action, never *OK*.
    pub confirm: &'a str,
    /// Whether something is destroyed or stopped.
    pub danger: bool,
    /// Where the form is posted.
    pub action: &'a str,
    /// The token against forged requests.
    pub csrf: &'a str,
    /// What else the form carries, such as the version the question was asked about.
    pub carries: &'a [(&'a str, &'a str)],
    /// What the way back says: *Cancel*, or what stays as it is where the question itself is about canceling.
    pub cancel: &'a str,
    /// Where it leads.
    pub cancel_href: &'a str,
}

/// The question as the content of a page of its own. The script takes it from there and shows it in a dialog, above the
/// page where the question came up; so there must be only one in a page.
#[must_use]
pub fn confirmation(confirmation: &Confirmation<'_>) -> Markup {
    let kind = if confirmation.danger { ButtonKind::Danger } else { ButtonKind::Primary };
    html! {
        form.card.confirmation.danger[confirmation.danger] #confirmation method="post" action=(confirmation.action) {
            (csrf_field(confirmation.csrf))
            @for (name, value) in confirmation.carries { (hidden_field(name, value)) }
            h1 #confirmation-title { (confirmation.title) }
            div.prose { (confirmation.content) }
            div.button-row {
                (button(&Button::new(confirmation.confirm).kind(kind)))
                a.button href=(confirmation.cancel_href) data-close-dialog { (confirmation.cancel) }
            }
        }
    }
}

/// A link to the page with the question.
#[must_use]
pub fn confirmation_link(link: &Button<'_>, href: &str) -> Markup {
    link.as_link(href, true)
}
