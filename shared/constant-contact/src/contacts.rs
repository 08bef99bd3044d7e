//! Reading contacts, page by page.

use domain::Sensitive;
use domain::identifier::ListId;
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::client::Client;
use crate::error::ServiceError;
use crate::page::Cursor;
use crate::wire::{Links, count, moment, null_as_default, text};

const PATH: &str = "/contacts";

/// The most contacts that one page can hold (contract).
pub const LARGEST_PAGE: u32 = 500;

/// A contact's status, to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the contract's own")]
pub enum ContactStatus {
    All,
    Active,
    Deleted,
    NotSet,
    PendingConfirmation,
    TempHold,
    Unsubscribed,
}

impl ContactStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::Deleted => "deleted",
            Self::NotSet => "not_set",
            Self::PendingConfirmation => "pending_confirmation",
            Self::TempHold => "temp_hold",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// Which contacts to read. Every part is optional; an empty query reads all that are not deleted.
#[derive(Debug, Clone, Default)]
pub struct ContactQuery {
    /// Contacts of any of these.
    pub status: Vec<ContactStatus>,
    /// Members of any of these lists, at most 25.
    pub lists: Vec<ListId>,
    /// The one contact with this address.
    pub email: Option<Sensitive<String>>,
    /// Changed after this moment.
    pub updated_after: Option<Timestamp>,
    /// Changed before this moment.
    pub updated_before: Option<Timestamp>,
    /// Unsubscribed after this moment.
    pub optout_after: Option<Timestamp>,
    /// Created after this moment.
    pub created_after: Option<Timestamp>,
    /// Whether to say on which lists each contact is.
    pub list_memberships: bool,
    /// Contacts a page, 1 to 500.
    pub limit: Option<u32>,
    /// Whether to say how many contacts there are on all pages together.
    pub count: bool,
}

impl ContactQuery {
    fn url(&self, mut url: Url) -> Url {
        let mut pairs = Vec::new();
        let mut add = |name: &'static str, value: String| pairs.push((name, value));
        add("limit", self.limit.unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE).to_string());
        if !self.status.is_empty() {
            let statuses: Vec<_> = self.status.iter().map(|status| status.as_str()).collect();
            add("status", statuses.join(","));
        }
        if !self.lists.is_empty() {
            let lists: Vec<_> = self.lists.iter().map(ListId::as_str).collect();
            add("lists", lists.join(","));
        }
        if let Some(email) = &self.email {
            add("email", email.expose().clone());
        }
        let moments = [
            ("updated_after", self.updated_after),
            ("updated_before", self.updated_before),
            ("optout_after", self.optout_after),
            ("created_after", self.created_after),
        ];
        for (name, moment) in moments {
            if let Some(moment) = moment {
                // Whole seconds, the form of recorded answers.
                add(name, moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            }
        }
        if self.list_memberships {
            add("include", "list_memberships".to_owned());
        }
        if self.count {
            add("include_count", "true".to_owned());
        }
        url.query_pairs_mut().extend_pairs(pairs);
        url
    }
}

/// A contact, as far as an export needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The contact's id.
    pub contact_id: Uuid,
    /// Missing for contacts that are reached by SMS only.
    pub email: Option<Sensitive<String>>,
    /// Such as `implicit` or `unsubscribed`.
    pub permission_to_send: Option<String>,
    /// When the contact unsubscribed.
    pub opt_out_date: Option<Timestamp>,
    /// When the contact was created.
    pub created_at: Option<Timestamp>,
    /// When anything of the contact last changed.
    pub updated_at: Option<Timestamp>,
    /// Present when the contact was deleted.
    pub deleted_at: Option<Timestamp>,
    /// The contact's lists, if they were asked for.
    pub list_memberships: Vec<ListId>,
}

/// One page of contacts.
#[derive(Debug, Clone)]
pub struct ContactPage {
    /// The contacts. Those of different pages can overlap.
    pub contacts: Vec<Contact>,
    /// How many of the page had no usable id.
    pub unusable: usize,
    /// How many contacts all pages together have (`contacts_count` of the contract), if it was asked for.
    pub count: Option<u64>,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
}

/// How many contacts the account has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ContactCounts {
    /// All that are not deleted.
    #[serde(deserialize_with = "count")]
    pub total: Option<u64>,
    /// With explicit permission.
    #[serde(deserialize_with = "count")]
    pub explicit: Option<u64>,
    /// With implicit permission.
    #[serde(deserialize_with = "count")]
    pub implicit: Option<u64>,
    /// Who have not confirmed yet.
    #[serde(deserialize_with = "count")]
    pub pending: Option<u64>,
    /// Who unsubscribed.
    #[serde(deserialize_with = "count")]
    pub unsubscribed: Option<u64>,
}

impl ContactCounts {
    /// Those who count as active, which the price of an account goes by: with explicit or implicit permission.
    #[must_use]
    pub fn active(&self) -> Option<u64> {
        match (self.explicit, self.implicit) {
            (None, None) => None,
            (explicit, implicit) => Some(explicit.unwrap_or(0) + implicit.unwrap_or(0)),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireEmail {
    #[serde(deserialize_with = "text")]
    address: Option<String>,
    #[serde(deserialize_with = "text")]
    permission_to_send: Option<String>,
    #[serde(deserialize_with = "moment")]
    opt_out_date: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireContact {
    #[serde(deserialize_with = "text")]
    contact_id: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    email_address: WireEmail,
    #[serde(deserialize_with = "moment")]
    created_at: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    updated_at: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    deleted_at: Option<Timestamp>,
    #[serde(deserialize_with = "null_as_default")]
    list_memberships: Vec<String>,
}

impl WireContact {
    fn into_contact(self) -> Option<Contact> {
        Some(Contact {
            contact_id: Uuid::parse_str(&self.contact_id?).ok()?,
            email: self.email_address.address.map(Sensitive::new),
            permission_to_send: self.email_address.permission_to_send,
            opt_out_date: self.email_address.opt_out_date,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            list_memberships: self
                .list_memberships
                .into_iter()
                .filter_map(|id| ListId::new(id).ok())
                .collect(),
        })
    }
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default, deserialize_with = "null_as_default")]
    contacts: Vec<WireContact>,
    #[serde(default, deserialize_with = "count")]
    contacts_count: Option<u64>,
    #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
    links: Links,
}

impl Client {
    /// One page of the contacts that `query` describes: the first, or the one at `after`, which must come from a
    /// page of the same query. Keep [`ContactPage::next`] to go on in another process.
    ///
    /// # Errors
    /// [`ServiceError`]; `UnexpectedAnswer` when `after` is no cursor of contacts.
    pub async fn contacts(
        &self,
        query: &ContactQuery,
        after: Option<&Cursor>,
    ) -> Result<ContactPage, ServiceError> {
        let first = query.url(self.transport.url(PATH));
        let page: WirePage = self.get_page(PATH, first, after).await?;
        let (received, count) = (page.contacts.len(), page.contacts_count);
        let contacts: Vec<_> = page.contacts.into_iter().filter_map(WireContact::into_contact).collect();
        let next = page.links.next_href().map(Cursor::new);
        if next.is_some() && next.as_ref() == after {
            return Err(ServiceError::UnexpectedAnswer {
                status: 200,
                what: "with pages that lead in a circle",
            });
        }
        Ok(ContactPage { unusable: received - contacts.len(), contacts, count, next })
    }

    /// The contact with this address, deleted or not, with its lists; none when the account has none.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn contact_by_email(&self, email: &Sensitive<String>) -> Result<Option<Contact>, ServiceError> {
        let query = ContactQuery {
            status: vec![ContactStatus::All],
            email: Some(email.clone()),
            list_memberships: true,
            limit: Some(1),
            ..ContactQuery::default()
        };
        match self.contacts(&query, None).await {
            Ok(page) => Ok(page.contacts.into_iter().next()),
            Err(ServiceError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many contacts the account has; what it pays depends on it.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn contact_counts(&self) -> Result<ContactCounts, ServiceError> {
        const PATH: &str = "/contacts/counts";
        self.get(PATH, self.transport.url(PATH)).await
    }
}
