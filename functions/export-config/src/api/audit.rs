//! `/audit`: who did what.

use ::configuration::AuditEntry;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Parameters;
use super::words::{Role, SubjectKind};
use crate::app::App;
use crate::web::{ApiPerson, Problem};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_entries))
}

/// Which entries.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// `next` of the page before.
    after: Option<String>,
}

/// An entry of the audit log; it holds no rows of people and no secrets.
#[derive(Serialize, ToSchema)]
struct Entry {
    at: Timestamp,
    by: By,
    /// `null` when the product acted by itself, for the person who answers for it.
    role: Option<Role>,
    /// What was done, such as `connection.created`.
    action: String,
    subject: Subject,
    /// How it was before, as far as it changed.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// How it was afterwards, as far as it changed.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
struct By {
    /// The identity provider's lasting id of this person.
    subject: String,
    name: String,
}

/// What it was done to.
#[derive(Serialize, ToSchema)]
struct Subject {
    kind: SubjectKind,
    id: String,
    /// What people called it at the time.
    name: String,
}

impl From<AuditEntry> for Entry {
    fn from(entry: AuditEntry) -> Self {
        let subject = entry.subject;
        Self {
            at: entry.at,
            by: By { subject: entry.by.subject, name: entry.by.name },
            role: entry.role.map(Into::into),
            action: entry.action,
            subject: Subject { kind: subject.kind.into(), id: subject.id, name: subject.name },
            before: entry.before,
            after: entry.after,
        }
    }
}

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
struct AuditLog {
    items: Vec<Entry>,
    /// What to give as `after` for the next page; `null` on the last.
    next: Option<String>,
    /// So many entries of this page cannot be read; the log of the function names them.
    unreadable: usize,
}

/// Audit log
///
/// The newest entry first; for administrators.
#[utoipa::path(
    get, path = "/audit", tag = "operation", params(AuditQuery),
    responses((status = OK, body = AuditLog, description = "A page of the log.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
async fn list_audit_entries(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Json<AuditLog>, Problem> {
    let page = app.configuration().audit(&person, query.after.as_deref()).await?;
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(Json(AuditLog { items, next: page.next, unreadable: page.unreadable }))
}
