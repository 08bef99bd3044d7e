//! Exports of which something that is stored cannot be read.

use configuration::UnreadableExport;
use console::{Icon, Level, Row, Tone, badge, notice};
use maud::{Markup, html};

/// Its row in the list of exports: what it is and what to do, and nothing that could be done with it.
pub(super) fn row(export: &UnreadableExport, columns: usize) -> Row<'_> {
    let mut cells = vec![
        html! { span { (export.label()) } },
        html! {},
        html! {},
        html! { div { (badge(Tone::Danger, Icon::Cross, "Cannot be read")) p { small { (export.message) } } } },
    ];
    cells.resize(columns, html! {});
    Row::new(cells)
}

/// The same on a page that `about` says what it cannot tell of them.
pub(in crate::console) fn unreadable(exports: &[UnreadableExport], about: &str) -> Markup {
    html! {
        @if !exports.is_empty() {
            (notice(Level::Warning, about, &html! {
                ul { @for export in exports { li { (export.label()) ": " (export.message) } } }
            }))
        }
    }
}
