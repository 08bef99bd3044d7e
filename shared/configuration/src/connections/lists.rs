//! The lists of a connection's account: to choose from, to find by id or address, and to create.

use constant_contact::{Client, ContactCounts, ContactList, MembershipCount, NewList, ServiceError};
use domain::identifier::{ConnectionId, ListId};
use identity::Person;
use serde::Serialize;

use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::problems::Problems;

/// The longest name of a list, in characters (Constant Contact's V3 contract).
const LONGEST_NAME: usize = 255;

/// A list of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListItem {
    /// Its id, which is also in its page's address.
    pub id: ListId,
    /// Its name, unique in the account.
    pub name: String,
    /// How many members it has, those who cannot be sent to included.
    pub members: Option<u64>,
}

/// How many contacts the account has. What the customer pays depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ContactCountsView {
    /// All that are not deleted.
    pub total: Option<u64>,
    /// Those who count as active: with explicit or implicit permission.
    pub active: Option<u64>,
    /// Those who have not confirmed yet.
    pub pending: Option<u64>,
    /// Those who unsubscribed.
    pub unsubscribed: Option<u64>,
}

impl From<ContactCounts> for ContactCountsView {
    fn from(counts: ContactCounts) -> Self {
        let active = counts.active();
        let ContactCounts { total, pending, unsubscribed, .. } = counts;
        Self { total, active, pending, unsubscribed }
    }
}

impl From<ContactList> for ListItem {
    fn from(list: ContactList) -> Self {
        Self { id: list.list_id, name: list.name, members: list.membership_count }
    }
}

/// The list that a person means who enters its id, or the address of its page at Constant Contact. `None` when there is
/// no id in the text. An id is a UUID (Constant Contact's V3 contract); where the address holds it is not documented, so
/// it is found by its form.
#[must_use]
pub fn list_id_of(text: &str) -> Option<ListId> {
    const LENGTH: usize = 36;
    let text = text.trim();
    let is_id = |candidate: &str| {
        candidate.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    // A longer row of such characters is something else.
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
    let id = words.rev().find(|word| word.len() == LENGTH && is_id(word))?;
    ListId::new(id.to_ascii_lowercase()).ok()
}

impl Configuration {
    /// The lists of the account, by name.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NotFound` also for who may not use the connection.
    pub async fn lists(
        &self,
        person: &Person,
        connection: &ConnectionId,
    ) -> Result<Vec<ListItem>, ConfigurationError> {
        self.load_connection_to_use(person, connection).await?;
        let lists = self
            .with_client(connection, |client| async move { client.lists(MembershipCount::All).await })
            .await?;
        let living = lists.into_iter().filter(|list| list.deleted_at.is_none());
        let mut items: Vec<ListItem> = living.map(ListItem::from).collect();
        items.sort_by_key(|item| item.name.to_lowercase());
        Ok(items)
    }

    /// The list whose id, or whose page's address, is `text`, if the account has it.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `list` when there is no id in the text, or no such list in this account.
    pub async fn find_list(
        &self,
        person: &Person,
        connection: &ConnectionId,
        text: &str,
    ) -> Result<ListItem, ConfigurationError> {
        self.load_connection_to_use(person, connection).await?;
        let Some(id) = list_id_of(text) else {
            let message = "Enter the list's id, or the address of the list's page at Constant Contact.";
            return Err(ConfigurationError::invalid("list", "invalid", message));
        };
        let found = self
            .with_client(connection, |client| async move {
                match client.list(&id, MembershipCount::All).await {
                    Ok(list) => Ok(Some(list).filter(|list| list.deleted_at.is_none())),
                    // An id of another form than expected may be called invalid.
                    Err(ServiceError::NotFound | ServiceError::Invalid { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .await?;
        found.map(ListItem::from).ok_or_else(|| {
            let message = "This Constant Contact account has no such list; choose one of its lists.";
            ConfigurationError::invalid("list", "not_found", message)
        })
    }

    /// Creates a list in the account.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `name`, also when it is taken.
    pub async fn create_list(
        &self,
        person: &Person,
        connection: &ConnectionId,
        name: &str,
    ) -> Result<ListItem, ConfigurationError> {
        let owner = self.load_connection_to_use(person, connection).await?.content;
        let mut problems = Problems::default();
        let name = problems.name("name", name, LONGEST_NAME);
        problems.finish()?;
        let new = NewList { name: name.clone(), description: None, favorite: false };
        let event = AuditEvent::new("list.created", SubjectKind::List, &owner.id, name)
            .after(serde_json::json!({ "connection": owner.display_name }));
        let create = self.with_client(connection, |client| create_or_find(client, new));
        let created = self.audited(person, event, async { create.await?.ok_or_else(taken) }).await?;
        Ok(ListItem::from(created))
    }

    /// How many contacts the account has.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NotFound` also for who may not use the connection.
    pub async fn contact_counts(
        &self,
        person: &Person,
        connection: &ConnectionId,
    ) -> Result<ContactCountsView, ConfigurationError> {
        self.load_connection_to_use(person, connection).await?;
        let counts =
            self.with_client(connection, |client| async move { client.contact_counts().await }).await?;
        Ok(counts.into())
    }
}

fn taken() -> ConfigurationError {
    let message = "The account has a list of this name already; choose that one, or use another name.";
    ConfigurationError::invalid("name", "taken", message)
}

/// `None` when the name is taken. A creation of unclear outcome is looked for: names are unique in an account
/// (documented).
async fn create_or_find(client: Client, new: NewList) -> Result<Option<ContactList>, ServiceError> {
    match client.create_list(&new).await {
        Ok(list) => Ok(Some(list)),
        Err(ServiceError::Conflict { .. }) => Ok(None),
        Err(unclear @ ServiceError::Unclear(_)) => {
            // When even that cannot be told, it may have been created.
            let Ok(lists) = client.lists(MembershipCount::None).await else { return Err(unclear) };
            let found = lists.into_iter().find(|list| list.deleted_at.is_none() && list.name == new.name);
            found.map(Some).ok_or(unclear)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_by_its_id_or_its_page() {
        let id = "5a7d0d2e-96f0-11ef-b2a0-fa163eafb85e";
        for text in [
            id.to_owned(),
            format!("  {} ", id.to_uppercase()),
            format!("https://app.constantcontact.com/pages/contacts/ui#contacts/{id}"),
            format!("https://app.constantcontact.com/lists/{id}/members?page=2"),
            format!("https://example.com/?account=11111111-1111-1111-1111-111111111111&list={id}"),
        ] {
            assert_eq!(list_id_of(&text).map(|id| id.to_string()).as_deref(), Some(id), "{text}");
        }
        for text in ["", "News", "https://app.constantcontact.com/", "5a7d0d2e-96f0-11ef-b2a0-fa163eafb85e00"]
        {
            assert_eq!(list_id_of(text), None, "{text}");
        }
    }

    #[test]
    fn active_contacts_are_those_with_a_permission() {
        let counts = ContactCounts {
            total: Some(9),
            explicit: Some(2),
            implicit: Some(5),
            ..ContactCounts::default()
        };
        assert_eq!(ContactCountsView::from(counts).active, Some(7));
        assert_eq!(ContactCountsView::from(ContactCounts::default()).active, None);
    }
}
