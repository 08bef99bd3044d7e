//! How far a run has come.

use console::{Progress, duration, number, progress};
use engine::{RunProgress, Stage};
use maud::{Markup, html};

use super::words::{PHASES, phase, sentence};

/// Phases, bar and facts of a run that is under way.
pub(in crate::console) fn progress_part(run: &RunProgress) -> Markup {
    let facts = facts(run);
    let facts: Vec<(&str, Markup)> = facts.into_iter().collect();
    html! {
        (progress(&Progress {
            phases: &PHASES,
            current: phase(run.stage),
            sentence: sentence(run),
            done: share(run),
            facts: &facts,
        }))
        (forecast(run))
    }
}

/// Sending and settling count the same; before there is a plan nothing can be said.
fn share(run: &RunProgress) -> Option<(u64, u64)> {
    match run.stage {
        Stage::Sending | Stage::Settling | Stage::Finishing if run.rows.total > 0 => {
            Some((run.rows.sent.saturating_add(run.rows.settled), run.rows.total.saturating_mul(2)))
        }
        _ => None,
    }
}

fn facts(run: &RunProgress) -> Vec<(&'static str, Markup)> {
    let of = |part: u64, whole: u64| html! { (number(part)) " of " (number(whole)) };
    let mut facts = Vec::new();
    if run.imports.total > 0 {
        facts.push(("Chunks sent", of(run.imports.sent, run.imports.total)));
        facts.push(("Chunks settled", of(run.imports.settled, run.imports.total)));
        facts.push(("Rows sent", of(run.rows.sent, run.rows.total)));
        facts.push(("Rows settled", of(run.rows.settled, run.rows.total)));
    }
    facts.push(("Requests used", html! { (number(run.requests_used)) }));
    if let Some(left) = run.requests_left_today {
        facts.push(("Requests left today", html! { (number(left)) }));
    }
    if let Some(remaining) = run.remaining {
        facts.push(("Estimate", html! { "about " (duration(remaining)) " more" }));
    }
    facts
}

/// How many requests the plan needs, and whether today's are enough.
fn forecast(run: &RunProgress) -> Markup {
    let Some(forecast) = &run.forecast else { return html! {} };
    let (imports, others) = (number(forecast.imports), number(forecast.others));
    html! {
        p.hint {
            "Planned: " (imports) @if forecast.imports == 1 { " import" } @else { " imports" }
            " and about " (others) " other requests. "
            @match forecast.suffices() {
                Some(true) => "Today's requests are enough.",
                Some(false) => "Today's requests are not enough: the run sends what it may, and goes on by itself after 00:00 UTC.",
                None => {},
            }
        }
    }
}

/// In steps of ten per cent, for screen readers.
pub(super) fn announcement(run: &RunProgress) -> String {
    let name = PHASES.get(phase(run.stage)).copied().unwrap_or("Ended");
    match share(run) {
        Some((done, whole)) => {
            let tenths = u128::from(done) * 10 / u128::from(whole.max(1));
            format!("{name}, about {} % done", tenths * 10)
        }
        None => name.to_owned(),
    }
}
