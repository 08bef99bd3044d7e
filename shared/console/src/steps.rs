//! Steps that a person has to take, each with its own green check.

use maud::{Markup, html};

use crate::icon::{Icon, icon};

/// A step.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// What to do: *Authenticate with Constant Contact*.
    pub title: &'a str,
    /// Whether it is done.
    pub done: bool,
    /// Before: why it is needed. Afterwards: who did it and when.
    pub detail: Markup,
    /// The button that does it, or does it again.
    pub action: Option<Markup>,
}

/// The steps in their order. Each says in words whether it is done.
#[must_use]
pub fn checklist(steps: &[Step<'_>]) -> Markup {
    html! {
        ol.checklist {
            @for (index, step) in steps.iter().enumerate() {
                li.done[step.done] {
                    span.checklist-mark aria-hidden="true" {
                        @if step.done { (icon(Icon::Check)) } @else { (index + 1) }
                    }
                    div.checklist-text {
                        p.checklist-title {
                            (step.title) " "
                            @if step.done { span.checklist-state { "Done" } } @else { span.checklist-state { "To do" } }
                        }
                        (step.detail)
                    }
                    @if let Some(action) = &step.action { div.checklist-action { (action) } }
                }
            }
        }
    }
}
