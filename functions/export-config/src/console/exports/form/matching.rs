//! *Data matching*: which column becomes which field of a contact.

use console::{
    Button, ButtonKind, Field, Icon, Level, Problem, SelectOption, TextInput, button, disclosure, field_id,
    fieldset, notice, problem_of, select, shown_when, text_input,
};
use maud::{Markup, html};

use super::common_columns::CommonColumns;
use super::entered::{AttributeEntered, COLUMN, CONSTANT, Entered, attribute_name};
use super::offer::Offer;
use super::step::THEN;
use crate::console::exports::contact_field::{label, standard_fields};

/// The fields of data matching. The form is sent to `action`.
pub(super) fn fields(problems: &[Problem<'_>], entered: &Entered, offer: &Offer, action: &str) -> Markup {
    let last = format!("{action}#{}", field_id(&attribute_name(entered.attributes.len(), "field")));
    let email = Field::new("email_column", "Email").problem(problem_of(problems, "email_column")).required();
    html! {
        p { "Choose the columns that fill the fields at Constant Contact. Blank values are left out: they never clear a value "
            "there." }
        (not_to_choose(&offer.columns))
        (select(&email, &columns(offer, "", &entered.email_column), &entered.email_column))
        @if let Some(problem) = problem_of(problems, "attributes") { p.problem #field-attributes { (problem) } }
        @for (place, attribute) in entered.attributes.iter().enumerate() {
            (row(problems, offer, place, attribute, action))
        }
        div.button-row {
            (button(&Button::new("Add attribute").icon(Icon::Plus).sends(THEN, "add_attribute").action(&last).skips_validation()))
        }
        (more(problems, entered, offer, &last))
    }
}

/// Which segments keep columns from being chosen.
fn not_to_choose(columns: &CommonColumns) -> Markup {
    let CommonColumns { offered, elsewhere, unknown } = columns;
    html! {
        @if !unknown.is_empty() {
            p.hint { "The columns of " (unknown.join(", ")) " are not known yet: there is no snapshot that can be read." }
        }
        @if !elsewhere.is_empty() {
            @if offered.is_empty() {
                (notice(Level::Warning, "The chosen segments have no column in common", &only_in(elsewhere)))
            } @else {
                (disclosure("Columns that only some of the chosen segments have", &only_in(elsewhere)))
            }
        }
    }
}

fn only_in(elsewhere: &[(String, Vec<String>)]) -> Markup {
    html! {
        p { "A column can be chosen when every chosen segment has it under the same name. Name these alike, or export the "
            "segments separately." }
        ul { @for (segment, columns) in elsewhere { li { (segment) ": " (columns.join(", ")) } } }
    }
}

/// The columns as options whose values begin with `prefix`; `chosen` stays even when no segment has it.
fn columns<'a>(offer: &'a Offer, prefix: &str, chosen: &'a str) -> Vec<SelectOption<'a>> {
    let mut options = vec![SelectOption::new("", "Choose a column")];
    options.extend(offer.columns.offered.iter().map(|column| {
        let words = match &column.sample {
            Some(sample) => format!("{}, such as {sample}", column.name),
            None => column.name.clone(),
        };
        SelectOption::new(format!("{prefix}{}", column.name), words)
    }));
    let name = chosen.strip_prefix(prefix).unwrap_or_default();
    if !name.is_empty() && !offer.columns.offered.iter().any(|column| column.name == name) {
        options.push(SelectOption::new(chosen, format!("{name} (not in every chosen segment)")));
    }
    options
}

fn row(
    problems: &[Problem<'_>],
    offer: &Offer,
    place: usize,
    attribute: &AttributeEntered,
    action: &str,
) -> Markup {
    let here = format!("{action}#data-matching");
    let (field, column, constant) =
        (attribute_name(place, "field"), attribute_name(place, "column"), attribute_name(place, "constant"));
    let title = if attribute.field.is_empty() {
        "New attribute".to_owned()
    } else {
        label(&attribute.field, &offer.custom_fields)
    };
    let mut sources = columns(offer, COLUMN, &attribute.source);
    sources.push(SelectOption::new(CONSTANT, "The same text for everybody"));
    let remove = format!("remove_attribute:{place}");
    fieldset(
        &title,
        None,
        &html! {
            div.side-by-side {
                (select(&Field::new(&field, "Field at Constant Contact").problem(problem_of(problems, &field)).required(),
                    &contact_fields(offer, &attribute.field), &attribute.field))
                (select(&Field::new(&column, "Filled from").problem(problem_of(problems, &column)).required(),
                    &sources, &attribute.source))
            }
            (shown_when(&column, &[CONSTANT], &text_input(
                &Field::new(&constant, "Text for everybody, if it is the same").problem(problem_of(problems, &constant)).required(),
                &TextInput { max_length: Some(255), ..TextInput::new(&attribute.constant) },
            )))
            div.button-row {
                (button(&Button::new("Remove").about(&title).kind(ButtonKind::Quiet).sends(THEN, &remove).action(&here).skips_validation()))
            }
        },
    )
}

fn contact_fields<'a>(offer: &'a Offer, chosen: &'a str) -> Vec<SelectOption<'a>> {
    let mut options = vec![SelectOption::new("", "Choose a field")];
    options.extend(standard_fields().map(|(name, words)| SelectOption::new(name, words)));
    options.extend(offer.custom_fields.iter().map(|field| {
        SelectOption::new(format!("cf:{}", field.name), format!("{} (custom field)", field.label))
    }));
    if !chosen.is_empty() && !options.iter().any(|option| option.value == chosen) {
        options.push(SelectOption::new(chosen, format!("{chosen} (not in this account)")));
    }
    options
}

/// What most people never need.
fn more(problems: &[Problem<'_>], entered: &Entered, offer: &Offer, last: &str) -> Markup {
    let identity = Field::new("identity_column", "Column with the customer id")
        .hint("It tells people apart when their address changes. Leave it open when the column is called CustomerId.")
        .problem(problem_of(problems, "identity_column"));
    let mut identities = columns(offer, "", &entered.identity_column);
    if let Some(first) = identities.first_mut() {
        first.label = "CustomerId, if there is one".into();
    }
    let new_field = Field::new("new_field", "Label of a new custom field")
        .hint("It is created at Constant Contact at once, as a field for text.")
        .problem(problem_of(problems, "new_field"));
    let fields = html! {
        (select(&identity, &identities, &entered.identity_column))
        (text_input(&new_field, &TextInput { max_length: Some(50), ..TextInput::new(&entered.new_field) }))
        div.button-row {
            (button(&Button::new("Create custom field").sends(THEN, "create_field").action(last).skips_validation()))
        }
    };
    let has_problem =
        ["identity_column", "new_field"].iter().any(|name| problem_of(problems, name).is_some());
    html! {
        // What is wrong must be seen.
        @if has_problem { (fields) } @else { (disclosure("Customer id, and new custom fields", &fields)) }
    }
}
