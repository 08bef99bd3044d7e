//! Fields for when something happens: times of day, days, the time zone.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::choice::{Choice, check_group, nth_id};
use crate::field::Field;
use crate::input::select_control;

const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// Up to `count` times of day, sent under one name; empty ones are sent as empty texts. `values` are `06:30`.
#[must_use]
pub fn time_inputs(field: &Field<'_>, values: &[&str], count: usize) -> Markup {
    field.around_group(&html! {
        div.times {
            @for index in 0..count {
                @let id = nth_id(field, index);
                div {
                    label.visually-hidden for=(id) { (field.label) " " (index + 1) }
                    input.control.short type="time" id=(id) name=(field.name)
                        value=(values.get(index).copied().unwrap_or_default())
                        required[field.required && index == 0] aria-describedby=[field.described_by()]
                        aria-invalid=[field.invalid()];
                }
            }
        }
    })
}

/// Days of the week; sends `monday` and so on.
#[must_use]
pub fn weekday_picker(field: &Field<'_>, chosen: &[&str]) -> Markup {
    let choices = WEEKDAYS.map(|(value, label)| Choice::new(value, label));
    html! { div.days { (check_group(field, &choices, chosen)) } }
}

/// Days of the month; sends `1` to `31`.
#[must_use]
pub fn month_day_picker(field: &Field<'_>, chosen: &[&str]) -> Markup {
    let choices: Vec<_> = (1..=31).map(|day| Choice::new(day.to_string(), day.to_string())).collect();
    html! { div.days.of-month { (check_group(field, &choices, chosen)) } }
}

/// A time zone by its IANA name, grouped by region. With `selected` empty nothing is chosen, and the script proposes the
/// reader's own zone.
#[must_use]
pub fn time_zone_select(field: &Field<'_>, zones: &[&str], selected: &str) -> Markup {
    let mut regions: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for zone in zones {
        let (region, city) = zone.split_once('/').unwrap_or(("Other", zone));
        regions.entry(region).or_default().push((zone, city));
    }
    let options = html! {
        option value="" selected[selected.is_empty()] { "Choose a time zone" }
        @for (region, cities) in &regions {
            optgroup label=(region) {
                @for (zone, city) in cities {
                    option value=(zone) selected[*zone == selected] {
                        (city.replace('_', " ").replace('/', ", ")) " (" (region) ")"
                    }
                }
            }
        }
    };
    field.around(&select_control(field, &options, Some("time-zone")))
}
