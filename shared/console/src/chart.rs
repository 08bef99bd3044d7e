//! What the latest runs did, as bars and as a table.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::detail::disclosure;
use crate::text::{in_utc, moment, number};

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// When it began.
    pub at: Timestamp,
    /// Rows added.
    pub added: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows rejected.
    pub rejected: u64,
}

impl Bar {
    const fn sum(&self) -> u64 {
        self.added.saturating_add(self.updated).saturating_add(self.rejected)
    }
}

/// The latest runs.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// What it shows: *The latest 12 runs*.
    pub title: &'a str,
    /// The oldest first. More than about 60 are too thin to see.
    pub bars: &'a [Bar],
}

/// The height of the drawing, in its own units.
const HEIGHT: u64 = 1_000;
/// From one bar to the next.
const STEP: u64 = 24;
/// The width of a bar.
const WIDTH: u64 = 14;
/// So many places are there at least, so that a single bar is not as wide as the page.
const PLACES: u64 = 12;

/// Bars of added, updated and rejected rows, with the same numbers as a table behind a disclosure. Nothing without runs.
#[must_use]
pub fn chart(chart: &Chart<'_>) -> Markup {
    let top = nice_ceiling(chart.bars.iter().map(Bar::sum).max().unwrap_or(0));
    html! {
        @if let (Some(first), Some(last)) = (chart.bars.first(), chart.bars.last()) {
            figure.chart aria-labelledby=(chart.id) {
                figcaption id=(chart.id) { (chart.title) }
                ul.legend {
                    @for (class, name) in [("added", "Added"), ("updated", "Updated"), ("rejected", "Rejected")] {
                        li { span.swatch.(class) aria-hidden="true" {} (name) }
                    }
                }
                div.plot {
                    div.scale aria-hidden="true" { @for value in [top, top / 2, 0] { span { (number(value)) } } }
                    (drawing(chart, top))
                    div.span {
                        span { (moment(first.at)) }
                        @if chart.bars.len() > 1 { span { (moment(last.at)) } }
                    }
                }
                (disclosure("Show these numbers as a table", &as_table(chart)))
            }
        }
    }
}

/// Stretched to the width it gets; texts stand beside it in HTML, where they keep their size.
fn drawing(chart: &Chart<'_>, top: u64) -> Markup {
    let places = u64::try_from(chart.bars.len()).unwrap_or(u64::MAX).max(PLACES);
    let width = places.saturating_mul(STEP);
    html! {
        svg viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img"
            aria-label={ "Bar chart of " (chart.bars.len()) " runs; the same numbers are in the table below it." } {
            @for y in [0, HEIGHT / 2, HEIGHT] {
                line.grid x1="0" x2=(width) y1=(y) y2=(y) vector-effect="non-scaling-stroke" {}
            }
            @for (place, bar) in (0_u64..).zip(chart.bars) {
                g { title { (in_words(bar)) }
                    @for part in stack(bar, top) {
                        rect class=(part.class) x=(place * STEP + (STEP - WIDTH) / 2) y=(part.y) width=(WIDTH) height=(part.height) {}
                    }
                }
            }
        }
    }
}

struct Part {
    class: &'static str,
    y: u64,
    height: u64,
}

/// From the base line upwards. A part that is not nothing stays visible, however small.
fn stack(bar: &Bar, top: u64) -> Vec<Part> {
    let mut y = HEIGHT;
    [("added", bar.added), ("updated", bar.updated), ("rejected", bar.rejected)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| {
            let height = (u128::from(count) * u128::from(HEIGHT)) / u128::from(top.max(1));
            let height = u64::try_from(height).unwrap_or(HEIGHT).clamp(10, HEIGHT).min(y);
            y -= height;
            Part { class, y, height }
        })
        .collect()
}

fn in_words(bar: &Bar) -> String {
    format!(
        "{}: {} added, {} updated, {} rejected",
        in_utc(bar.at),
        number(bar.added),
        number(bar.updated),
        number(bar.rejected)
    )
}

fn as_table(chart: &Chart<'_>) -> Markup {
    html! {
        table.data.plain {
            caption.visually-hidden { (chart.title) }
            thead { tr {
                th scope="col" { "Run" }
                @for name in ["Added", "Updated", "Rejected"] { th.number scope="col" { (name) } }
            } }
            tbody {
                @for bar in chart.bars.iter().rev() {
                    tr {
                        th scope="row" { (moment(bar.at)) }
                        @for count in [bar.added, bar.updated, bar.rejected] { td.number { (number(count)) } }
                    }
                }
            }
        }
    }
}

/// The next of 10, 20, 30, 40, 50, 60, 80, 100, 200 ..., whose halves are whole numbers.
fn nice_ceiling(value: u64) -> u64 {
    let mut unit = 10_u64;
    loop {
        for factor in [1, 2, 3, 4, 5, 6, 8] {
            if let Some(nice) = unit.checked_mul(factor).filter(|nice| *nice >= value) {
                return nice;
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_the_next_round_number() {
        assert_eq!([0, 10, 11, 43, 48_210, 1_000_001].map(nice_ceiling), [10, 10, 20, 50, 50_000, 2_000_000]);
        assert_eq!(nice_ceiling(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_few_rejected_rows_among_very_many_stay_visible() {
        let bar = Bar { at: Timestamp::UNIX_EPOCH, added: 1_000_000, updated: 0, rejected: 1 };
        let heights: Vec<_> = stack(&bar, 2_000_000).iter().map(|part| part.height).collect();
        assert_eq!(heights, [500, 10]);
    }

    #[test]
    fn the_greatest_numbers_stay_within_the_drawing() {
        let bar = Bar { at: Timestamp::UNIX_EPOCH, added: u64::MAX, updated: u64::MAX, rejected: u64::MAX };
        let parts = stack(&bar, nice_ceiling(bar.sum()));
        assert_eq!(parts.iter().map(|part| part.height).sum::<u64>(), HEIGHT);
    }
}
