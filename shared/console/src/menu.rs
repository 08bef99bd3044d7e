//! Further actions behind one button; a disclosure, so that it works without the script.

use maud::{Markup, html};

use crate::field::csrf_field;
use crate::icon::{Icon, icon};

/// An action in a menu.
#[derive(Debug, Clone, Copy)]
pub enum MenuItem<'a> {
    /// Leads somewhere.
    Link {
        /// What people read.
        label: &'a str,
        /// Where it leads.
        href: &'a str,
    },
    /// Leads to a confirmation, which the script shows in a dialog (see [`crate::confirmation_link`]).
    Confirm {
        /// What people read.
        label: &'a str,
        /// The confirmation's page.
        href: &'a str,
    },
    /// Does something.
    Post {
        /// What people read.
        label: &'a str,
        /// Where the form is sent.
        action: &'a str,
        /// The token against forged requests.
        csrf: &'a str,
    },
}

/// A menu of actions about `about`, such as one export of a list.
#[must_use]
pub fn menu(about: &str, items: &[MenuItem<'_>]) -> Markup {
    html! {
        details.menu {
            summary.button.quiet { (icon(Icon::More)) span.visually-hidden { "Actions for " (about) } }
            ul {
                @for item in items {
                    li {
                        @match item {
                            MenuItem::Link { label, href } => a href=(href) { (label) },
                            MenuItem::Confirm { label, href } => a href=(href) data-dialog { (label) },
                            MenuItem::Post { label, action, csrf } => form method="post" action=(action) {
                                (csrf_field(csrf))
                                button type="submit" { (label) }
                            },
                        }
                    }
                }
            }
        }
    }
}
