//! The configuration of an export, to look at.

use configuration::{ExportDetails, ListChoice};
use console::{description_list, moment, relative_moment};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{connection, list_row};
use crate::console::segments::segment_path;

/// What an export is: its destination, its segments, its schedule.
pub(super) fn facts(export: &ExportDetails, now: Timestamp) -> Markup {
    let standing = &export.standing;
    let id = match &export.draft.list {
        ListChoice::Id(id) => id.as_str(),
        ListChoice::New(_) => "",
    };
    description_list(&[
        ("Connection for export", html! { (connection(&standing.connection)) " (" (standing.kind) ")" }),
        ("List", html! { (export.list_name) }),
        ("Constant Contact List ID", html! { code { (id) } }),
        (
            "Other exports to this list",
            html! {
                @if export.same_list.is_empty() { "None" }
                @for (place, other) in export.same_list.iter().enumerate() {
                    @if place > 0 { ", " } a href={ "/exports/" (other.id) } { (other.name) }
                }
            },
        ),
        (
            "Segments",
            html! {
                @for (place, segment) in export.draft.segments.iter().enumerate() {
                    @if place > 0 { ", " } a href=(segment_path(segment, "")) { (segment) }
                }
            },
        ),
        ("Schedule", html! { (standing.schedule) }),
        ("Next due", list_row::next_due(standing, now)),
        ("Your permissions", html! { (list_row::permission(standing.your_permissions)) }),
        (
            "Last updated",
            html! {
                (relative_moment(standing.updated_at, now)) " (" (moment(standing.updated_at)) ")"
                @if let Some(by) = &standing.updated_by { " by " (by) }
            },
        ),
        ("Created by", html! { @match &export.created_by { Some(by) => (by.name), None => "Not known" } }),
    ])
}
