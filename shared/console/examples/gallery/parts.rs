//! Parts of the console with sample content.

use console::{
    Bar, Chart, Choice, Column, ConnectionState, EmptyState, Field, FilterBar, FilterSelect, Icon, InputKind,
    Live, MenuItem, Problem, Progress, Row, RowCounts, RunState, SearchBox, SelectOption, Selection, Sort,
    SortDirection, Step, Table, TextInput, Tone, badge, chart, check_group, checkbox, connection_badge,
    copy_field, description_list, disclosure, duration, fieldset, filter_bar, live, menu, meter, moment,
    month_day_picker, number, problem_of, progress, prose, radio_group, relative_moment, row_counts,
    run_badge, select, shown_when, table, text_area, text_input, time_inputs, time_zone_select,
    weekday_picker,
};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

const ZONES: [&str; 6] = [
    "America/Argentina/Buenos_Aires",
    "America/New_York",
    "Asia/Tokyo",
    "Europe/Berlin",
    "Europe/London",
    "UTC",
];

fn at(minutes_ago: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes_ago)
}

/// A fixed one: the same pages come out every time.
fn now() -> Timestamp {
    Timestamp::from_second(1_795_339_800).unwrap_or_default()
}

pub(crate) fn filters() -> Markup {
    let statuses: Vec<_> = std::iter::once(SelectOption::new("", "All"))
        .chain(RunState::ALL.map(|state| SelectOption::new(state.word(), state.word())))
        .collect();
    let connections = [SelectOption::new("", "All"), SelectOption::new("1", "Newsletter account")];
    filter_bar(&FilterBar {
        action: "/exports",
        search: Some(SearchBox {
            name: "search",
            label: "Search by name, connection or type",
            value: "news",
        }),
        filters: &[
            FilterSelect { name: "connection", label: "Connection", options: &connections, selected: "" },
            FilterSelect { name: "status", label: "Status", options: &statuses, selected: "Processing" },
        ],
        keeps: &[("sort", "name")],
        active: true,
    })
}

pub(crate) fn exports_table() -> Markup {
    let sorted =
        |label, name: &str, now| Column::new(label).sort(Sort { href: format!("?sort={name}"), now });
    let columns = [
        sorted("Display name", "name", Some(SortDirection::Ascending)),
        sorted("Connection", "connection", None),
        sorted("Status", "status", None),
        sorted("Refreshed", "refreshed", None),
        sorted("Schedule", "schedule", None),
        Column::number("Members"),
        Column::new("Your permissions"),
        Column::actions("Actions"),
    ];
    let rows = [
        export_row("1", "Autumn newsletter", Some("Newsletter account"), RunState::Processing, 3, 1_204_332),
        export_row(
            "2",
            "Loyal customers in Germany",
            Some("Newsletter account"),
            RunState::Successful,
            65,
            48_210,
        ),
        export_row("3", "Win back", None, RunState::Skipped, 4_000, 612),
        export_row("4", "Product news <beta>", Some("Product account"), RunState::Failure, 90_000, 0),
    ];
    table(&Table {
        caption: "Exports",
        columns: &columns,
        rows: &rows,
        select: Some("export"),
        wide: false,
        empty: EmptyState { title: "", explanation: "", next_step: html! {} },
    })
}

fn export_row<'a>(
    id: &'a str,
    name: &'a str,
    connection: Option<&str>,
    state: RunState,
    minutes: i64,
    members: u64,
) -> Row<'a> {
    let status = live(
        &Live {
            id: &format!("status-{id}"),
            url: (state == RunState::Processing).then_some("/exports/1/status"),
            announcement: "",
            inline: true,
        },
        "/exports",
        &run_badge(state),
    );
    let href = format!("/exports/{id}");
    let items = [
        MenuItem::Link { label: "Edit", href: "/exports/1/edit" },
        MenuItem::Link { label: "Create duplicate", href: "/exports/1/duplicate" },
        MenuItem::Post { label: "Run", action: "/exports/1/runs", csrf: "token" },
        MenuItem::Confirm { label: "Remove", href: "remove.html" },
    ];
    Row {
        selection: Some(Selection { value: id.into(), label: name.into() }),
        cells: vec![
            html! { a href=(href) { (name) } },
            connection
                .map_or_else(|| connection_badge(ConnectionState::NoConnection), |name| html! { (name) }),
            status,
            relative_moment(at(minutes), now()),
            html! { "With system refresh" },
            html! { (number(members)) },
            html! { "Edit" },
            menu(name, &items),
        ],
    }
}

pub(crate) fn destination_fields(problems: &[Problem<'_>]) -> Markup {
    let connections =
        [SelectOption::new("1", "Newsletter account"), SelectOption::new("2", "Product account")];
    html! {
        (text_input(&Field::new("name", "Display name").hint("Name purpose and target, such as Newsletter to customers.").required(), &TextInput::new("Autumn newsletter")))
        (select(&Field::new("connection", "Connection for export").required(), &connections, "2"))
        (text_input(&Field::new("list", "Constant Contact List ID").hint("It is in the list's URL; you may paste the whole URL.").required().problem(problem_of(problems, "list")), &TextInput::new("2f6b0a3e")))
        (text_area(&Field::new("note", "Note"), "Twice a month,\nwith <care>.", 3))
        (checkbox(&Field::new("agreed", "I agree").required().hint("Data leaves this system for Constant Contact at your instruction."), false))
    }
}

pub(crate) fn matching_fields(problems: &[Problem<'_>]) -> Markup {
    let columns = [
        SelectOption::new("", "Choose a column"),
        SelectOption::new("EMail", "EMail"),
        SelectOption::new("FirstName", "FirstName"),
    ];
    let mode = [
        Choice::new("add_and_update", "Add and update")
            .detail(html! { "People who leave the segments stay on the list." }),
        Choice::new("mirror", "Mirror")
            .detail(html! { "People who leave the segments are taken off the list, never deleted." }),
    ];
    html! {
        (select(&Field::new("email_column", "Email").required().problem(problem_of(problems, "email_column")), &columns, ""))
        (select(&Field::new("attributes[0].column", "First name"), &columns, "FirstName"))
        (console::button(&console::Button::new("Add attribute").icon(Icon::Plus).sends("then", "add_attribute").skips_validation()))
        (radio_group(&Field::new("mode", "What happens to people who leave").required(), &mode, "mirror"))
    }
}

pub(crate) fn segment_fields() -> Markup {
    let segments = [
        Choice::new("loyal", "Loyal customers").detail(html! { (number(48_210)) " members, " (relative_moment(at(70), now())) }),
        Choice::new("all", "Everybody").detail(html! { (badge(Tone::Warning, Icon::Alert, "Too large")) " " (number(2_400_000)) " members; at most " (number(1_000_000)) " can be exported." }),
        Choice::new("new", "New this week").detail(html! { "No snapshot yet" }),
    ];
    check_group(&Field::new("segments", "Segments to export").required(), &segments, &["loyal"])
}

pub(crate) fn schedule_fields() -> Markup {
    let kinds = [
        Choice::new("off", "Off"),
        Choice::new("daily", "Daily"),
        Choice::new("weekly", "Weekly on chosen days"),
        Choice::new("monthly", "Monthly"),
    ];
    html! {
        (radio_group(&Field::new("kind", "How often").required(), &kinds, "weekly"))
        (shown_when("kind", &["weekly"], &weekday_picker(&Field::new("weekdays", "On these days, for weekly").required(), &["monday", "thursday"])))
        (shown_when("kind", &["monthly"], &month_day_picker(&Field::new("days", "On these days, for monthly").hint("A month without that day is left out."), &["1", "15"])))
        (shown_when("kind", &["daily", "weekly"], &html! {
            (time_inputs(&Field::new("times", "Times of day").hint("Up to four.").required(), &["06:30", "18:00"], 4))
            (time_zone_select(&Field::new("time_zone", "Time zone").required(), &ZONES, "Europe/Berlin"))
        }))
        (fieldset("When data arrives", Some("Independent of the schedule."), &html! {
            (checkbox(&Field::new("upload_trigger", "Export a segment as soon as its new snapshot is complete"), true))
            (text_input(&Field::new("start", "Not before"), &TextInput { kind: InputKind::DateTime, value: "2026-03-01T06:30", short: true, ..TextInput::default() }))
        }))
    }
}

pub(crate) fn run_line() -> Markup {
    html! { p { (run_badge(RunState::Processing)) " Scheduled, began " (relative_moment(at(12), now())) " (" (moment(at(12))) ")" } }
}

pub(crate) fn live_progress() -> Markup {
    let facts = [
        ("Chunks settled", html! { "12 of 25" }),
        ("Rows sent", html! { (number(480_000)) }),
        ("Requests used", html! { "38" }),
        ("Left today", html! { (number(1_204)) }),
        ("Estimate", html! { "about " (duration(SignedDuration::from_secs(754))) }),
    ];
    let shown = progress(&Progress {
        phases: &["Look", "Plan", "Send", "Settle", "Remove", "Finish"],
        current: 3,
        sentence: "Waiting for Constant Contact to take in 13 chunks.",
        done: Some((12, 25)),
        facts: &facts,
    });
    let state = Live {
        id: "progress",
        url: Some("/exports/1/runs/1/progress"),
        announcement: "Settling, about 50 % done",
        inline: false,
    };
    live(&state, "/exports/1/runs/1", &shown)
}

pub(crate) fn counts() -> Markup {
    html! {
        (row_counts(&RowCounts {
            read: 1_000_000, added: 412_345, updated: 87_655, unchanged: 350_000, opted_out: 12_400, duplicates: 3_600,
            rejected: 1_250, unsent: 0, removed: Some(2_310), members: Some(995_150),
        }))
        (disclosure("Why rows were rejected", &description_list(&[
            ("Address without @", html! { (number(1_100)) }), ("Address too long", html! { (number(150)) }),
        ])))
    }
}

pub(crate) fn runs_chart() -> Markup {
    let bars: Vec<_> = (0..18_i64)
        .map(|index| {
            let wave = u64::try_from((index * 7_919) % 23).unwrap_or_default();
            Bar {
                at: at((18 - index) * 1_440),
                added: wave * 900 + 400,
                updated: wave * wave * 70,
                rejected: wave * 35,
            }
        })
        .collect();
    chart(&Chart { id: "latest-runs", title: "The latest 18 runs, in rows", bars: &bars })
}

pub(crate) fn run_details() -> Markup {
    html! {
        (description_list(&[
            ("Started by", html! { "Schedule, on behalf of Ada Example" }),
            ("Snapshot", html! { code { "loyal/2026-11-22T06-00.csv" } " of " (moment(at(70))) }),
            ("Duration", html! { (duration(SignedDuration::from_secs(4_000))) }),
        ]))
        (meter("Requests used today", 8_796, 10_000, "8,796 of 10,000"))
    }
}

pub(crate) fn connection_line() -> Markup {
    html! { p { (connection_badge(ConnectionState::SettingUp)) " Constant Contact" } }
}

pub(crate) fn connect_steps() -> Markup {
    console::checklist(&[
        Step {
            title: "Authenticate with Constant Contact",
            done: true,
            detail: html! { p { "Ada Example, " (moment(at(3_000))) } },
            action: Some(console::link_button(&console::Button::new("Authenticate again"), "#")),
        },
        Step {
            title: "Add yourself as export user",
            done: false,
            detail: html! { p { "You answer for scheduled runs of this connection. It gives you no further access." } },
            action: Some(console::post_button(
                &console::Button::new("Add yourself as export user").kind(console::ButtonKind::Primary),
                "/connections/1/export-user",
                "token",
            )),
        },
    ])
}

pub(crate) fn application_details() -> Markup {
    html! {
        (prose(&["Register this address with the application at Constant Contact.", "It never changes."]))
        (copy_field("redirect_uri", "Redirect address", "https://exports.example.com/oauth/constant-contact/callback"))
    }
}

pub(crate) fn states() -> Markup {
    use ConnectionState::{Connected, NeedsReauthentication, NoConnection, Removing, SettingUp};
    html! {
        p { @for state in RunState::ALL { (run_badge(state)) " " } }
        p { @for state in [SettingUp, Connected, NeedsReauthentication, Removing, NoConnection] { (connection_badge(state)) " " } }
    }
}

pub(crate) fn sample_rows() -> Markup {
    let columns: Vec<_> = (1..=14).map(|index| Column::new(format!("Column{index}"))).collect();
    let row = |person: &str| {
        Row::new((1..=14).map(|index| html! { (person) "." (index) "@example.com" }).collect())
    };
    table(&Table {
        caption: "Sample of Loyal customers",
        columns: &columns,
        rows: &[row("ada"), row("grace")],
        select: None,
        wide: true,
        empty: EmptyState { title: "No rows", explanation: "The snapshot is empty.", next_step: html! {} },
    })
}

pub(crate) fn no_exports() -> Markup {
    table(&Table {
        caption: "Exports of this segment",
        columns: &[Column::new("Display name")],
        rows: &[],
        select: None,
        wide: false,
        empty: EmptyState {
            title: "No export contains this segment",
            explanation: "Add it to an export that exists, or start a new one with it.",
            next_step: console::link_button(&console::Button::new("Start an export with it"), "/exports/new"),
        },
    })
}
