//! The account's own fields of a contact: to map columns to, and to create.

use constant_contact::{Client, CustomField, ServiceError};
use domain::identifier::ConnectionId;
use identity::Person;
use serde::Serialize;

use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::problems::Problems;

/// The longest label, in characters (Constant Contact's V3 contract).
const LONGEST_LABEL: usize = 50;

/// A field that the account defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomFieldItem {
    /// What people see.
    pub label: String,
    /// What a mapping calls it, after `cf:`.
    pub name: String,
    /// Such as `string` or `date`, if the service says so.
    pub kind: Option<String>,
}

impl From<CustomField> for CustomFieldItem {
    fn from(field: CustomField) -> Self {
        Self { label: field.label, name: field.name, kind: field.field_type }
    }
}

impl Configuration {
    /// The account's custom fields, by label.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NotFound` also for who may not use the connection.
    pub async fn custom_fields(
        &self,
        person: &Person,
        connection: &ConnectionId,
    ) -> Result<Vec<CustomFieldItem>, ConfigurationError> {
        self.load_connection_to_use(person, connection).await?;
        let fields =
            self.with_client(connection, |client| async move { client.custom_fields().await }).await?;
        let mut items: Vec<CustomFieldItem> = fields.into_iter().map(CustomFieldItem::from).collect();
        items.sort_by_key(|item| item.label.to_lowercase());
        Ok(items)
    }

    /// Creates a custom field of text, the type that takes every value.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `label`, also when it is taken.
    pub async fn create_custom_field(
        &self,
        person: &Person,
        connection: &ConnectionId,
        label: &str,
    ) -> Result<CustomFieldItem, ConfigurationError> {
        let owner = self.load_connection_to_use(person, connection).await?.content;
        let mut problems = Problems::default();
        let label = problems.name("label", label, LONGEST_LABEL);
        problems.finish()?;
        let event =
            AuditEvent::new("custom_field.created", SubjectKind::CustomField, &owner.id, label.as_str())
                .after(serde_json::json!({ "connection": owner.display_name }));
        let create = self.with_client(connection, |client| create_or_find(client, label));
        let created = self.audited(person, event, async { create.await?.ok_or_else(taken) }).await?;
        Ok(created.into())
    }
}

fn taken() -> ConfigurationError {
    let message =
        "The account has a custom field of this name already; choose that one, or use another name.";
    ConfigurationError::invalid("label", "taken", message)
}

/// `None` when the label is taken. A creation of unclear outcome is looked for: labels are unique in an account
/// (Constant Contact's V3 contract).
async fn create_or_find(client: Client, label: String) -> Result<Option<CustomField>, ServiceError> {
    match client.create_custom_field(&label).await {
        Ok(field) => Ok(Some(field)),
        Err(ServiceError::Conflict { .. }) => Ok(None),
        Err(unclear @ ServiceError::Unclear(_)) => {
            // When even that cannot be told, it may have been created.
            let Ok(fields) = client.custom_fields().await else { return Err(unclear) };
            fields.into_iter().find(|field| field.label == label).map(Some).ok_or(unclear)
        }
        Err(error) => Err(error),
    }
}
