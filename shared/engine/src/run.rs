//! One run: the whole state of the engine for it, as it lies in S3.

use std::collections::BTreeMap;

use constant_contact::RequestKind;
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, RunId, SegmentName};
use domain::mapping::Mapping;
use jiff::Timestamp;
use planner::RunKind;
use serde::{Deserialize, Serialize};
use store::Document;

use crate::crashes::Crashes;
use crate::end::ParkReason;
use crate::finishing::Ended;
use crate::forecast::Forecast;
use crate::phase::{Phase, Sending};
use crate::service_counts::ServiceCounts;
use crate::warning::Warning;

/// Names a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// The export.
    pub export: ExportId,
    /// The run.
    pub run: RunId,
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A person.
    OnDemand,
    /// The schedule.
    Scheduled,
    /// A new snapshot.
    Upload,
}

/// What a run was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRequest {
    /// What started it.
    pub trigger: Trigger,
    /// Who asked, or who answers for scheduled runs; never an address.
    pub requested_by: String,
    /// What it is to do.
    #[serde(default)]
    pub kind: RunKind,
    /// A run that the brake stopped and that a person approved: exactly its plan may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<RunId>,
}

/// The export's configuration as the run uses it: a later change concerns later runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The connection.
    pub connection: ConnectionId,
    /// The account that it is bound to.
    pub account: AccountId,
    /// The list.
    pub list: ListId,
    /// The segments, in order.
    pub segments: Vec<SegmentName>,
    /// The mapping.
    pub mapping: Mapping,
}

/// Who may work on a run, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which process, and which call in it.
    pub holder: String,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its name.
    pub key: RunKey,
    /// What it was asked for.
    pub request: StartRequest,
    /// When it was created.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// Its configuration, once read.
    pub configuration: Option<Configuration>,
    /// Who works on it now.
    pub lease: Option<Lease>,
    /// Raised with every lease.
    pub fence: u64,
    /// When it should be worked on again.
    pub due_at: Option<Timestamp>,
    /// Why it waits for a person.
    pub parked: Option<ParkReason>,
    /// When the step began that needs one: whatever a person has done before that has not helped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked_at: Option<Timestamp>,
    /// Why it is waiting, for people.
    pub waiting: Option<Waiting>,
    /// Who asked for it to be cancelled, and when.
    pub cancel: Option<Cancellation>,
    /// How often in a row a step failed for a passing reason.
    pub failures: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Requests made, by kind.
    pub requests: BTreeMap<RequestKind, u64>,
    /// Things worth knowing that stopped nothing.
    pub warnings: Vec<Warning>,
    /// Since when it has been waiting for a snapshot that is being uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for_upload_since: Option<Timestamp>,
    /// The ledger objects that its plans were compared with: of no use to anybody once it has pointed to a newer
    /// one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared_ledgers: Vec<String>,
    /// What the service itself counted, over all activities that it completed.
    #[serde(default)]
    pub service: ServiceCounts,
    /// How many requests its plan needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
    /// How often callers died in it without any progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashes: Option<Crashes>,
    /// How often the outcome file could not be written.
    #[serde(default)]
    pub outcome_failures: u8,
}

impl Document for Run {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "run";
}

/// Why a run waits although no person is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Another run writes to the same list.
    List,
    /// Another run sends to the same account.
    Account,
    /// A newer snapshot is being uploaded.
    Snapshot,
    /// The service works on what was sent.
    Activities,
    /// An import's answer was lost; its fate is not known yet.
    LostAnswer,
    /// The service asked for patience, or the day's requests are used up.
    Quota,
    /// Something failed and is tried again.
    Retry,
}

/// Who asked for a run to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

impl Run {
    /// A run that has just been asked for.
    #[must_use]
    pub fn new(key: RunKey, request: StartRequest, now: Timestamp) -> Self {
        Self {
            key,
            request,
            created_at: now,
            started_at: None,
            configuration: None,
            lease: None,
            fence: 0,
            due_at: Some(now),
            parked: None,
            parked_at: None,
            waiting: None,
            cancel: None,
            failures: 0,
            phase: Phase::Queued,
            requests: BTreeMap::new(),
            warnings: Vec::new(),
            waiting_for_upload_since: None,
            compared_ledgers: Vec::new(),
            service: ServiceCounts::default(),
            forecast: None,
            crashes: None,
            outcome_failures: 0,
        }
    }

    /// How it ended, if it did.
    #[must_use]
    pub const fn ended(&self) -> Option<&Ended> {
        match &self.phase {
            Phase::Ended(ended) => Some(ended),
            _ => None,
        }
    }

    /// What it sends and has sent, while it does.
    #[must_use]
    pub fn sending(&self) -> Option<&Sending> {
        match &self.phase {
            Phase::Sending(sending) => Some(sending),
            Phase::Finishing(finishing) => finishing.sending.as_ref(),
            _ => None,
        }
    }

    /// Requests of all kinds.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }
}
