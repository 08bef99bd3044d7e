//! The schedules of several exports at once, or of one.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use configuration::{BulkSchedule, ConfigurationError, ExportListItem, ExportQuery, access};
use console::{
    Button, ButtonKind, Choice, Field, Section, button, card, csrf_field, error_summary, hidden_field,
    link_button, page_header, problem_of, radio_group, shown_when,
};
use domain::identifier::ExportId;
use futures_util::future;
use identity::Person;
use maud::html;
use schedule::ExportForm;
use store::Tag;

use super::form::{schedule_fields, schedule_sent};
use crate::app::App;
use crate::console::chosen_exports::{chosen_exports, version_field};
use crate::web::{ConsoleError, ConsolePerson, FormFailure, FormFields, Notice, Page, PostedForm, SeeOther};

const TITLE: &str = "Change schedule";

/// `GET /exports/schedules?export=ID`: one export, whose schedule is filled in.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    if !access::may_create_exports(&person) {
        return Err(ConfigurationError::Forbidden { needs: "the Contributor role" }.into());
    }
    let chosen = chosen_exports(&FormFields::parse(query.unwrap_or_default().as_bytes()))?;
    let (mut schedule, mut change) = (unchanged(), "keep_on");
    let stored = async {
        match chosen.as_slice() {
            [(only, _)] => app.configuration().export(&person, only).await.map(Some),
            _ => Ok(None),
        }
    };
    let (stored, around) = future::try_join(stored, Around::load(&app, &person, &chosen)).await?;
    if let Some(stored) = stored {
        schedule = stored.value.draft.schedule;
        change = if schedule.kind == "off" { "keep_off" } else { "new" };
    }
    Ok(form(&person, &around, change, &schedule, &FormFailure::none()))
}

/// `POST /exports/schedules`: from the list, the question; from the question, the change.
pub(super) async fn change(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let chosen = chosen_exports(&fields)?;
    if chosen.is_empty() {
        let said = Notice::warning("Choose one or more exports first.");
        return Ok(SeeOther::to("/exports").saying(said).into_response());
    }
    let (change, schedule) = (fields.text("change"), schedule_sent(&fields));
    let wanted = match change {
        "keep_on" => BulkSchedule::Switch(true),
        "keep_off" => BulkSchedule::Switch(false),
        "new" => BulkSchedule::Own(schedule.clone()),
        _ => {
            let around = Around::load(&app, &person, &chosen).await?;
            let page = form(&person, &around, "keep_on", &unchanged(), &FormFailure::none());
            return Ok(page.into_response());
        }
    };
    match app.configuration().set_schedules(&person, &chosen, &wanted).await {
        Ok(changed) => {
            let names: Vec<&str> = changed.iter().map(|export| export.name.as_str()).collect();
            let to = match chosen.as_slice() {
                [(only, _)] => SeeOther::to(format!("/exports/{only}")),
                _ => SeeOther::to("/exports"),
            };
            Ok(to.saying(Notice::success(format!("Schedule changed: {}.", names.join(", ")))).into_response())
        }
        Err(error) => {
            let is_stale = matches!(error, ConfigurationError::Stale);
            let failure = FormFailure::of(error)?;
            let mut around = Around::load(&app, &person, &chosen).await?;
            // What was not seen is not overwritten; after it has been shown, it may be.
            if !is_stale {
                around.keep_versions(&chosen);
            }
            Ok(form(&person, &around, change, &schedule, &failure).into_response())
        }
    }
}

fn unchanged() -> ExportForm {
    ExportForm { kind: "with_system_refresh".to_owned(), ..ExportForm::default() }
}

/// What the form shows beside its fields.
struct Around {
    exports: Vec<ExportListItem>,
    /// The system refresh in words.
    refresh: String,
}

impl Around {
    async fn load(
        app: &App,
        person: &Person,
        chosen: &[(ExportId, Tag)],
    ) -> Result<Self, ConfigurationError> {
        let refresh = app.configuration().refresh(person);
        let (exports, refresh) = future::try_join(named(app, person, chosen), refresh).await?;
        Ok(Self { exports, refresh: refresh.value.schedule_text })
    }

    /// A form that is shown again is still about what was seen first.
    fn keep_versions(&mut self, chosen: &[(ExportId, Tag)]) {
        for export in &mut self.exports {
            if let Some((_, tag)) = chosen.iter().find(|(id, _)| *id == export.id) {
                export.tag = tag.clone();
            }
        }
    }
}

fn form(
    person: &ConsolePerson,
    around: &Around,
    change: &str,
    schedule: &ExportForm,
    failure: &FormFailure,
) -> Page {
    let Around { exports, refresh } = around;
    let problems = failure.problems();
    let changes = [
        Choice::new("keep_on", "Keep individual schedules, switched on")
            .detail(html! { "Each runs as it did before it was switched off." }),
        Choice::new("keep_off", "Keep individual schedules, switched off")
            .detail(html! { "They run only when somebody chooses Run; their schedules are kept." }),
        Choice::new("new", if exports.len() == 1 { "A new schedule" } else { "One new schedule for all" }),
    ];
    let field = Field::new("change", "What to do").problem(problem_of(&problems, "change")).required();
    let content = html! {
        (page_header(TITLE, None, None))
        (error_summary(&problems))
        form method="post" action="/exports/schedules" novalidate {
            (csrf_field(person.csrf()))
            @for export in exports {
                (hidden_field("export", export.id.as_str()))
                (hidden_field(&version_field(&export.id), export.tag.as_str()))
            }
            (card(if exports.len() == 1 { "Export" } else { "Exports" }, &html! {
                div.prose { ul { @for export in exports { li { (export.name) ": " (export.schedule) } } } }
            }))
            (card("Schedule", &html! {
                (radio_group(&field, &changes, change))
                (shown_when("change", &["new"], &schedule_fields(&problems, schedule, refresh, false)))
            }))
            div.button-row {
                (button(&Button::new("Save").kind(ButtonKind::Primary)))
                (link_button(&Button::new("Cancel").kind(ButtonKind::Quiet), "/exports"))
            }
        }
    };
    let page = Page::new(TITLE, content).section(Section::Exports).below("Exports", "/exports");
    page.status(failure.status)
}

/// The chosen exports by name, from as many pages of the list as it takes.
async fn named(
    app: &App,
    person: &Person,
    chosen: &[(ExportId, Tag)],
) -> Result<Vec<ExportListItem>, ConfigurationError> {
    let mut found = Vec::with_capacity(chosen.len());
    let mut query = ExportQuery { page_size: 200, ..ExportQuery::default() };
    while found.len() < chosen.len() {
        let exports = app.configuration().exports(person, &query).await?;
        found.extend(exports.items.into_iter().filter(|item| chosen.iter().any(|(id, _)| *id == item.id)));
        if exports.next.is_none() {
            break;
        }
        query.after = exports.next;
    }
    Ok(found)
}
