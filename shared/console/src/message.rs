//! What the console says to people beside their data.

use maud::{Markup, html};

use crate::icon::{Icon, icon};

/// How good or bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Information,
    /// It worked.
    Success,
    /// It may need attention.
    Warning,
    /// It did not work.
    Error,
}

impl Level {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Information => "Note",
            Self::Success => "Success",
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }
}

pub(crate) const fn level_icon(level: Level) -> Icon {
    match level {
        Level::Information => Icon::Information,
        Level::Success => Icon::Check,
        Level::Warning => Icon::Alert,
        Level::Error => Icon::Cross,
    }
}

/// A message that belongs to the page itself, such as *This export will not run by itself*. Not announced: it is read
/// in its place.
#[must_use]
pub fn notice(level: Level, title: &str, content: &Markup) -> Markup {
    html! {
        div.notice.(level.class()) {
            (icon(level_icon(level)))
            div {
                p.notice-title { span.visually-hidden { (level.word()) ": " } (title) }
                (content)
            }
        }
    }
}

/// What stands where there is nothing yet.
#[derive(Debug, Clone)]
pub struct EmptyState<'a> {
    /// What is missing: *No exports yet*.
    pub title: &'a str,
    /// Why, and what would change it.
    pub explanation: &'a str,
    /// The next step, usually a button; may be empty.
    pub next_step: Markup,
}

/// An explanation and a next step in place of an empty list; also what a page says that was not found or is not allowed.
#[must_use]
pub fn empty_state(empty: &EmptyState<'_>) -> Markup {
    html! {
        div.empty {
            p.empty-title { (empty.title) }
            p { (empty.explanation) }
            @if !empty.next_step.0.is_empty() { div.button-row { (empty.next_step) } }
        }
    }
}
