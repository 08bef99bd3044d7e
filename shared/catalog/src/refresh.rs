//! When everything is refreshed by itself: the system schedule, the upload trigger, and the pause.

use jiff::Timestamp;
use schedule::RefreshSchedule;
use serde::{Deserialize, Serialize};
use store::Document;

use crate::Actor;

/// What starts exports without a person, for the whole installation. Nothing does until an administrator says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshSettings {
    /// The system refresh.
    #[serde(default)]
    pub schedule: RefreshSchedule,
    /// Whether a new snapshot starts the exports on system refresh that contain its segment.
    #[serde(default)]
    pub upload_trigger: bool,
    /// Every automatic start is held.
    #[serde(default)]
    pub paused: bool,
    /// Who changed this last.
    #[serde(default)]
    pub updated_by: Option<Actor>,
    /// When.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

impl Document for RefreshSettings {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "refresh settings";
}

/// Where the settings of the system refresh lie in the state bucket.
pub const REFRESH_SETTINGS: &str = "settings/refresh.json";
