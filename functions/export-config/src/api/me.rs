//! `/me`: as whom the caller is known.

use axum::Json;
use identity::Role;
use serde::Serialize;

use crate::web::ApiPerson;

/// Who is asking.
#[derive(Debug, Serialize)]
pub(super) struct Me {
    subject: String,
    display_name: String,
    role: Role,
}

pub(super) async fn show(ApiPerson(person): ApiPerson) -> Json<Me> {
    Json(Me {
        subject: person.subject,
        display_name: person.display_name.expose().clone(),
        role: person.role,
    })
}
