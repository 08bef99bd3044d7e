//! Exports and connections of which something that is stored cannot be read.

use configuration::{Unreadable, UnreadableExport};
use console::{Icon, Level, Row, Tone, badge, notice};
use maud::{Markup, html};

/// Its row in a list of `columns` of which the one at `status` says how it stands: what it is and what to do, and nothing
/// that could be done with it.
pub(super) fn unreadable_row<Id: AsRef<str>>(
    unreadable: &Unreadable<Id>,
    columns: usize,
    status: usize,
) -> Row<'static> {
    let cells = (0..columns).map(|column| match column {
        0 => html! { span { (unreadable.label()) } },
        column if column == status => html! {
            div { (badge(Tone::Danger, Icon::Cross, "Cannot be read")) p { small { (unreadable.message) } } }
        },
        _ => html! {},
    });
    Row::new(cells.collect())
}

/// The same on a page that `about` says what it cannot tell of them.
pub(super) fn unreadable(exports: &[UnreadableExport], about: &str) -> Markup {
    html! {
        @if !exports.is_empty() {
            (notice(Level::Warning, about, &html! {
                ul { @for export in exports { li { (export.label()) ": " (export.message) } } }
            }))
        }
    }
}
