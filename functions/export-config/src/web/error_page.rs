//! Errors as pages: what happened, and what to do next.

use ::configuration::ConfigurationError;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use console::{Button, EmptyState, Level, empty_state, link_button, notice, page_header};
use domain::in_one_line;
use jiff::Timestamp;
use maud::{Markup, html};

use super::console_error::ConsoleError;
use super::page::Page;
use super::status::{explanation, log_if_ours, retry_after, status_of};

/// The page for an error of a handler.
pub(super) fn of(error: &ConsoleError, now: Timestamp) -> Response {
    match error {
        ConsoleError::Refused(error) => refused(error, now),
        ConsoleError::NoSuchPage => not_found("There is no page at this address.").into_response(),
        ConsoleError::WrongMethod => {
            let text = "This address cannot be opened by itself. Go back, reload the page, and try again.";
            simple("This does not work here", text, StatusCode::METHOD_NOT_ALLOWED).into_response()
        }
        ConsoleError::ForeignForm => {
            let text =
                "The form was sent from another site, so nothing was done. Open the page here and repeat it.";
            simple("Nothing was done", text, StatusCode::FORBIDDEN).into_response()
        }
        ConsoleError::OutdatedForm => {
            let text = "The form was shown before you signed in as the person that you are now, so nothing was done. Go \
                        back, reload the page, and try again.";
            simple("Nothing was done", text, StatusCode::FORBIDDEN).into_response()
        }
        ConsoleError::TooLarge => {
            let text = "The form is larger than this product accepts. Go back and enter less at once.";
            simple("Nothing was done", text, StatusCode::PAYLOAD_TOO_LARGE).into_response()
        }
        ConsoleError::FreshSignIn(_) | ConsoleError::NobodySignedIn => {
            tracing::error!(error = %in_one_line(error), "a page could not be answered");
            let text = "This page cannot be shown. Tell the operator of this product.";
            simple("Something is wrong here", text, StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

/// The page of an action that was refused and has no form to say so in.
fn refused(error: &ConfigurationError, now: Timestamp) -> Response {
    log_if_ours(error);
    let status = status_of(error);
    if status == StatusCode::NOT_FOUND {
        return not_found(&explanation(error)).into_response();
    }
    let title = match error {
        ConfigurationError::Forbidden { .. } => "You may not do this",
        ConfigurationError::Stale => "Somebody else was faster",
        ConfigurationError::SetUpNeeded => "Not set up yet",
        ConfigurationError::Unavailable(_)
        | ConfigurationError::NotAsked(_)
        | ConfigurationError::Service(_) => "Please try again",
        _ => "This was not done",
    };
    let content = html! {
        (page_header(title, None, None))
        (notice(Level::Error, &explanation(error), &reasons(error)))
        div.button-row { (next_step(error)) }
    };
    let page = Page::new(title, content).status(status);
    match retry_after(error, now) {
        Some(seconds) => ([(RETRY_AFTER, seconds.to_string())], page).into_response(),
        None => page.into_response(),
    }
}

fn reasons(error: &ConfigurationError) -> Markup {
    html! {
        @if let ConfigurationError::Invalid(problems) = error {
            ul { @for problem in problems { li { (problem.message) } } }
        }
    }
}

fn next_step(error: &ConfigurationError) -> Markup {
    match error {
        ConfigurationError::SetUpNeeded | ConfigurationError::ApplicationRefused => {
            link_button(&Button::new("Set up"), "/set-up")
        }
        ConfigurationError::NotConnected { .. } | ConfigurationError::NeedsReauthentication => {
            link_button(&Button::new("Connections"), "/connections")
        }
        _ => link_button(&Button::new("Exports"), "/exports"),
    }
}

fn not_found(text: &str) -> Page {
    let content = html! {
        (page_header("Not found", None, None))
        (empty_state(&EmptyState {
            title: "There is nothing here",
            explanation: text,
            next_step: link_button(&Button::new("Exports"), "/exports"),
        }))
    };
    Page::new("Not found", content).status(StatusCode::NOT_FOUND)
}

/// For as long as the identity provider cannot be asked; the session stays.
pub(super) fn issuer_unavailable() -> Page {
    let text = "The identity provider does not answer, so we cannot say who you are. You stay signed in. Reload this page \
                in a moment.";
    simple("Please try again", text, StatusCode::BAD_GATEWAY)
}

/// A page with nothing but a sentence.
pub(super) fn simple(title: &str, text: &str, status: StatusCode) -> Page {
    let content = html! {
        (page_header(title, None, None))
        (notice(Level::Error, text, &html! {}))
        div.button-row { (link_button(&Button::new("Exports"), "/exports")) }
    };
    Page::new(title, content).status(status)
}
