//! *Data matching*, to look at.

use configuration::ExportDraft;
use console::{Column, EmptyState, Row, Table, table};
use domain::mapping::Source;
use maud::{Markup, html};

use super::contact_field::label;

/// Which column becomes which field of a contact.
pub(super) fn matching(draft: &ExportDraft) -> Markup {
    let column = |name: &str| html! { span { "Column " code { (name) } } };
    let mut rows = vec![Row::new(vec![html! { "Email" }, column(&draft.email_column)])];
    rows.extend(draft.attributes.iter().map(|attribute| {
        let source = match &attribute.source {
            Source::Column(name) => column(name),
            Source::Constant(text) => html! { span { "Always " q { (text) } } },
        };
        Row::new(vec![html! { (label(&attribute.field, &[])) }, source])
    }));
    if let Some(identity) = &draft.identity_column {
        rows.push(Row::new(vec![html! { "Customer id (not sent)" }, column(identity)]));
    }
    table(&Table {
        caption: "Data matching",
        columns: &[Column::new("Field at Constant Contact"), Column::new("Filled from")],
        rows: &rows,
        select: None,
        wide: false,
        empty: EmptyState { title: "", explanation: "", next_step: html! {} },
    })
}
