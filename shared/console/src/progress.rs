//! How far a run has come.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::text::{percent, share};

/// How far a run has come.
#[derive(Debug, Clone)]
pub struct Progress<'a> {
    /// Its phases in their order, in a person's words.
    pub phases: &'a [&'a str],
    /// The index of the phase that is under way; the number of phases once all are done.
    pub current: usize,
    /// What is happening, as a sentence: *Waiting for Constant Contact to take in 12 of 25 chunks.*
    pub sentence: &'a str,
    /// How many of the units of the whole run are done, and of how many; `None` while that is not known.
    pub done: Option<(u64, u64)>,
    /// Facts beside it: chunks sent, rows, requests used and left today, the estimate.
    pub facts: &'a [(&'a str, Markup)],
}

/// The phases, a bar, and the facts.
#[must_use]
pub fn progress(progress: &Progress<'_>) -> Markup {
    html! {
        div.progress {
            ol.phases aria-label="Phases" {
                @for (index, phase) in progress.phases.iter().enumerate() {
                    @let current = index == progress.current;
                    @let done = index < progress.current;
                    li.done[done] aria-current=[current.then_some("step")] {
                        @if done { (icon(Icon::Check)) }
                        @else if current { (icon(Icon::Working)) }
                        @else { (icon(Icon::NotYet)) }
                        span { (phase) @if done { span.visually-hidden { " (done)" } } }
                    }
                }
            }
            (bar(progress))
            dl.facts { @for (name, value) in progress.facts { div { dt { (name) } dd { (value) } } } }
        }
    }
}

fn bar(progress: &Progress<'_>) -> Markup {
    html! {
        div.progress-line {
            p { (progress.sentence) }
            @if let Some((done, whole)) = progress.done { p.progress-share { (share(done, whole)) } }
        }
        @if let Some((done, whole)) = progress.done {
            progress aria-label="Progress of the run" max="100" value=(percent(done, whole)) { (share(done, whole)) }
        } @else {
            progress aria-label="Progress of the run" {}
        }
    }
}

/// A part of a whole as a bar with words, such as the requests used today.
#[must_use]
pub fn meter(label: &str, used: u64, whole: u64, text: &str) -> Markup {
    html! {
        div.meter {
            div.progress-line { p { (label) } p.progress-share { (text) } }
            progress aria-label=(label) max="100" value=(percent(used, whole)) { (text) }
        }
    }
}
