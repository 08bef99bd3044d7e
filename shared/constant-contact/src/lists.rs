//! Contact lists.

use std::collections::HashSet;

use domain::identifier::ListId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::Client;
use crate::error::ServiceError;
use crate::gate::RequestKind;
use crate::page::{Cursor, Progress};
use crate::wire::{Links, count, moment, null_as_default, text};

const PATH: &str = "/contact_lists";

/// The contract's text allows 500 a page, its schema 1,000: the smaller is safe under both.
const PAGE: &str = "500";

/// Which members to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipCount {
    /// None; the quickest.
    None,
    /// Everybody on the list.
    All,
    /// Those who can be sent to.
    Active,
}

impl MembershipCount {
    fn add_to(self, url: &mut Url) {
        let value = match self {
            Self::None => return,
            Self::All => "all",
            Self::Active => "active",
        };
        url.query_pairs_mut().append_pair("include_membership_count", value);
    }
}

/// A list of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactList {
    /// The list's id.
    pub list_id: ListId,
    /// Its name, unique in the account.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// Present when the list was deleted.
    pub deleted_at: Option<Timestamp>,
    /// How many members it has, if that was asked for.
    pub membership_count: Option<u64>,
}

/// A list to create.
#[derive(Debug, Clone, Serialize)]
pub struct NewList {
    /// Unique in the account, at most 255 characters.
    pub name: String,
    /// At most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it appears among the favourites.
    pub favorite: bool,
}

#[derive(Deserialize)]
struct WireList {
    #[serde(default, deserialize_with = "text")]
    list_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "moment")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    deleted_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "count")]
    membership_count: Option<u64>,
}

impl WireList {
    fn into_list(self) -> Option<ContactList> {
        Some(ContactList {
            list_id: ListId::new(self.list_id?).ok()?,
            name: self.name.unwrap_or_default(),
            description: self.description,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            membership_count: self.membership_count,
        })
    }
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default, deserialize_with = "null_as_default")]
    lists: Vec<WireList>,
    #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
    links: Links,
}

const WITHOUT_ID: ServiceError =
    ServiceError::UnexpectedAnswer { status: 200, what: "with a list without a usable id" };

impl Client {
    /// Every list that is not deleted; an account has at most 1,000 (documented), so three requests at most.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn lists(&self, members: MembershipCount) -> Result<Vec<ContactList>, ServiceError> {
        let mut first = self.transport.url(PATH);
        first.query_pairs_mut().append_pair("limit", PAGE);
        members.add_to(&mut first);
        let mut lists = Vec::new();
        let mut ids = HashSet::new();
        let mut progress = Progress::default();
        let mut after: Option<Cursor> = None;
        loop {
            let page: WirePage = self.get_page(PATH, first.clone(), after.as_ref()).await?;
            // Pages may repeat what changed meanwhile.
            for list in page.lists.into_iter().filter_map(WireList::into_list) {
                if ids.insert(list.list_id.clone()) {
                    lists.push(list);
                }
            }
            let Some(next) = page.links.next_href() else { return Ok(lists) };
            after = Some(progress.follow(Cursor::new(next))?);
        }
    }

    /// One list. A deleted one is either not found or has `deleted_at`.
    ///
    /// # Errors
    /// [`ServiceError`]; `NotFound` when there is no such list.
    pub async fn list(&self, id: &ListId, members: MembershipCount) -> Result<ContactList, ServiceError> {
        let mut url = self.transport.url(&format!("{PATH}/{id}"));
        members.add_to(&mut url);
        let list: WireList = self.get("/contact_lists/{list_id}", url).await?;
        list.into_list().ok_or(WITHOUT_ID)
    }

    /// Creates a list.
    ///
    /// # Errors
    /// [`ServiceError`]; `Conflict` when the name is in use; `Unclear` when it may have been created: read the
    /// lists before trying again.
    pub async fn create_list(&self, list: &NewList) -> Result<ContactList, ServiceError> {
        let created: WireList = self.post(PATH, RequestKind::Change, list).await?;
        created.into_list().ok_or(WITHOUT_ID)
    }
}
