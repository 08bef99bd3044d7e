//! The picker of segments, with members, snapshot times and warnings.

use configuration::SegmentItem;
use console::{
    Button, ButtonKind, Choice, Field, Icon, Problem, Tone, badge, button, check_group, fieldset, number,
    problem_of, relative_moment,
};
use jiff::Timestamp;
use maud::{Markup, html};

use super::entered::Entered;
use super::offer::Offer;
use super::step::THEN;

/// The segments to tick. Those that are chosen come first, in the order that decides between rows of one person. The form
/// is sent to `action`.
pub(super) fn fields(
    problems: &[Problem<'_>],
    entered: &Entered,
    offer: &Offer,
    now: Timestamp,
    action: &str,
) -> Markup {
    let chosen: Vec<&str> = entered.segments.iter().map(String::as_str).collect();
    let known = |name: &str| offer.segments.iter().find(|segment| segment.name.as_str() == name);
    let others = offer.segments.iter().filter(|segment| !chosen.contains(&segment.name.as_str()));
    let choices: Vec<_> = chosen
        .iter()
        .map(|name| match known(name) {
            Some(segment) => choice(segment, now),
            None => {
                Choice::new(*name, *name).detail(html! { "There is no segment of this name (any more)." })
            }
        })
        .chain(others.map(|segment| choice(segment, now)))
        .collect();
    let field = Field::new("segments", "Segments to export")
        .hint("People who are in several segments are sent once.")
        .problem(problem_of(problems, "segments"))
        .required();
    let refresh = if chosen.is_empty() {
        "Show the columns of the chosen segments"
    } else {
        "Apply the choice of segments"
    };
    html! {
        @if choices.is_empty() {
            p { "There are no segments yet. A segment appears here once its first snapshot is uploaded." }
        } @else {
            (check_group(&field, &choices, &chosen))
            (order(&chosen, action))
            @let columns = format!("{action}#data-matching");
            div.button-row { (button(&Button::new(refresh).sends(THEN, "show").action(&columns).skips_validation())) }
        }
    }
}

/// Before the name of a segment that is to be moved, in the value of a button.
pub(super) const UP: &str = "segment_up:";
/// The other direction.
pub(super) const DOWN: &str = "segment_down:";

/// The order of the chosen segments, to be changed step by step.
fn order(chosen: &[&str], action: &str) -> Markup {
    if chosen.len() < 2 {
        return html! {};
    }
    let here = format!("{action}#segment-order");
    let step = |label, picture, name: &str, value: &str| {
        let step = Button::new(label).about(name).icon(picture).kind(ButtonKind::Quiet).sends(THEN, value);
        button(&step.action(&here).skips_validation())
    };
    html! {
        div #segment-order tabindex="-1" {
            (fieldset("Order", Some("Of people who are in several segments, the row of the first segment in this order is sent."), &html! {
                ol.order {
                    @for (place, name) in chosen.iter().enumerate() {
                        li {
                            span.order-name { (name) }
                            @if place > 0 { (step("Move up", Icon::Up, name, &format!("{UP}{name}"))) }
                            @if place + 1 < chosen.len() { (step("Move down", Icon::Down, name, &format!("{DOWN}{name}"))) }
                        }
                    }
                }
            }))
        }
    }
}

fn choice(segment: &SegmentItem, now: Timestamp) -> Choice<'_> {
    let name = segment.name.as_str();
    Choice::new(name, name).detail(detail(segment, now))
}

/// Members, the time of the snapshot, and what to know.
pub(super) fn detail(segment: &SegmentItem, now: Timestamp) -> Markup {
    html! {
        @if segment.too_large { (badge(Tone::Warning, Icon::Alert, "Too large")) " " }
        @if let Some(members) = segment.members { (number(members)) " members" }
        @if let Some(snapshot) = &segment.snapshot {
            @if segment.members.is_some() { ", " }
            "as of " (relative_moment(snapshot.last_modified, now))
        }
        @if let Some(note) = &segment.note {
            @if segment.snapshot.is_some() { ". " }
            (note)
        }
    }
}
