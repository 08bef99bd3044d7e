//! One export in the list.

use configuration::ExportListItem;
use configuration::access::Permission;
use console::{Live, MenuItem, Row, Selection, disclosure, live, menu, relative_moment, run_badge};
use engine::Status;
use jiff::Timestamp;
use maud::{Markup, html};

use super::connection;
use crate::console::runs::run_state;

/// The row of an export.
pub(super) fn row(item: &ExportListItem, now: Timestamp) -> Row<'_> {
    let may_edit = item.your_permissions == Permission::Edit;
    let selection =
        may_edit.then(|| Selection { value: item.id.as_str().into(), label: item.name.as_str().into() });
    // Each cell is one element: a narrow screen puts its label beside it.
    let cells = vec![
        html! { a href={ "/exports/" (item.id) } { (item.name) } },
        html! { (item.kind) },
        connection(&item.connection),
        html! { div { (status(item)) (note(item)) } },
        html! { @if let Some(at) = item.refreshed_at { (relative_moment(at, now)) } @else { "Never" } },
        html! { span.breaks { (item.schedule) } },
        next_due(item, now),
        html! { (permission(item.your_permissions)) },
        relative_moment(item.updated_at, now),
        html! { @if let Some(by) = &item.updated_by { span.breaks { (by) } } },
        actions(item),
    ];
    Row { selection, cells }
}

/// What the person may do, in a word.
pub(super) const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::Edit => "Edit",
        Permission::View => "View",
    }
}

/// The status, which renews itself while a run is under way.
pub(super) fn status(item: &ExportListItem) -> Markup {
    let badge = run_badge(run_state(item.status, item.canceling));
    let content = html! {
        @match &item.active_run {
            Some(key) => a href={ "/exports/" (key.export) "/runs/" (key.run) } { (badge) },
            None => (badge),
        }
    };
    let url = item.active_run.as_ref().map(|key| format!("/exports/{}/status", key.export));
    let id = format!("status-{}", item.id);
    let state = Live { id: &id, url: url.as_deref(), announcement: "", inline: true };
    live(&state, "/exports", &content)
}

/// What a person has to know beside the status.
fn note(item: &ExportListItem) -> Markup {
    let needs_a_look =
        matches!(item.status, Some(Status::Failure | Status::Skipped | Status::Queued | Status::Processing));
    let note = item.note.as_ref().filter(|_| needs_a_look);
    html! {
        @if let Some(note) = note { div { (disclosure("Why", &html! { small { (note.sentence) } })) } }
        @if !item.warnings.is_empty() {
            div { (disclosure("Good to know", &html! { @for warning in &item.warnings { p { small { (warning) } } } })) }
        }
    }
}

/// When it runs next by itself, or why never.
pub(super) fn next_due(item: &ExportListItem, now: Timestamp) -> Markup {
    html! {
        @if let Some(reason) = &item.will_not_run {
            (disclosure("Will not run by itself", &html! { small { (reason.trim_start_matches("Will not run by itself. ")) } }))
        } @else {
            span {
                @if let Some(at) = item.next_due { (relative_moment(at, now)) }
                @match (item.next_due.is_some(), item.on_upload) {
                    (true, true) => { ", and " small { "when new data arrives" } },
                    (false, true) => "When new data arrives",
                    (_, false) => {},
                }
            }
        }
    }
}

fn actions(item: &ExportListItem) -> Markup {
    let path = |rest: &str| format!("/exports/{}{rest}", item.id);
    let (view, edit, duplicate, run, remove) =
        (path(""), path("/edit"), path("/duplicate"), path("/run"), path("/remove"));
    let mut items = vec![MenuItem::Link { label: "View", href: &view }];
    if item.your_permissions == Permission::Edit {
        items.extend([
            MenuItem::Confirm { label: "Run", href: &run },
            MenuItem::Link { label: "Edit", href: &edit },
            MenuItem::Link { label: "Create duplicate", href: &duplicate },
            MenuItem::Confirm { label: "Remove", href: &remove },
        ]);
    }
    menu(&item.name, &items)
}
