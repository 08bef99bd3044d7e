//! What came of a run that has ended: its sentence, every row in one count, the files, Constant Contact's own counts.

use configuration::{Approval, RunDetails, RunItem};
use console::{
    Button, ButtonKind, Icon, Level, RowCounts, card, confirmation_link, description_list, disclosure,
    duration, link_button, moment, notice, number, row_counts,
};
use domain::outcome::Notes;
use engine::Status;
use maud::{Markup, html};

use super::words::reason;
use super::{kind, run_path, trigger};

/// The end of a run.
pub(super) fn end(run: &RunDetails, ended: &RunItem) -> Markup {
    html! {
        (outcome(run, ended))
        (card("Rows", &rows(run, ended)))
        (card("Details", &details(run, ended)))
    }
}

fn outcome(run: &RunDetails, ended: &RunItem) -> Markup {
    let (level, title) = match ended.status {
        Status::Failure => (Level::Error, "This run failed"),
        Status::Skipped => (Level::Warning, "This run was skipped"),
        Status::Canceled => (Level::Information, "This run was canceled"),
        _ => (Level::Success, "This run was successful"),
    };
    html! {
        (notice(level, title, &html! { p { (ended.sentence) } }))
        @if let Some(approval) = &ended.approval { (approved(run, approval)) }
        @if run.you_may.approve {
            div.button-row {
                (confirmation_link(&Button::new("Approve and run").kind(ButtonKind::Primary), &format!("{}/approve", run_path(&run.key))))
            }
        }
    }
}

/// Who approved the plan, and where it is sent.
fn approved(run: &RunDetails, approval: &Approval) -> Markup {
    let export = format!("/exports/{}", run.key.export);
    notice(
        Level::Information,
        "Approved",
        &html! {
            p {
                (approval.by) " approved this plan, " (moment(approval.at)) ". "
                @if approval.begun {
                    a href={ (export) "/runs/" (approval.run) } { "The run that sends it" }
                } @else {
                    "It is sent when the run under way has ended: see " a href=(export) { "the export" } "."
                }
            }
        },
    )
}

fn rows(run: &RunDetails, ended: &RunItem) -> Markup {
    let counts = &ended.counts;
    html! {
        (row_counts(&RowCounts {
            read: counts.read,
            added: counts.added,
            updated: counts.updated,
            unchanged: counts.unchanged,
            opted_out: counts.opted_out,
            duplicates: counts.duplicates,
            rejected: counts.rejected,
            unsent: counts.unsent,
            removed: (counts.removed > 0).then_some(counts.removed),
            members: Some(counts.members),
        }))
        @if !counts.reasons.is_empty() { (reasons(ended)) }
        (notes(&counts.notes))
        (files(run, ended))
    }
}

fn reasons(ended: &RunItem) -> Markup {
    let reasons: Vec<_> = ended
        .counts
        .reasons
        .iter()
        .map(|(code, count)| (reason(*code), html! { (number(*count)) }))
        .collect();
    html! { h3 { "Why rows were rejected" } (description_list(&reasons)) }
}

fn notes(notes: &Notes) -> Markup {
    let entries = [
        (
            notes.address_changed,
            "people changed their address. The old one stays on the list, so they may get mail twice.",
        ),
        (notes.values_cut, "values were longer than Constant Contact takes, and were cut."),
        (
            notes.values_left_out,
            "values were left out because Constant Contact would have rejected their rows.",
        ),
        (
            notes.long_addresses,
            "addresses have 51 to 80 characters; Constant Contact may reject some of them.",
        ),
        (
            notes.possibly_repeated,
            "rows may have reached Constant Contact twice after a lost answer, which does no harm.",
        ),
    ];
    html! {
        @if entries.iter().any(|(count, _)| *count > 0) {
            h3 { "Good to know" }
            div.prose { ul { @for (count, text) in entries { @if count > 0 { li { (number(count)) " " (text) } } } } }
        }
    }
}

fn files(run: &RunDetails, ended: &RunItem) -> Markup {
    let here = run_path(&run.key);
    html! {
        @if ended.report || ended.outcomes {
            div.button-row {
                @if ended.report {
                    (link_button(&Button::new("Download rejected rows").icon(Icon::Download), &format!("{here}/rejected.csv")))
                }
                @if ended.outcomes {
                    (link_button(&Button::new("Download outcome of every row").icon(Icon::Download), &format!("{here}/outcomes.csv")))
                }
            }
            p.hint { "Both files hold personal data. Every download is in the audit log. Rejected rows are kept for 30 days." }
        } @else if ended.counts.rejected > 0 {
            p.hint { "The rejected rows can be downloaded by people who may edit this export, for 30 days." }
        }
    }
}

fn details(run: &RunDetails, ended: &RunItem) -> Markup {
    html! {
        (description_list(&facts(run, ended)))
        (disclosure("Constant Contact's own counts", &service(ended)))
        p.hint { "Code for support: " code { (ended.code) } }
    }
}

fn facts(run: &RunDetails, ended: &RunItem) -> Vec<(&'static str, Markup)> {
    let mut facts = vec![
        ("Started by", html! { (trigger(ended.trigger)) ", " (ended.requested_by) }),
        ("What was sent", html! { (kind(ended.kind)) }),
        ("Asked for", moment(ended.created_at)),
    ];
    if let Some(started) = ended.started_at {
        facts.push(("Began", moment(started)));
    }
    facts.push(("Ended", moment(ended.ended_at)));
    if let Some(took) = ended.duration {
        facts.push(("Duration", html! { (duration(took)) }));
    }
    if let Some(approved) = &ended.approved {
        let braked = format!("/exports/{}/runs/{approved}", run.key.export);
        facts.push(("Approved plan", html! { "Of " a href=(braked) { "the run that was stopped" } }));
    }
    facts.push(("Data used", snapshots(ended)));
    facts.push((
        "Requests",
        html! { (number(ended.requests)) " in all, " (number(ended.imports.into())) @if ended.imports == 1 { " import planned" } @else { " imports planned" } },
    ));
    facts
}

fn snapshots(ended: &RunItem) -> Markup {
    html! {
        @if ended.snapshots.is_empty() { "None" }
        @for used in &ended.snapshots {
            div { (used.segment.as_str()) ": " code { (used.snapshot) } ", " (moment(used.last_modified)) }
        }
    }
}

fn service(ended: &RunItem) -> Markup {
    let counts = &ended.service;
    html! {
        p.hint { "As Constant Contact reports them. They are counted in another way, and need not agree with ours." }
        (description_list(&[
            ("Completed imports", html! { (number(counts.activities)) }),
            ("People", html! { (number(counts.people)) }),
            ("Errors", html! { (number(counts.errors)) }),
            ("Correctable", html! { (number(counts.correctable)) }),
            ("Cannot be added to the list", html! { (number(counts.cannot_add)) }),
        ]))
    }
}
