//! The account's own fields of a contact.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::ServiceError;
use crate::gate::RequestKind;
use crate::page::{Cursor, Progress};
use crate::wire::{Links, null_as_default, text};

const PATH: &str = "/contact_custom_fields";

/// The largest page of the contract; an account has at most 100 fields (documented).
const PAGE: &str = "100";

/// A field that the account defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// The field's id.
    pub custom_field_id: String,
    /// What people see; unique in the account.
    pub label: String,
    /// What an import calls it, after `cf:`. Never derive it from the label: the contract and recorded answers
    /// disagree about how the service does.
    pub name: String,
    /// Such as `string` or `date`.
    pub field_type: Option<String>,
}

#[derive(Deserialize)]
struct WireField {
    #[serde(default, deserialize_with = "text")]
    custom_field_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    label: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    field_type: Option<String>,
}

impl WireField {
    fn into_field(self) -> Option<CustomField> {
        let name = self.name.filter(|name| !name.is_empty())?;
        Some(CustomField {
            custom_field_id: self.custom_field_id?,
            label: self.label.unwrap_or_else(|| name.clone()),
            name,
            field_type: self.field_type,
        })
    }
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default, deserialize_with = "null_as_default")]
    custom_fields: Vec<WireField>,
    #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
    links: Links,
}

#[derive(Serialize)]
struct NewField<'a> {
    label: &'a str,
    r#type: &'static str,
}

impl Client {
    /// Every custom field of the account.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn custom_fields(&self) -> Result<Vec<CustomField>, ServiceError> {
        let mut first = self.transport.url(PATH);
        first.query_pairs_mut().append_pair("limit", PAGE);
        let mut fields = Vec::new();
        let mut ids = HashSet::new();
        let mut progress = Progress::default();
        let mut after: Option<Cursor> = None;
        loop {
            let page: WirePage = self.get_page(PATH, first.clone(), after.as_ref()).await?;
            for field in page.custom_fields.into_iter().filter_map(WireField::into_field) {
                if ids.insert(field.custom_field_id.clone()) {
                    fields.push(field);
                }
            }
            let Some(next) = page.links.next_href() else { return Ok(fields) };
            after = Some(progress.follow(Cursor::new(next))?);
        }
    }

    /// Creates a field of text, the type that takes every value of up to 255 characters. `label` has at most 50.
    ///
    /// # Errors
    /// [`ServiceError`]; `Conflict` when the label is in use; `Unclear` when it may have been created: read the
    /// fields before trying again.
    pub async fn create_custom_field(&self, label: &str) -> Result<CustomField, ServiceError> {
        let field = NewField { label, r#type: "string" };
        let created: WireField = self.post(PATH, RequestKind::Change, &field).await?;
        created
            .into_field()
            .ok_or(ServiceError::UnexpectedAnswer { status: 201, what: "with a custom field without a name" })
    }
}
