//! A request, and what its answer took.

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Method, Request};
use identity::Role;
use tower::ServiceExt;

use super::company::Company;

/// A request of a person.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) role: Role,
    pub(crate) body: Option<serde_json::Value>,
    pub(crate) status: u16,
    /// How deep it may go.
    pub(crate) allowed: u32,
    /// It would ask Constant Contact: measured without the application's credentials, so that it does everything else.
    pub(crate) asks_the_service: bool,
}

/// What an answer took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) status: u16,
    pub(crate) depth: u32,
    pub(crate) calls: u32,
}

impl Case {
    pub(crate) fn page(role: Role, path: impl Into<String>) -> Self {
        let (path, allowed) = (path.into(), super::DEEPEST);
        Self { method: Method::GET, path, role, body: None, status: 200, allowed, asks_the_service: false }
    }

    pub(crate) fn read(path: &str) -> Self {
        Self::page(Role::Administrator, format!("/api/v1{path}"))
    }

    pub(crate) fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Deeper than others, for a reason that the comment beside it gives.
    pub(crate) fn deeper(self, allowed: u32) -> Self {
        Self { allowed, ..self }
    }

    pub(crate) fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn asks_the_service(self) -> Self {
        Self { asks_the_service: true, ..self }
    }

    pub(crate) fn posts(self, body: serde_json::Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..self }
    }
}

impl Company {
    pub(crate) async fn ask(&self, case: &Case) -> Measured {
        let request = Request::builder().method(case.method.clone()).uri(&case.path);
        let request = match case.path.starts_with("/api/") {
            true => request.header(AUTHORIZATION, format!("Bearer {}", self.workshop.world.token(case.role))),
            false => request.header(COOKIE, self.cookies(case.role)),
        };
        let request = match &case.body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(serde_json::to_vec(body).unwrap())),
            None => request.body(Body::empty()),
        };
        let router = if case.asks_the_service { &self.without_credentials } else { &self.router };
        let answering = async {
            let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
            let status = answer.status().as_u16();
            to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            status
        };
        let (status, (depth, calls)) = self.trips.during(answering).await;
        Measured { status, depth, calls }
    }

    /// Milliseconds of the processor for an answer, on the thread of the request: the mean of several, because the system
    /// counts in steps of some milliseconds.
    pub(crate) async fn processor_time(&self, case: &Case) -> f64 {
        const REQUESTS: u8 = 25;
        let before = processor_milliseconds();
        for _ in 0..REQUESTS {
            self.ask(case).await;
        }
        (processor_milliseconds() - before) / f64::from(REQUESTS)
    }
}

/// What this thread has used; nothing where the system does not say (Linux does).
fn processor_milliseconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<f64> = text.split(' ').next().and_then(|used| used.parse().ok());
    nanoseconds.unwrap_or_default() / 1_000_000.0
}
