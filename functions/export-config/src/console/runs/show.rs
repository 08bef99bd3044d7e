//! One run: how far it has come, and what came of it.

use axum::extract::{Path, State};
use configuration::{RunDetails, RunWarning};
use console::{
    Button, ButtonKind, Level, Live, card, confirmation_link, description_list, link_button, live, moment,
    notice, page_header, relative_moment, run_badge,
};
use maud::{Markup, html};

use super::ended::end;
use super::progress::{announcement, progress_part};
use super::{kind, run_key, run_path, run_state, trigger};
use crate::app::App;
use crate::console::exports::page_of;
use crate::web::{ConsoleError, ConsolePerson, Fragment, Page};

/// `GET /exports/{id}/runs/{run}`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Page, ConsoleError> {
    let run = app.configuration().run(&person, &run_key(&export, &run)?).await?;
    let content = html! {
        (page_header("Run", Some(&html! { "Of the export " a href={ "/exports/" (run.export.id) } { (run.export.name) } }), None))
        (body(&app, &run))
    };
    Ok(page_of("Run", &run.export.id, &run.export.name, content))
}

/// `GET /exports/{id}/runs/{run}/progress`: the part that renews itself.
pub(super) async fn fragment(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Fragment, ConsoleError> {
    let run = app.configuration().run(&person, &run_key(&export, &run)?).await?;
    Ok(Fragment(body(&app, &run)))
}

fn body(app: &App, run: &RunDetails) -> Markup {
    let here = run_path(&run.key);
    let url = run.ended.is_none().then(|| format!("{here}/progress"));
    let announcement = match &run.ended {
        Some(ended) => ended.status.to_string(),
        None => announcement(&run.progress),
    };
    let content = html! {
        div.stack {
            (headline(app, run))
            (warnings(run))
            @match &run.ended {
                Some(ended) => (end(run, ended)),
                None => (under_way(run)),
            }
            (retry(run))
        }
    };
    let state = Live { id: "run", url: url.as_deref(), announcement: &announcement, inline: false };
    live(&state, &here, &content)
}

fn headline(app: &App, run: &RunDetails) -> Markup {
    let badge = run_badge(run_state(Some(run.progress.status), run.progress.canceling));
    let since = run.started_at.unwrap_or(run.created_at);
    html! {
        p {
            (badge) " " (trigger(run.request.trigger)) " by " (run.request.requested_by) ", "
            @if run.started_at.is_some() { "began " } @else { "asked for " }
            (relative_moment(since, app.now()))
        }
    }
}

fn warnings(run: &RunDetails) -> Markup {
    let of_progress: Vec<RunWarning> = run.progress.warnings.iter().map(RunWarning::from).collect();
    let warnings = run.ended.as_ref().map_or(&of_progress, |ended| &ended.warnings);
    html! {
        @for warning in warnings { (notice(Level::Warning, "Good to know", &html! { p { (warning.sentence) } })) }
    }
}

fn under_way(run: &RunDetails) -> Markup {
    let here = run_path(&run.key);
    html! {
        @if let Some(parked) = &run.parked {
            (notice(Level::Warning, "This run waits for a person", &html! { p { (parked.sentence) } }))
        }
        @if run.progress.canceling {
            (notice(Level::Information, "Cancelling", &html! {
                p { "Nothing more is sent. What Constant Contact has accepted already cannot be taken back; the run waits until that is "
                    "settled, so that it is known exactly who was sent. Then it is canceled." }
            }))
        }
        (card("Progress", &progress_part(&run.progress)))
        @if run.you_may.cancel {
            div.button-row {
                (confirmation_link(&Button::new("Cancel this run").kind(ButtonKind::Danger), &format!("{here}/cancel")))
            }
        }
        (card("Details", &description_list(&[
            ("Started by", html! { (trigger(run.request.trigger)) ", " (run.request.requested_by) }),
            ("What is sent", html! { (kind(run.request.kind)) }),
            ("Asked for", moment(run.created_at)),
        ])))
    }
}

fn retry(run: &RunDetails) -> Markup {
    html! {
        @if run.you_may.retry_failed && !run.you_may.approve {
            p { "Rows that are still missing are tried again with the next run. You can do that now:" }
            div.button-row {
                (link_button(&Button::new("Retry failed"), &format!("/exports/{}/run?kind=retry", run.key.export)))
            }
        }
    }
}
