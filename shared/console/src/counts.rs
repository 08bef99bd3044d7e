//! Every row of a run in exactly one count, shown as the sum that it is.

use maud::{Markup, html};

use crate::text::{number, share};

/// The counts of a run: `read = added + updated + unchanged + opted_out + duplicates + rejected + unsent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCounts {
    /// Rows in the snapshots.
    pub read: u64,
    /// New on the list.
    pub added: u64,
    /// On the list with other values.
    pub updated: u64,
    /// On the list with the same values; nothing was sent.
    pub unchanged: u64,
    /// Unsubscribed or deleted at Constant Contact; never sent.
    pub opted_out: u64,
    /// The same person in another row.
    pub duplicates: u64,
    /// Not usable; each is in the report.
    pub rejected: u64,
    /// Not sent, or not known to be taken in.
    pub unsent: u64,
    /// Taken off the list; stands outside the sum.
    pub removed: Option<u64>,
    /// Different valid people; stands outside the sum.
    pub members: Option<u64>,
}

struct Part {
    class: &'static str,
    name: &'static str,
    meaning: &'static str,
    count: u64,
}

impl RowCounts {
    /// While a run is under way some rows are in no count yet; they are shown as one more part, so that the sum is right
    /// at every moment.
    fn parts(&self) -> Vec<Part> {
        let part = |class, name, meaning, count| Part { class, name, meaning, count };
        let mut parts = vec![
            part("added", "Added", "New on the list", self.added),
            part("updated", "Updated", "On the list, with new values", self.updated),
            part("unchanged", "Unchanged", "On the list already, nothing to send", self.unchanged),
            part("opted-out", "Opted out", "Unsubscribed or deleted, never sent", self.opted_out),
            part("duplicates", "Duplicates", "The same person in another row", self.duplicates),
            part("rejected", "Rejected", "Not usable, listed in the report", self.rejected),
            part("unsent", "Unsent", "Still missing at Constant Contact", self.unsent),
        ];
        let counted = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.count));
        if let Some(open) = self.read.checked_sub(counted).filter(|open| *open > 0) {
            parts.push(part("open", "Under way", "Not decided yet", open));
        }
        parts
    }
}

/// The sum, with a bar of its shares, and what stands outside it.
#[must_use]
pub fn row_counts(counts: &RowCounts) -> Markup {
    let parts = counts.parts();
    html! {
        div.counts {
            dl.sum {
                div.total { dt { "Rows read" } dd.count { (number(counts.read)) } dd.meaning { "All rows of the snapshots" } }
                @for (index, part) in parts.iter().enumerate() {
                    div.(part.class).none[part.count == 0] {
                        dt {
                            span.operator aria-hidden="true" { @if index == 0 { "=" } @else { "+" } }
                            span.swatch.(part.class) aria-hidden="true" {} (part.name)
                        }
                        dd.count { (number(part.count)) @if part.count > 0 { " " small { (share(part.count, counts.read)) } } }
                        dd.meaning { (part.meaning) }
                    }
                }
            }
            (shares(&parts, counts.read))
            p.hint { "Every row is in exactly one of these counts." }
            (outside(counts))
        }
    }
}

/// A decoration: the same numbers stand beside it as text.
fn shares(parts: &[Part], read: u64) -> Markup {
    let mut start = 0_u64;
    let mut rectangles = Vec::new();
    for part in parts.iter().filter(|part| part.count > 0) {
        // A thousand units wide. No part vanishes; the last ones may be cut by that.
        let width = thousandths(part.count, read).max(4);
        rectangles.push((part.class, start, width));
        start += width;
    }
    html! {
        @if read > 0 {
            svg.shares viewBox={ "0 0 " (start.max(1)) " 10" } width="100%" height="10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                @for (class, start, width) in rectangles { rect class=(class) x=(start) y="0" width=(width) height="10" {} }
            }
        }
    }
}

fn thousandths(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * 1_000 / u128::from(whole.max(1));
    u64::try_from(share.min(1_000)).unwrap_or(1_000)
}

fn outside(counts: &RowCounts) -> Markup {
    html! {
        @if counts.removed.is_some() || counts.members.is_some() {
            dl.facts {
                @if let Some(members) = counts.members { div { dt { "Members (different people)" } dd { (number(members)) } } }
                @if let Some(removed) = counts.removed { div { dt { "Removed from the list" } dd { (number(removed)) } } }
            }
        }
    }
}
