//! *Admin > Refresh schedule*: when everything runs by itself, and *Pause everything*. Everybody may look at it.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use configuration::{RefreshChange, RefreshView, Versioned};
use console::{
    Button, ButtonKind, Choice, Field, Level, Problem, Section, button, card, checkbox, csrf_field,
    description_list, error_summary, hidden_field, moment, notice, page_header, post_button, problem_of,
    radio_group, relative_moment, shown_when, time_inputs, time_zone_select, weekday_picker,
};
use maud::{Markup, html};
use schedule::RefreshForm;
use store::Tag;

use super::exports::zones;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, FormFields, Notice, Page, PostedForm, SeeOther};

const TITLE: &str = "Refresh schedule";
const VERSION: &str = "version";
/// Times a day, as the `schedule` library allows them.
const TIMES: usize = 4;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/schedule", get(show).post(save))
        .route("/schedule/pause", post(pause))
        .route("/schedule/resume", post(resume))
}

async fn show(State(app): State<App>, person: ConsolePerson) -> Result<Page, ConsoleError> {
    let view = app.configuration().refresh(&person).await?;
    let entered =
        RefreshChange { schedule: view.value.schedule.clone(), upload_trigger: view.value.upload_trigger };
    Ok(page(&app, &person, &view, &entered, &FormFailure::none()))
}

async fn save(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let change = sent(&fields);
    let version = Tag::new(fields.text(VERSION));
    match app.configuration().update_refresh(&person, &version, &change).await {
        Ok(_) => Ok(SeeOther::to("/schedule").saying(Notice::success("Saved.")).into_response()),
        Err(error) => {
            let failure = FormFailure::of(error)?;
            let mut view = app.configuration().refresh(&person).await?;
            // Still the version that the person saw: saving once more must not overwrite what they did not.
            view.tag = version;
            Ok(page(&app, &person, &view, &change, &failure).into_response())
        }
    }
}

async fn pause(State(app): State<App>, posted: PostedForm) -> Result<SeeOther, ConsoleError> {
    app.configuration().pause_everything(&posted.person, true).await?;
    let said =
        Notice::success("Everything is paused: nothing starts by itself. Runs that are under way go on.");
    Ok(SeeOther::to("/schedule").saying(said))
}

async fn resume(State(app): State<App>, posted: PostedForm) -> Result<SeeOther, ConsoleError> {
    app.configuration().pause_everything(&posted.person, false).await?;
    let said = Notice::success("The pause has ended. What would have started meanwhile is not made up for.");
    Ok(SeeOther::to("/schedule").saying(said))
}

fn sent(fields: &FormFields) -> RefreshChange {
    let all = |name: &str| fields.all(name).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    RefreshChange {
        schedule: RefreshForm {
            kind: fields.text("schedule.kind").to_owned(),
            weekdays: all("schedule.weekdays"),
            times: all("schedule.times"),
            time_zone: fields.text("schedule.time_zone").to_owned(),
        },
        upload_trigger: fields.is_checked("upload_trigger"),
    }
}

fn page(
    app: &App,
    person: &ConsolePerson,
    view: &Versioned<RefreshView>,
    entered: &RefreshChange,
    failure: &FormFailure,
) -> Page {
    let problems = failure.problems();
    let about = html! { "When everything that follows the system refresh is exported." };
    let shown = &view.value;
    let content = html! {
        (page_header(TITLE, Some(&about), None))
        (error_summary(&problems))
        @if shown.paused {
            (notice(Level::Warning, "Everything is paused", &html! {
                p { "No run starts by itself until an administrator ends the pause. People can still run exports." }
            }))
        }
        @if shown.you_may_change {
            (form(person, view, entered, &problems))
            (pausing(person, shown))
        } @else { (card("System refresh", &html! { (facts(shown, app)) p.hint { "Administrators can change this." } })) }
        @if shown.you_may_change { (card("As it is now", &facts(shown, app))) }
    };
    Page::new(TITLE, content).section(Section::RefreshSchedule).status(failure.status)
}

fn form(
    person: &ConsolePerson,
    view: &Versioned<RefreshView>,
    entered: &RefreshChange,
    problems: &[Problem<'_>],
) -> Markup {
    let schedule = &entered.schedule;
    let field = |name: &'static str, label: &'static str| {
        Field::new(name, label).problem(problem_of(problems, name)).required()
    };
    let kinds = [
        Choice::new("off", "Off"),
        Choice::new("weekly", "Weekly on chosen days"),
        Choice::new("daily", "Daily"),
    ];
    let weekdays: Vec<&str> = schedule.weekdays.iter().map(String::as_str).collect();
    let times: Vec<&str> = schedule.times.iter().map(String::as_str).collect();
    let upload = Field::new("upload_trigger", "Also run exports as soon as new data of their segments is complete")
        .hint("Independent of the schedule: an export on system refresh runs when a new snapshot of one of its segments is there.");
    html! {
        form method="post" action="/schedule" novalidate {
            (csrf_field(person.csrf()))
            (hidden_field(VERSION, view.tag.as_str()))
            (card("System refresh", &html! {
                (radio_group(&field("schedule.kind", "How often"), &kinds, &schedule.kind))
                (shown_when("schedule.kind", &["weekly"], &weekday_picker(&field("schedule.weekdays", "On these days, if weekly"), &weekdays)))
                (shown_when("schedule.kind", &["weekly", "daily"], &html! {
                    (time_inputs(&field("schedule.times", "Times of day").hint("Up to four."), &times, TIMES))
                    (time_zone_select(&field("schedule.time_zone", "Time zone"), &zones(&schedule.time_zone), &schedule.time_zone))
                }))
            }))
            (card("New data", &checkbox(&upload, entered.upload_trigger)))
            div.button-row { (button(&Button::new("Save").kind(ButtonKind::Primary))) }
        }
    }
}

fn pausing(person: &ConsolePerson, view: &RefreshView) -> Markup {
    card(
        "Pause everything",
        &html! {
            p { "While everything is paused, nothing starts by itself: not with the system refresh, not by an export's own schedule, "
                "not when new data arrives. Runs that are under way go on, and people can run exports." }
            @if view.paused {
                (post_button(&Button::new("End the pause").kind(ButtonKind::Primary), "/schedule/resume", person.csrf()))
            } @else {
                (post_button(&Button::new("Pause everything").kind(ButtonKind::Danger), "/schedule/pause", person.csrf()))
            }
        },
    )
}

fn facts(view: &RefreshView, app: &App) -> Markup {
    description_list(&[
        ("Schedule", html! { (view.schedule_text) }),
        (
            "Next due",
            html! {
                @match view.next_due {
                    Some(at) => { (relative_moment(at, app.now())) " (" (moment(at)) ")" },
                    None if view.paused => "Not while everything is paused",
                    None => "Never",
                }
            },
        ),
        (
            "When new data arrives",
            html! { @if view.upload_trigger { "Exports run" } @else { "Nothing runs" } },
        ),
        ("Automatic starts", html! { @if view.paused { "Paused" } @else { "As scheduled" } }),
        (
            "Last changed",
            html! {
                @match (&view.updated_by, view.updated_at) {
                    (Some(by), Some(at)) => { (moment(at)) " by " (by) },
                    _ => "Never",
                }
            },
        ),
    ])
}
