//! A page as a handler makes it: everything but the frame.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use console::{Crumb, Flash, Section, Shell, SignedIn};
use identity::Role;
use maud::Markup;

use super::console_person::ConsolePerson;
use super::flash::Notice;

/// What a page shows. The console's layer puts it into the frame, with the person, the navigation and what is to be said
/// about the last action.
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    section: Option<Section>,
    crumbs: Vec<Crumb<'static>>,
    status: StatusCode,
    content: Markup,
}

impl Page {
    /// A page with this title in the window and at the end of the breadcrumb. Its heading is part of the content.
    pub fn new(title: impl Into<String>, content: Markup) -> Self {
        Self { title: title.into(), section: None, crumbs: Vec::new(), status: StatusCode::OK, content }
    }

    /// The entry of the navigation that it belongs to.
    #[must_use]
    pub const fn section(mut self, section: Section) -> Self {
        self.section = Some(section);
        self
    }

    /// A place above it, the highest one first.
    #[must_use]
    pub fn below(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb::new(label.into(), href.into()));
        self
    }

    /// Another status than 200.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The whole page.
    pub(super) fn framed(&self, person: Option<&ConsolePerson>, notices: &[Notice]) -> String {
        let flashes: Vec<_> = notices
            .iter()
            .map(|notice| Flash { level: notice.level(), text: notice.text().into() })
            .collect();
        let person = person.map(|person| SignedIn {
            name: person.display_name.expose(),
            role: person.role.label(),
            administrator: person.role == Role::Administrator,
            csrf: person.csrf(),
        });
        let shell = Shell {
            title: &self.title,
            section: self.section,
            person,
            flashes: &flashes,
            breadcrumb: &self.crumbs,
        };
        console::page(&shell, &self.content).into_string()
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Puts the page that `response` holds, if there is one, into its frame.
pub(super) fn frame(response: &mut Response, person: Option<&ConsolePerson>, notices: &[Notice]) -> bool {
    let Some(page) = response.extensions_mut().remove::<Arc<Page>>() else { return false };
    *response.body_mut() = Body::from(page.framed(person, notices));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    true
}

/// A part of a page, for the script that renews it (`console::live`).
#[derive(Debug, Clone)]
pub struct Fragment(pub Markup);

impl IntoResponse for Fragment {
    fn into_response(self) -> Response {
        Html(self.0.into_string()).into_response()
    }
}
