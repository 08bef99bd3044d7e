//! One export: how it stands, what it is, and its history.

use axum::extract::{Path, State};
use configuration::access::Permission;
use configuration::{ConnectionUse, ExportDetails, RunList};
use console::{
    Button, ButtonKind, Level, Live, MenuItem, card, confirmation_link, link_button, live, menu, notice,
    page_header, post_button, relative_moment,
};
use engine::RunKey;
use futures_util::future;
use maud::{Markup, html};

use super::list_row;
use super::matching_view::matching;
use super::show_facts::facts;
use super::{connection, export_id, reauthentication};
use crate::app::App;
use crate::console::runs::{history, progress_part, run_path, trigger};
use crate::web::{ConsoleError, ConsolePerson, Fragment, Page};
use console::Section;

/// At least so many runs are kept.
const RUNS: usize = 100;

/// `GET /exports/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let id = export_id(&id)?;
    let configuration = app.configuration();
    let (export, runs) =
        future::try_join(configuration.export(&person, &id), configuration.runs(&person, &id, RUNS)).await?;
    let export = export.value;
    let content = html! {
        (page_header(&export.standing.name, Some(&headline(&app, &export)), Some(&actions(&export))))
        (notices(&export))
        (reauthentication::way_out(&person, &export))
        (active(&runs, person.csrf()))
        (card("Export", &facts(&export, app.now())))
        (card("Data matching", &matching(&export.draft)))
        (history(&id, &runs))
    };
    Ok(Page::new(export.standing.name, content).section(Section::Exports).below("Exports", "/exports"))
}

/// `GET /exports/{id}/status`: the badge of the list, which renews itself.
pub(super) async fn status(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Fragment, ConsoleError> {
    let export = app.configuration().export(&person, &export_id(&id)?).await?;
    Ok(Fragment(list_row::status(&export.value.standing)))
}

fn headline(app: &App, export: &ExportDetails) -> Markup {
    let standing = &export.standing;
    html! {
        p {
            (list_row::status(standing))
            @if let Some(at) = standing.refreshed_at { " Last refreshed " (relative_moment(at, app.now())) }
            " · " (connection(&standing.connection))
        }
    }
}

fn actions(export: &ExportDetails) -> Markup {
    let standing = &export.standing;
    if standing.your_permissions == Permission::View {
        return html! {};
    }
    let path = |rest: &str| format!("/exports/{}{rest}", standing.id);
    let (full, retry, duplicate, schedule, remove) = (
        path("/run?kind=full"),
        path("/run?kind=retry"),
        path("/duplicate"),
        format!("/exports/schedules?export={}", standing.id),
        path("/remove"),
    );
    let mut items = Vec::new();
    let may_run = standing.connection != ConnectionUse::NoConnection && !export.needs_reauthentication;
    if may_run {
        items.push(MenuItem::Confirm { label: "Full run", href: &full });
    }
    let left = export.latest.as_ref().is_some_and(|latest| !latest.may_approve && latest.retryable() > 0);
    if may_run && left && standing.active_run.is_none() {
        items.push(MenuItem::Confirm { label: "Retry failed", href: &retry });
    }
    items.extend([
        MenuItem::Link { label: "Change schedule", href: &schedule },
        MenuItem::Link { label: "Create duplicate", href: &duplicate },
        MenuItem::Confirm { label: "Remove", href: &remove },
    ]);
    html! {
        @if may_run { (confirmation_link(&Button::new("Run").kind(ButtonKind::Primary), &path("/run"))) }
        (link_button(&Button::new("Edit"), &path("/edit")))
        (menu(&standing.name, &items))
    }
}

fn notices(export: &ExportDetails) -> Markup {
    let standing = &export.standing;
    let latest = export.latest.as_ref().filter(|_| standing.active_run.is_none());
    html! {
        @if standing.connection == ConnectionUse::NoConnection {
            (notice(Level::Warning, "No connection", &html! {
                p { "This export was detached from its connection. It keeps its configuration, and does not run until it is given a "
                    "connection again." }
            }))
        }
        @if let Some(note) = &standing.note {
            @if let Some(latest) = latest {
                @let (level, title) = match latest.status {
                    engine::Status::Failure => (Some(Level::Error), "The latest run failed"),
                    engine::Status::Skipped => (Some(Level::Warning), "The latest run was skipped"),
                    _ => (None, ""),
                };
                @if let Some(level) = level {
                    (notice(level, title, &html! { p { (note.sentence) } }))
                    @if latest.may_approve {
                        div.button-row {
                            (confirmation_link(&Button::new("Approve and run").kind(ButtonKind::Primary),
                                &format!("/exports/{}/runs/{}/approve", standing.id, latest.run)))
                        }
                    }
                }
            } @else if standing.active_run.is_some() && note.waits_for_person() {
                (notice(Level::Warning, "The run waits for a person", &html! { p { (note.sentence) } }))
            }
        }
        @for warning in &standing.warnings { (notice(Level::Warning, "Good to know", &html! { p { (warning) } })) }
        @if let Some(reason) = &standing.will_not_run {
            (notice(Level::Information, "Will not run by itself", &html! {
                p { (reason.trim_start_matches("Will not run by itself. ")) }
            }))
        }
    }
}

/// The run that is under way, and what follows it.
fn active(runs: &RunList, csrf: &str) -> Markup {
    let Some(run) = &runs.active else { return html! {} };
    let here = run_path(&run.key);
    let state = Live { id: "active-run", url: None, announcement: "", inline: false };
    card(
        "The run under way",
        &html! {
            (live(&state, &here, &progress_part(run)))
            div.button-row { (link_button(&Button::new("Follow this run"), &here)) }
            @for queued in &runs.queued {
                p.hint { "Another run follows: " (trigger(queued.trigger)) ", " (queued.requested_by) "." }
                @if runs.your_permissions == Permission::Edit {
                    @let waiting = RunKey { export: run.key.export.clone(), run: queued.run.clone() };
                    div.button-row {
                        (post_button(&Button::new("Cancel").about("the run that follows"), &format!("{}/cancel", run_path(&waiting)), csrf))
                    }
                }
            }
        },
    )
}
