//! *Connection for export* and *Constant Contact List ID*.

use console::{
    Button, Choice, Field, Level, Problem, SelectOption, TextInput, button, notice, number, problem_of,
    radio_group, select, shown_when, text_input,
};
use maud::{Markup, html};

use super::entered::Entered;
use super::offer::Offer;
use super::step::THEN;

/// The fields of the destination.
pub(super) fn fields(problems: &[Problem<'_>], entered: &Entered, offer: &Offer) -> Markup {
    let mut connections = vec![SelectOption::new("", "Choose a connection")];
    connections.extend(offer.connections.iter().map(|connection| {
        let label = format!("{} ({})", connection.display_name, connection.kind);
        SelectOption::new(connection.id.as_str(), label)
    }));
    let connection = Field::new("connection", "Connection for export")
        .problem(problem_of(problems, "connection"))
        .required();
    html! {
        (select(&connection, &connections, &entered.connection))
        @if offer.connections.len() > 1 {
            div.button-row {
                (button(&Button::new("Show the lists of this connection").sends(THEN, "show").skips_validation()))
            }
            p.hint { "Another connection has other lists: choosing one clears the list." }
        }
        @if offer.has_account(entered) { (list(problems, entered, offer)) }
    }
}

fn list(problems: &[Problem<'_>], entered: &Entered, offer: &Offer) -> Markup {
    let mut ways = Vec::new();
    if offer.account_problem.is_none() {
        ways.push(Choice::new("pick", "One of the account's lists"));
    }
    ways.push(Choice::new("id", "By its id or address"));
    ways.push(Choice::new("new", "A new list"));
    let field = Field::new("list", "Constant Contact List ID")
        .hint("It is in the list's URL. Pick the list by its name, or enter its id or the whole URL.")
        .problem(problem_of(problems, "list"))
        .required();
    html! {
        @if let Some(problem) = &offer.account_problem {
            (notice(Level::Warning, "The account's lists cannot be shown", &html! { p { (problem) } }))
        }
        (radio_group(&field, &ways, &entered.list.way))
        @if offer.account_problem.is_none() {
            (shown_when("list", &["pick"], &picker(entered, offer)))
        }
        (shown_when("list", &["id"], &text_input(
            &Field::new("list_id", "Id or URL of the list").required(),
            &TextInput::new(&entered.list.id),
        )))
        (shown_when("list", &["new"], &text_input(
            &Field::new("list_name", "Name of the new list").hint("It is created at Constant Contact when you save.").required(),
            &TextInput { max_length: Some(255), ..TextInput::new(&entered.list.name) },
        )))
    }
}

fn picker(entered: &Entered, offer: &Offer) -> Markup {
    let mut lists = vec![SelectOption::new("", "Choose a list")];
    lists.extend(offer.lists.iter().map(|list| {
        let label = match list.members {
            Some(members) => format!("{}, {} members", list.name, number(members)),
            None => list.name.clone(),
        };
        SelectOption::new(list.id.as_str(), label)
    }));
    select(&Field::new("list_picked", "List").required(), &lists, &entered.list.picked)
}
