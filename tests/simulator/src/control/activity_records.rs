//! Activities, as tests and the page see them.

use serde::Serialize;

use super::{Control, ControlError};
use crate::activities;
use crate::times;
use crate::world::World;

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityRecord {
    /// Its id in the API.
    pub activity_id: String,
    /// The last part of the address that created it, for instance `contacts_json_import`.
    pub kind: String,
    /// As the API names it: `initialized`, `processing`, `completed`, `failed`, `timed_out`, `cancelled`.
    pub state: String,
    /// Per cent.
    pub percent_done: i64,
    /// When it was created, as the API writes it.
    pub created_at: String,
    /// When it ends or ended; `None` for one that is stuck.
    pub ends_at: Option<String>,
    /// Rows with the header row, or contacts or lists.
    pub items_total_count: u64,
    /// People in an import.
    pub person_count: u64,
    /// Rows refused for good.
    pub error_count: u64,
    /// Rows refused until somebody corrects them.
    pub correctable_count: u64,
    /// People who could not be added to the list.
    pub cannot_add_to_list_count: u64,
    /// The refused rows that are named.
    pub activity_errors: Vec<String>,
}

impl Control {
    /// The newest activities, the newest first; at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn activities(&self, limit: u32) -> Result<Vec<ActivityRecord>, ControlError> {
        self.run(move |world| Ok(newest(world, limit)?)).await
    }
}

pub(super) fn newest(world: &World, limit: u32) -> Result<Vec<ActivityRecord>, rusqlite::Error> {
    let now = world.now();
    let write = |moment| times::write(moment, world.switches.timestamps);
    let records = activities::newest(world, limit)?;
    Ok(records
        .into_iter()
        .map(|record| ActivityRecord {
            activity_id: record.id_text(),
            state: record.state_at(now).to_owned(),
            percent_done: record.percent_at(now),
            created_at: write(record.created),
            ends_at: record.ends.map(write),
            items_total_count: record.items_total,
            person_count: record.person,
            error_count: record.error,
            correctable_count: record.correctable,
            cannot_add_to_list_count: record.cannot_add,
            activity_errors: record.errors(),
            kind: record.kind,
        })
        .collect())
}
