//! Who approved a plan that the safety brake had stopped, and the run that sends it.

use domain::identifier::RunId;
use engine::{Occupant, Occupation, RunSummary};
use jiff::Timestamp;
use serde::Serialize;

/// That a braked plan was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Who approved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The run that sends exactly this plan, or nothing.
    pub run: RunId,
    /// Whether that run has begun: before, it waits for the active one to end, and there is nothing to look at.
    pub begun: bool,
}

impl Approval {
    /// The approval of the plan of `braked`: by the run that was made for it, wherever that stands.
    pub(crate) fn of(braked: &RunId, occupation: &Occupation, history: &[RunSummary]) -> Option<Self> {
        let meant = |approved: &Option<RunId>| approved.as_ref() == Some(braked);
        let approval = |occupant: &Occupant, begun| Self {
            by: occupant.request.requested_by.clone(),
            at: occupant.requested_at,
            run: occupant.run.clone(),
            begun,
        };
        let active = occupation.active.as_ref().filter(|active| meant(&active.request.approved));
        let follows =
            occupation.approved_follow_up.as_ref().filter(|follows| meant(&follows.request.approved));
        let ended = history.iter().find(|run| meant(&run.approved)).map(|run| Self {
            by: run.requested_by.clone(),
            at: run.created_at,
            run: run.run.clone(),
            begun: true,
        });
        active
            .map(|active| approval(active, true))
            .or_else(|| follows.map(|follows| approval(follows, false)))
            .or(ended)
    }
}
