//! *Edit connection*: its name, who can use it, its ceiling.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use catalog::ConnectionAccess;
use configuration::{ConnectionChange, ConnectionDetails, Versioned};
use console::{
    Button, ButtonKind, Field, InputKind, TextInput, button, csrf_field, error_summary, hidden_field,
    link_button, page_header, problem_of, text_input,
};
use maud::html;

use super::form::{access_field, access_of, consent_agreed, consent_field, name_field};
use super::{VERSION, connection_id, page_of, version};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, FormFields, Notice, Page, PostedForm, SeeOther};

/// What stands in the form, as text.
struct Entered {
    version: String,
    display_name: String,
    access: ConnectionAccess,
    contact_ceiling: String,
    agreed: bool,
}

/// `GET /connections/{id}/edit`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let connection = app.configuration().connection(&person, &connection_id(&id)?).await?;
    let entered = Entered::stored(&connection);
    Ok(form(&app, &person, &connection.value, &entered, &FormFailure::none()))
}

/// `POST /connections/{id}/edit`: the button *Save*.
pub(super) async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let id = connection_id(&id)?;
    let entered = Entered::sent(&fields);
    let failure = match entered.ceiling() {
        Ok(contact_ceiling) => {
            let change = ConnectionChange {
                display_name: entered.display_name.clone(),
                access: entered.access,
                agreed: entered.agreed,
                contact_ceiling,
            };
            let saved = app.configuration().update_connection(&person, &id, &version(&fields), change).await;
            match saved {
                Ok(_) => {
                    let to = SeeOther::to(format!("/connections/{id}"));
                    return Ok(to.saying(Notice::success("Saved.")).into_response());
                }
                Err(error) => FormFailure::of(error)?,
            }
        }
        Err(message) => {
            let mut failure = FormFailure::none();
            failure.add("contact_ceiling", message);
            failure
        }
    };
    let connection = app.configuration().connection(&person, &id).await?;
    Ok(form(&app, &person, &connection.value, &entered, &failure).into_response())
}

impl Entered {
    fn stored(connection: &Versioned<ConnectionDetails>) -> Self {
        let Versioned { tag, value } = connection;
        Self {
            version: tag.to_string(),
            display_name: value.display_name.clone(),
            access: value.access,
            contact_ceiling: value.contact_ceiling.map(|ceiling| ceiling.to_string()).unwrap_or_default(),
            agreed: false,
        }
    }

    fn sent(fields: &FormFields) -> Self {
        Self {
            version: fields.text(VERSION).to_owned(),
            display_name: fields.text("display_name").to_owned(),
            access: access_of(fields),
            contact_ceiling: fields.text("contact_ceiling").to_owned(),
            agreed: fields.is_checked("agreed"),
        }
    }

    /// People write thousands with blanks, commas, points or apostrophes between them.
    fn ceiling(&self) -> Result<Option<u64>, &'static str> {
        let separates =
            |character: char| character.is_whitespace() || matches!(character, ',' | '.' | '\'' | '’');
        let digits: String =
            self.contact_ceiling.chars().filter(|&character| !separates(character)).collect();
        match digits.parse() {
            _ if digits.is_empty() => Ok(None),
            Ok(ceiling) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(ceiling)),
            _ => Err("Enter a whole number, or nothing for no limit."),
        }
    }
}

fn form(
    app: &App,
    person: &ConsolePerson,
    connection: &ConnectionDetails,
    entered: &Entered,
    failure: &FormFailure,
) -> Page {
    let problems = failure.problems();
    let here = format!("/connections/{}", connection.id);
    let text = app.configuration().consent_text();
    let ceiling = Field::new("contact_ceiling", "Most contacts in the account")
        .hint("A run that would bring the account above this number is skipped, so that it stays in its price tier.")
        .problem(problem_of(&problems, "contact_ceiling"));
    let ceiling_input =
        TextInput { kind: InputKind::Number, short: true, ..TextInput::new(&entered.contact_ceiling) };
    let content = html! {
        (page_header("Edit connection", None, None))
        (error_summary(&problems))
        form.form method="post" action={ (here) "/edit" } {
            (csrf_field(person.csrf()))
            (hidden_field(VERSION, &entered.version))
            (name_field(&problems, &entered.display_name))
            (access_field(&problems, entered.access))
            (text_input(&ceiling, &ceiling_input))
            @if connection.consent_outdated { (consent_field(&problems, &text, entered.agreed)) }
            @else { (consent_agreed(&text)) }
            div.button-row {
                (button(&Button::new("Save").kind(ButtonKind::Primary)))
                (link_button(&Button::new("Cancel"), &here))
            }
        }
    };
    page_of("Edit", &connection.id, &connection.display_name, content).status(failure.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let ceiling = |text: &str| {
            let fields = FormFields::parse(format!("contact_ceiling={text}").as_bytes());
            Entered::sent(&fields).ceiling()
        };
        for text in ["50000", "50,000", "50.000", "50+000", "50'000", "+50000"] {
            assert_eq!(ceiling(text), Ok(Some(50_000)), "{text}");
        }
        assert_eq!(ceiling("++"), Ok(None));
        for text in ["many", "-5", "%2B5", "99999999999999999999999"] {
            assert!(ceiling(text).is_err(), "{text}");
        }
    }
}
