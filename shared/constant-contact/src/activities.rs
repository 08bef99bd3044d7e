//! Bulk activities: what becomes of an import, a removal or an export after the service took it.

use domain::Sensitive;
use domain::identifier::ActivityId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Client;
use crate::error::ServiceError;
use crate::exports::ContactExportId;
use crate::page::Cursor;
use crate::wire::{Links, count, moment, null_as_default, text};

pub(crate) const PATH: &str = "/activities";

/// How long the service keeps an activity's record (documented).
pub const ACTIVITY_RETENTION: std::time::Duration = std::time::Duration::from_hours(240);

/// Where an activity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityState {
    /// Received.
    Initialized,
    /// Being worked on.
    Processing,
    /// Done; single rows may have been refused all the same.
    Completed,
    /// Ended by the service or its staff.
    Cancelled,
    /// Ended without having been completed; how much was done is not known.
    Failed,
    /// As `Failed`, for want of time.
    TimedOut,
    /// A word that the contract does not have. Not taken for an end.
    Unknown,
}

impl ActivityState {
    fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("initialized") => Self::Initialized,
            Some("processing") => Self::Processing,
            Some("completed") => Self::Completed,
            Some("cancelled" | "canceled") => Self::Cancelled,
            Some("failed") => Self::Failed,
            // The contract's prose writes the second.
            Some("timed_out" | "time_out") => Self::TimedOut,
            _ => Self::Unknown,
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed | Self::TimedOut)
    }
}

/// The counters of an activity; which are present depends on its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ActivityCounts {
    /// Import: rows, the header row that the service adds included. Others: contacts concerned.
    #[serde(deserialize_with = "count")]
    pub items_total_count: Option<u64>,
    /// Contacts done.
    #[serde(deserialize_with = "count")]
    pub items_completed_count: Option<u64>,
    /// Import: contacts in it, each address counted once.
    #[serde(deserialize_with = "count")]
    pub person_count: Option<u64>,
    /// Import: rows refused for good.
    #[serde(deserialize_with = "count")]
    pub error_count: Option<u64>,
    /// Import: rows with an error that only a person can correct, in the service's own screens.
    #[serde(deserialize_with = "count")]
    pub correctable_count: Option<u64>,
    /// Import: contacts who had unsubscribed and were not put on the list. They are never named.
    #[serde(deserialize_with = "count")]
    pub cannot_add_to_list_count: Option<u64>,
    /// Changes of lists: lists in the request. An import has none.
    #[serde(deserialize_with = "count")]
    pub list_count: Option<u64>,
}

/// An activity.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Its id.
    pub activity_id: ActivityId,
    /// Where it stands.
    pub state: ActivityState,
    /// When the service took it.
    pub created_at: Option<Timestamp>,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When its record last changed.
    pub updated_at: Option<Timestamp>,
    /// 0 to 100.
    pub percent_done: Option<u64>,
    /// The service's texts about single rows, raw: see [`crate::refused_rows()`].
    pub errors: Vec<Sensitive<String>>,
    /// Its counters.
    pub counts: ActivityCounts,
    /// For some imports: the name of what was sent. Not every import has one.
    pub source_file_name: Option<String>,
    /// For contact exports: where the result is.
    pub export: Option<ContactExportId>,
}

impl Activity {
    /// Whether this can be an import, as far as its record tells: the service names no kind, and which counters
    /// are there at first is not documented, so that others than imports can pass.
    #[must_use]
    pub const fn may_be_import(&self) -> bool {
        self.counts.person_count.is_some() || (self.export.is_none() && self.counts.list_count.is_none())
    }
}

#[derive(Deserialize)]
pub(crate) struct WireActivity {
    #[serde(default, deserialize_with = "text")]
    activity_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "moment")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    completed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "count")]
    percent_done: Option<u64>,
    #[serde(default, deserialize_with = "null_as_default")]
    activity_errors: Vec<Value>,
    #[serde(default, deserialize_with = "null_as_default")]
    status: ActivityCounts,
    #[serde(default, deserialize_with = "text")]
    source_file_name: Option<String>,
    #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
    links: Links,
}

impl WireActivity {
    /// None without a usable id: nothing could be done with it.
    pub(crate) fn into_activity(self) -> Option<Activity> {
        let results = self.links.results.and_then(|link| link.href);
        Some(Activity {
            activity_id: ActivityId::new(self.activity_id?).ok()?,
            state: ActivityState::from_word(self.state.as_deref()),
            created_at: self.created_at,
            started_at: self.started_at,
            completed_at: self.completed_at,
            updated_at: self.updated_at,
            percent_done: self.percent_done,
            errors: self.activity_errors.iter().filter_map(error_text).map(Sensitive::new).collect(),
            counts: self.status,
            source_file_name: self.source_file_name,
            export: results.as_deref().and_then(ContactExportId::from_href),
        })
    }
}

/// A text, or (generic activities of the contract) an object with a message.
fn error_text(error: &Value) -> Option<String> {
    error.as_str().or_else(|| error.get("message")?.as_str()).map(str::to_owned)
}

/// One page of activities.
#[derive(Debug, Clone)]
pub struct ActivityPage {
    /// The activities; their order is not documented.
    pub activities: Vec<Activity>,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default, deserialize_with = "null_as_default")]
    activities: Vec<WireActivity>,
    #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
    links: Links,
}

impl Client {
    /// One activity.
    ///
    /// # Errors
    /// [`ServiceError`]; `NotFound` when it is unknown or older than [`ACTIVITY_RETENTION`].
    pub async fn activity(&self, id: &ActivityId) -> Result<Activity, ServiceError> {
        let url = self.transport.url(&format!("{PATH}/{id}"));
        let activity: WireActivity = self.get("/activities/{activity_id}", url).await?;
        activity.into_activity().ok_or(WITHOUT_ID)
    }

    /// Up to 500 activities of the account, of any kind and state: the way to watch many with one request.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn activities(&self, after: Option<&Cursor>) -> Result<ActivityPage, ServiceError> {
        let mut first = self.transport.url(PATH);
        first.query_pairs_mut().append_pair("limit", "500");
        let page: WirePage = self.get_page(PATH, first, after).await?;
        Ok(ActivityPage {
            activities: page.activities.into_iter().filter_map(WireActivity::into_activity).collect(),
            next: page.links.next_href().map(Cursor::new),
        })
    }
}

/// The service took something, but what it calls it is not known.
pub(crate) const WITHOUT_ID: ServiceError =
    ServiceError::UnexpectedAnswer { status: 200, what: "with an activity without a usable id" };
