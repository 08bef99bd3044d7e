//! Which run of an export is active, which follows, and how the latest ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

use domain::identifier::{ExportId, RunId};
use planner::RunKind;

use crate::history::RunSummary;
use crate::run::{Run, RunKey, StartRequest, Trigger};
use crate::start::{Admission, Started};

mod requests;

use self::requests::{KnownRequest, runs_of};

/// So many events are remembered: one that is delivered again comes long before so many others.
const EVENTS_KEPT: usize = 50;

/// At most one active run and one that follows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupation {
    /// The active run.
    pub active: Option<Occupant>,
    /// What starts when the active run has ended.
    pub follow_up: Option<Occupant>,
    /// An approved plan, which starts before that: it is exactly that plan or nothing, and serves nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_follow_up: Option<Occupant>,
    /// How the latest run ended.
    pub latest: Option<RunSummary>,
    /// The events that were accepted lately, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<KnownEvent>,
    /// The requests with a name that were accepted lately, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) requests: Vec<KnownRequest>,
}

/// An event that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownEvent {
    /// What its sender calls it.
    event: String,
    /// The run that serves it.
    run: RunId,
}

impl Document for Occupation {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "occupation";
}

/// A run that is active or follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupant {
    /// Its id.
    pub run: RunId,
    /// What it was asked for: enough to make its document, should that be missing after a crash.
    pub request: StartRequest,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Its snapshots are chosen: whoever comes now needs another run.
    pub pinned: bool,
    /// How many further requests it serves: whoever judged it by what it was learns that it has changed.
    #[serde(default)]
    pub(crate) joined: u32,
}

impl Occupant {
    pub(crate) const fn new(run: RunId, request: StartRequest, requested_at: Timestamp) -> Self {
        Self { run, request, requested_at, pinned: false, joined: 0 }
    }
}

/// An active run that serves nobody who comes now, as its own document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Closing {
    /// It has ended, and only its cleaning up is outstanding.
    Ended(RunId),
    /// A person has canceled it: whoever asks for a run after that wants another one.
    Canceling(RunId),
    /// It has read the export as it was before somebody changed it: whoever asks for a run after that wants one of what the
    /// export is now.
    Outdated(RunId),
}

impl Closing {
    /// What the document of the active run says.
    pub(crate) fn of(run: &Run) -> Option<Self> {
        let id = run.key.run.clone();
        match (run.ended(), &run.cancel) {
            (Some(_), _) => Some(Self::Ended(id)),
            (None, Some(_)) => Some(Self::Canceling(id)),
            (None, None) => None,
        }
    }

    /// The run that has ended.
    pub(crate) const fn ended(&self) -> Option<&RunId> {
        match self {
            Self::Ended(run) => Some(run),
            Self::Canceling(_) | Self::Outdated(_) => None,
        }
    }

    fn turns_away_from(&self, active: &RunId) -> bool {
        matches!(self, Self::Canceling(run) | Self::Outdated(run) if run == active)
    }
}

impl Occupation {
    /// Finds the place of a request; `occupant` is the run that it makes if no other serves it. `closing` is the active run
    /// if it comes to its end.
    pub(crate) fn admit(
        &mut self,
        export: &ExportId,
        occupant: &Occupant,
        event: Option<&str>,
        closing: Option<&Closing>,
    ) -> Admission {
        let ended = closing.and_then(Closing::ended);
        if let Some(started) = event.and_then(|event| self.known(export, event, ended)) {
            return Admission { started, accepted: false };
        }
        let (started, serves) = self.place(export, occupant, closing);
        if let Some(event) = event {
            self.remember(event, serves);
        }
        Admission { started, accepted: true }
    }

    /// Finds the place of a request that is not known, and the run that serves it.
    fn place(
        &mut self,
        export: &ExportId,
        occupant: &Occupant,
        closing: Option<&Closing>,
    ) -> (Started, RunId) {
        let ended = closing.and_then(Closing::ended);
        let key = |run: &RunId| RunKey { export: export.clone(), run: run.clone() };
        match self.active.as_ref().filter(|active| ended != Some(&active.run)) {
            None => {
                self.active = Some(occupant.clone());
                (Started::Created(key(&occupant.run)), occupant.run.clone())
            }
            // Whoever approved a plan means that plan: it joins nobody else, and nobody else joins it.
            Some(active)
                if !active.pinned
                    && !closing.is_some_and(|closing| closing.turns_away_from(&active.run))
                    && active.request.kind == occupant.request.kind
                    && active.request.approved == occupant.request.approved =>
            {
                (Started::Joined(key(&active.run)), active.run.clone())
            }
            Some(active) => {
                let active = key(&active.run);
                (Started::Follows { active }, self.queue(occupant))
            }
        }
    }

    /// Takes note of an event for which `served`, the run that ended last, has done everything already. `None` when
    /// that is not so any more, or when the event is known: then it is an event like any other.
    pub(crate) fn admit_served(
        &mut self,
        export: &ExportId,
        event: &str,
        served: &RunId,
        ended: Option<&RunId>,
    ) -> Option<Admission> {
        let last = match &self.active {
            Some(active) => Some(&active.run).filter(|run| ended == Some(*run)),
            None => self.latest.as_ref().map(|latest| &latest.run),
        };
        if last != Some(served) || self.events.iter().any(|known| known.event == event) {
            return None;
        }
        self.remember(event, served.clone());
        let started = Started::Known(RunKey { export: export.clone(), run: served.clone() });
        Some(Admission { started, accepted: false })
    }

    /// What became of an event that was accepted before.
    fn known(&self, export: &ExportId, event: &str, ended: Option<&RunId>) -> Option<Started> {
        let known = self.events.iter().find(|known| known.event == event)?;
        Some(self.served_by(export, &known.run, ended))
    }

    /// How it stands with what `run` serves.
    fn served_by(&self, export: &ExportId, run: &RunId, ended: Option<&RunId>) -> Started {
        let key = |run: &RunId| RunKey { export: export.clone(), run: run.clone() };
        let is_it = |occupant: &&Occupant| occupant.run == *run;
        let following = [&self.follow_up, &self.approved_follow_up].into_iter().flatten().find(is_it);
        match (&self.active, following) {
            (Some(active), Some(_)) => Started::Follows { active: key(&active.run) },
            (Some(active), None) if is_it(&active) && ended != Some(&active.run) => {
                Started::Joined(key(&active.run))
            }
            _ => Started::Known(key(run)),
        }
    }

    fn remember(&mut self, event: &str, run: RunId) {
        self.events.push(KnownEvent { event: event.to_owned(), run });
        self.events.drain(..self.events.len().saturating_sub(EVENTS_KEPT));
    }

    /// Takes back the runs that were to follow the active one and are `unwanted`; answers how many. An event that one
    /// of them was to serve stays known: whoever delivers it again does not bring it back.
    pub(crate) fn withdraw(&mut self, unwanted: impl Fn(&RunId) -> bool) -> usize {
        let mut withdrawn = Vec::new();
        for place in [&mut self.approved_follow_up, &mut self.follow_up] {
            withdrawn.extend(place.take_if(|occupant| unwanted(&occupant.run)).map(|occupant| occupant.run));
        }
        let active = self.active.as_ref().map(|active| &active.run);
        if let Some(instead) = active.or(self.latest.as_ref().map(|latest| &latest.run)) {
            for run in runs_of(&mut self.events, &mut self.requests).filter(|run| withdrawn.contains(run)) {
                *run = instead.clone();
            }
        }
        withdrawn.len()
    }

    /// Queues a request behind the active run; answers the run that serves it.
    fn queue(&mut self, occupant: &Occupant) -> RunId {
        let queued = if occupant.request.approved.is_some() {
            match &mut self.approved_follow_up {
                Some(same) if same.request.approved == occupant.request.approved => same,
                // Of two plans that were approved, only the later can still be made.
                earlier => earlier.insert(occupant.clone()),
            }
        } else {
            match &mut self.follow_up {
                Some(follow_up) => {
                    follow_up.request = both(&follow_up.request, &occupant.request);
                    follow_up.joined = follow_up.joined.saturating_add(1);
                    follow_up
                }
                none => none.insert(occupant.clone()),
            }
        };
        queued.run.clone()
    }

    /// The run of `summary` has ended: what follows becomes active, unless it is still what is `unwanted`.
    pub(crate) fn vacate(&mut self, summary: RunSummary, unwanted: Option<&Occupant>) {
        if self.active.as_ref().is_some_and(|active| active.run == summary.run) {
            if let Some(approved) = self.approved_follow_up.take() {
                self.active = Some(approved);
            } else {
                self.active = self.follow_up.take();
            }
            if let Some(dropped) = self.active.take_if(|next| Some(&*next) == unwanted) {
                // What it would have read, the run that has ended has read; or a pause holds it, and then an event that is
                // delivered again does not bring it back.
                for run in runs_of(&mut self.events, &mut self.requests).filter(|run| **run == dropped.run) {
                    *run = summary.run.clone();
                }
            }
        }
        // When the next run began before this one's end was cleaned up after, that one may have ended, too.
        let newer = |latest: &RunSummary| (latest.ended_at, &latest.run) > (summary.ended_at, &summary.run);
        if !self.latest.as_ref().is_some_and(newer) {
            self.latest = Some(summary);
        }
    }
}

/// One request that serves both: what is asked for last by a person, and no less than either.
fn both(queued: &StartRequest, new: &StartRequest) -> StartRequest {
    let strength = |request: &StartRequest| match request.kind {
        RunKind::Changes => 0,
        RunKind::RetryFailed => 1,
        RunKind::Full => 2,
    };
    let stronger = if strength(new) > strength(queued) { new.kind } else { queued.kind };
    // A person's wish is not dropped for having been preceded by a schedule's.
    let request = if new.trigger == Trigger::OnDemand { new } else { queued };
    StartRequest { kind: stronger, ..request.clone() }
}

#[cfg(test)]
mod tests;
