//! The form of an export as a page.

use configuration::{ConfigurationError, ExportDetails};
use console::{
    Button, ButtonKind, EmptyState, Field, Level, Problem, Section, TextInput, button, card, csrf_field,
    description_list, empty_state, error_summary, hidden_field, link_button, notice, page_header, problem_of,
    text_input,
};
use domain::identifier::ExportId;
use futures_util::future;
use identity::{Person, Role};
use maud::{Markup, html};

use super::entered::{Entered, REQUEST};
use super::offer::{Ground, Offer};
use super::schedule_fields::schedule_fields;
use super::step::THEN;
use super::{destination, matching, segments};
use crate::app::App;
use crate::console::exports::matching_view::matching as stored_matching;
use crate::console::exports::show_facts::facts;
use crate::console::exports::{VERSION, page_of};
use crate::web::{ConsolePerson, FormFailure, Page};

/// What the form is about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    New,
    Existing { id: ExportId },
}

impl Subject {
    /// Where the form is sent.
    pub(super) fn action(&self) -> String {
        match self {
            Self::New => "/exports".to_owned(),
            Self::Existing { id, .. } => format!("/exports/{id}/edit"),
        }
    }

    fn cancel(&self) -> String {
        match self {
            Self::New => "/exports".to_owned(),
            Self::Existing { id, .. } => format!("/exports/{id}"),
        }
    }

    /// The name of the export as it is stored; empty for a new one.
    pub(super) async fn name(&self, app: &App, person: &Person) -> Result<String, ConfigurationError> {
        match self {
            Self::New => Ok(String::new()),
            Self::Existing { id, .. } => {
                Ok(app.configuration().export(person, id).await?.value.standing.name)
            }
        }
    }

    /// The page around `content`, for the export of this name.
    pub(super) fn frame(&self, name: &str, title: &str, content: Markup) -> Page {
        match self {
            Self::New => Page::new(title, content).section(Section::Exports).below("Exports", "/exports"),
            Self::Existing { id, .. } => page_of(title, id, name, content),
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::New => "New export",
            Self::Existing { .. } => "Edit export",
        }
    }
}

/// The form with everything that it shows.
#[derive(Debug)]
pub(super) struct Form<'a> {
    app: &'a App,
    person: &'a ConsolePerson,
    subject: Subject,
    /// What the export is called as it is stored.
    name: String,
    entered: Entered,
    offer: Offer,
    said: Option<String>,
    stored: Option<ExportDetails>,
}

impl<'a> Form<'a> {
    /// Reads what the form offers.
    pub(super) async fn load(
        app: &'a App,
        person: &'a ConsolePerson,
        subject: Subject,
        entered: Entered,
    ) -> Result<Self, ConfigurationError> {
        let (ground, name) = future::try_join(Ground::load(app, person), subject.name(app, person)).await?;
        Self::on(ground, name, app, person, subject, entered).await
    }

    /// The same with what was read already.
    pub(super) async fn on(
        ground: Ground,
        name: String,
        app: &'a App,
        person: &'a ConsolePerson,
        subject: Subject,
        mut entered: Entered,
    ) -> Result<Self, ConfigurationError> {
        let offer = Offer::of(app, person, ground, &mut entered).await?;
        Ok(Self { app, person, subject, name, entered, offer, said: None, stored: None })
    }

    /// With a sentence about what was just done.
    pub(super) fn saying(mut self, said: Option<String>) -> Self {
        self.said = said;
        self
    }

    /// Beside what is stored now.
    pub(super) fn beside(mut self, stored: ExportDetails) -> Self {
        self.stored = Some(stored);
        self
    }

    /// What has to be chosen before the rest of the form can be shown, by field.
    pub(super) fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let mut missing = Vec::new();
        if !self.offer.has_account(&self.entered) {
            missing.push(("connection", "Choose a connection for export."));
        }
        if self.entered.segments.is_empty() {
            missing.push(("segments", "Choose at least one segment."));
        }
        missing
    }

    /// The page.
    pub(super) fn page(&self, failure: &FormFailure) -> Page {
        let problems = in_form(failure.problems());
        let content = html! {
            (page_header(self.subject.title(), Some(&html! { "Choose where people go, who, and what is sent about them." }), None))
            (error_summary(&problems))
            @if let Some(said) = &self.said { (notice(Level::Success, said, &html! {})) }
            @if let Some(stored) = &self.stored { (self.now_stored(stored)) }
            @if self.offer.connections.is_empty() { (nothing_to_choose(self.person)) } @else { (self.form(&problems)) }
        };
        self.subject.frame(&self.name, self.subject.title(), content).status(failure.status)
    }

    fn form(&self, problems: &[Problem<'_>]) -> Markup {
        let (entered, offer) = (&self.entered, &self.offer);
        let complete = self.missing().is_empty();
        let action = self.subject.action();
        html! {
            // The server checks everything at once; a browser would stop at the first field, even at one that does not matter.
            form method="post" action=(action) novalidate {
                (csrf_field(self.person.csrf()))
                (hidden_field(VERSION, &entered.version))
                (hidden_field(REQUEST, &entered.request))
                (hidden_field("shown_connection", &entered.shown_connection))
                // Enter in a field sends the form with its first button: this one never saves.
                button.visually-hidden type="submit" name=(THEN) value="continue" tabindex="-1" aria-hidden="true" { "Continue" }
                (card("Destination", &html! {
                    (text_input(
                        &Field::new("name", "Display name").hint("Name purpose and target, such as Newsletter to customers.")
                            .problem(problem_of(problems, "name")).required(),
                        &TextInput { max_length: Some(100), ..TextInput::new(&entered.name) },
                    ))
                    (destination::fields(problems, entered, offer))
                }))
                (card("Segments", &segments::fields(problems, entered, offer, self.app.now(), &action)))
                @if complete {
                    div #data-matching tabindex="-1" { (card("Data matching", &matching::fields(problems, entered, offer, &action))) }
                    (card("Schedule", &schedule_fields(problems, &entered.schedule, &offer.refresh, true)))
                } @else { (later(&entered.schedule)) }
                (self.buttons(complete))
            }
        }
    }

    fn buttons(&self, complete: bool) -> Markup {
        html! {
            div.button-row {
                @if complete {
                    (button(&Button::new("Save").kind(ButtonKind::Primary).sends(THEN, "save")))
                    (button(&Button::new("Save and run").sends(THEN, "run")))
                } @else {
                    (button(&Button::new("Continue").kind(ButtonKind::Primary).sends(THEN, "continue")))
                }
                (link_button(&Button::new("Cancel").kind(ButtonKind::Quiet), &self.subject.cancel()))
            }
            @if complete { p.hint { "Save never runs the export." } }
        }
    }

    fn now_stored(&self, stored: &ExportDetails) -> Markup {
        let by = stored.standing.updated_by.as_deref().unwrap_or("Somebody");
        card(
            "What is stored now",
            &html! {
                p { (by) " has saved this export while you were working on it. Below it stands what you entered. Save again to replace "
                    "what is stored, or copy from it what should stay." }
                (description_list(&[("Display name", html! { (stored.standing.name) })]))
                (facts(stored, self.app.now()))
                h3 { "Data matching as it is stored" }
                (stored_matching(&stored.draft))
            },
        )
    }
}

/// What the schedule was stays in the form while it is not shown.
fn later(schedule: &schedule::ExportForm) -> Markup {
    html! {
        p.hint { "Data matching and the schedule follow once connection and segments are chosen." }
        @for (name, value) in super::schedule_fields::schedule_entries(schedule) { (hidden_field(&name, &value)) }
    }
}

/// The library names single segments; the form has one field for all of them.
fn in_form(problems: Vec<Problem<'_>>) -> Vec<Problem<'_>> {
    problems
        .into_iter()
        .map(|problem| {
            if problem.field.starts_with("segments[") {
                Problem { field: "segments", ..problem }
            } else {
                problem
            }
        })
        .collect()
}

fn nothing_to_choose(person: &Person) -> Markup {
    let administrator = person.role == Role::Administrator;
    empty_state(&EmptyState {
        title: "There is no connection that you can use",
        explanation: if administrator {
            "Connect a Constant Contact account first: both steps of connecting must be done."
        } else {
            "Ask an administrator to connect a Constant Contact account and to share the connection with contributors."
        },
        next_step: if administrator {
            link_button(&Button::new("Connections").kind(ButtonKind::Primary), "/connections")
        } else {
            link_button(&Button::new("Exports"), "/exports")
        },
    })
}
