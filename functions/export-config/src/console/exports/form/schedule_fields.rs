//! The fields of an export's schedule, in its form and for several exports at once.

use std::sync::LazyLock;

use console::{
    Choice, Field, InputKind, Problem, TextInput, month_day_picker, problem_of, radio_group, shown_when,
    text_input, time_zone_select, weekday_picker,
};
use maud::{Markup, html};
use schedule::{ExportForm, ExportSchedule, TimeZoneName};

use crate::web::FormFields;

/// Names by region and city, as people choose them; older names of the same places are left out.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    const OLDER: [&str; 8] = ["Etc", "US", "Canada", "Brazil", "Chile", "Mexico", "SystemV", "posix"];
    let by_place = |name: &String| match name.split_once('/') {
        Some((region, _)) => !OLDER.contains(&region),
        None => name == "UTC",
    };
    TimeZoneName::available().into_iter().filter(by_place).collect()
});

/// The zones to choose from, and whichever is chosen already.
pub(in crate::console) fn zones(chosen: &str) -> Vec<&str> {
    let mut zones: Vec<&str> = ZONES.iter().map(String::as_str).collect();
    if !chosen.is_empty() && !zones.contains(&chosen) {
        zones.push(chosen);
    }
    zones
}

/// What the browser sent of a schedule.
pub(in crate::console::exports) fn schedule_sent(fields: &FormFields) -> ExportForm {
    let text = |name: &str| fields.text(name).to_owned();
    // What is no number is said to be no day of a month.
    let days = fields.all("schedule.days").map(|day| day.parse().unwrap_or_default()).collect();
    let form = ExportForm {
        kind: text("schedule.kind"),
        repeat: text("schedule.repeat"),
        weekdays: fields.all("schedule.weekdays").map(str::to_owned).collect(),
        days,
        time_zone: text("schedule.time_zone"),
        start: text("schedule.start"),
    };
    // Without the script a browser sends the fields of a schedule of its own with *Off*, too. A whole one is kept for
    // later; what is not whole matters to nobody then, and must not keep an export from being switched off.
    if form.kind == "off" && ExportSchedule::try_from(form.clone()).is_err() {
        return ExportForm { kind: form.kind, ..ExportForm::default() };
    }
    form
}

/// The same as the browser would send it.
pub(super) fn schedule_entries(form: &ExportForm) -> Vec<(String, String)> {
    let entry = |name: &str, value: &str| (format!("schedule.{name}"), value.to_owned());
    let mut entries = vec![
        entry("kind", &form.kind),
        entry("repeat", &form.repeat),
        entry("time_zone", &form.time_zone),
        entry("start", &form.start),
    ];
    entries.extend(form.weekdays.iter().map(|day| entry("weekdays", day)));
    entries.extend(form.days.iter().map(|day| entry("days", &day.to_string())));
    entries
}

/// How an export runs by itself. `refresh` is the system refresh in words; `off` offers *only when somebody runs it*.
pub(in crate::console::exports) fn schedule_fields(
    problems: &[Problem<'_>],
    form: &ExportForm,
    refresh: &str,
    off: bool,
) -> Markup {
    let mut kinds = vec![
        Choice::new("with_system_refresh", "With every system refresh")
            .detail(html! { "System refresh: " (refresh) }),
        Choice::new("own", "On its own schedule"),
    ];
    if off {
        kinds.push(Choice::new("off", "Off").detail(html! { "It runs only when somebody chooses Run." }));
    }
    let kind =
        Field::new("schedule.kind", "When it runs").problem(problem_of(problems, "schedule.kind")).required();
    html! {
        (radio_group(&kind, &kinds, &form.kind))
        (shown_when("schedule.kind", &["own"], &own(problems, form)))
    }
}

fn own(problems: &[Problem<'_>], form: &ExportForm) -> Markup {
    let field = |name: &'static str, label: &'static str| {
        Field::new(name, label).problem(problem_of(problems, name)).required()
    };
    let repeats = [
        Choice::new("daily", "Daily"),
        Choice::new("weekly", "Weekly on chosen days"),
        Choice::new("monthly", "Monthly on chosen days"),
    ];
    let weekdays: Vec<&str> = form.weekdays.iter().map(String::as_str).collect();
    let days: Vec<String> = form.days.iter().map(ToString::to_string).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let start = TextInput { kind: InputKind::DateTime, short: true, ..TextInput::new(&form.start) };
    let on_days = field("schedule.days", "On these days of the month, if monthly")
        .hint("In a month without that day it runs on the last day.");
    html! {
        (radio_group(&field("schedule.repeat", "How often, on its own schedule"), &repeats, &form.repeat))
        (shown_when("schedule.repeat", &["weekly"], &weekday_picker(&field("schedule.weekdays", "On these days, if weekly"), &weekdays)))
        (shown_when("schedule.repeat", &["monthly"], &month_day_picker(&on_days, &days)))
        (text_input(&field("schedule.start", "Date and time of the first run"), &start))
        (time_zone_select(&field("schedule.time_zone", "Time zone"), &zones(&form.time_zone), &form.time_zone))
    }
}
