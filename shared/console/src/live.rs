//! Parts of a page that renew themselves while something is under way.

use maud::{Markup, html};

/// A part of a page that shows something that changes.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    /// Its id, the same in the page and in the fragment.
    pub id: &'a str,
    /// Where the fragment is asked for; `None` once nothing changes any more, which also ends the asking.
    pub url: Option<&'a str>,
    /// What a screen reader is told when it differs from the time before. Keep it short and rarely changing, such as
    /// *Sending, about 40 % done* in steps of ten.
    pub announcement: &'a str,
    /// Within a line of text or a cell instead of a block.
    pub inline: bool,
}

/// Wraps `content` so that the script renews it every few seconds; it asks less often while the page cannot be seen or
/// the server does not answer. The answer at the address must be this same element, made by this same function. Without
/// the script a link shows the latest state: `page` is the address of the page itself.
#[must_use]
pub fn live(live: &Live<'_>, page: &str, content: &Markup) -> Markup {
    let without_script = html! {
        @if live.url.is_some() && !live.inline {
            noscript { p.hint { a href=(page) { "Show the latest state" } } }
        }
    };
    html! {
        @if live.inline {
            span id=(live.id) data-live=[live.url] data-announcement=(live.announcement) { (content) }
        } @else {
            div id=(live.id) data-live=[live.url] data-announcement=(live.announcement) { (content) (without_script) }
        }
    }
}
