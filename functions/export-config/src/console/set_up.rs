//! *Set up*: what to register at Constant Contact, and the application's client id and secret.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use configuration::ApplicationState;
use console::{
    Button, ButtonKind, Field, InputKind, Level, Section, TextInput, button, card, copy_field, csrf_field,
    error_summary, link_button, notice, page_header, problem_of, text_input,
};
use domain::Sensitive;
use maud::{Markup, html};

use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, Notice, Page, PostedForm, SeeOther};

const TITLE: &str = "Set up";

pub(super) fn router() -> Router<App> {
    Router::new().route("/set-up", get(show).post(save))
}

async fn show(State(app): State<App>, person: ConsolePerson) -> Result<Page, ConsoleError> {
    let application = app.configuration().application(&person).await?;
    Ok(page(&person, &application, "", &FormFailure::none()))
}

async fn save(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let (client_id, secret) =
        (fields.text("client_id"), Sensitive::new(fields.text("client_secret").to_owned()));
    match app.configuration().store_application(&person, client_id, &secret).await {
        Ok(_) => {
            let said = Notice::success("Saved. Connections can be authenticated now.");
            Ok(SeeOther::to("/connections").saying(said).into_response())
        }
        Err(error) => {
            let failure = FormFailure::of(error)?;
            let application = app.configuration().application(&person).await?;
            Ok(page(&person, &application, client_id, &failure).into_response())
        }
    }
}

fn page(
    person: &ConsolePerson,
    application: &ApplicationState,
    client_id: &str,
    failure: &FormFailure,
) -> Page {
    let about = html! { "This product needs an application of your own at Constant Contact, once." };
    let content = html! {
        (page_header(TITLE, Some(&about), None))
        @if application.configured {
            (notice(Level::Success, "Set up", &html! {
                p { "Client id and secret are stored. Enter others below to replace them; connections that were authenticated "
                    "with another client id must be authenticated again." }
            }))
        }
        (registration(application))
        (credentials(person, client_id, failure))
    };
    Page::new(TITLE, content)
        .section(Section::Connections)
        .below("Connections", "/connections")
        .status(failure.status)
}

/// Steps as Constant Contact's developer portal names them (its documentation of applications).
fn registration(application: &ApplicationState) -> Markup {
    card(
        "1. Register the application",
        &html! {
            ol {
                li { "Sign in to Constant Contact's developer portal, and open My Applications." }
                li { "Create a new application with the authorization code flow and with long lived or rotating refresh tokens." }
                li { "Enter this redirect URI, to the letter:" }
            }
            (copy_field("redirect_uri", "Redirect URI", &application.redirect_uri))
            p { "Then copy the API key, which is the client id, and generate a client secret." }
        },
    )
}

fn credentials(person: &ConsolePerson, client_id: &str, failure: &FormFailure) -> Markup {
    let problems = failure.problems();
    let id = Field::new("client_id", "Client id")
        .hint("Constant Contact calls it API key.")
        .problem(problem_of(&problems, "client_id"))
        .required();
    let secret = Field::new("client_secret", "Client secret")
        .hint("It is kept in the secret store and never shown again.")
        .problem(problem_of(&problems, "client_secret"))
        .required();
    let secret_input = TextInput { kind: InputKind::Password, ..TextInput::new("") };
    card(
        "2. Enter its client id and secret",
        &html! {
            (error_summary(&problems))
            form.form method="post" action="/set-up" {
                (csrf_field(person.csrf()))
                (text_input(&id, &TextInput::new(client_id)))
                (text_input(&secret, &secret_input))
                div.button-row {
                    (button(&Button::new("Save").kind(ButtonKind::Primary)))
                    (link_button(&Button::new("Cancel"), "/connections"))
                }
            }
        },
    )
}
