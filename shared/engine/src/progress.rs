//! How a run stands, as a page shows it.

use domain::{Classified, FailureClass, in_one_line};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use store::DocumentError;

use crate::chunk::{Chunk, ChunkState};
use crate::end::{ParkReason, Status};
use crate::engine::Engine;
use crate::forecast::Forecast;
use crate::phase::{Phase, Sending};
use crate::run::{Run, RunKey, Waiting};
use crate::warning::Warning;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for its turn or for a snapshot.
    Queued,
    /// It looks at the list, the connection and the opt-outs.
    Looking,
    /// It reads the segments and compares them with what was sent before.
    Planning,
    /// It sends imports.
    Sending,
    /// Everything is sent; the service works on it.
    Settling,
    /// It writes the ledger and the files that people get back.
    Finishing,
    /// It has ended.
    Ended,
}

/// How much of something is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// All there is.
    pub total: u64,
    /// The service has taken it.
    pub sent: u64,
    /// What came of it is known.
    pub settled: u64,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// The run.
    pub key: RunKey,
    /// The status that people see.
    pub status: Status,
    /// What it is doing.
    pub stage: Stage,
    /// Somebody canceled it; what the service has taken is settled first.
    pub canceling: bool,
    /// Why it waits although no person is needed.
    pub waiting: Option<Waiting>,
    /// Why it waits for a person; `Display` is the sentence.
    pub parked: Option<ParkReason>,
    /// Imports of the plan under way.
    pub imports: Done,
    /// Rows of the plan under way.
    pub rows: Done,
    /// Requests made.
    pub requests_used: u64,
    /// Requests left for exports today (UTC); `None` where nobody counts them.
    pub requests_left_today: Option<u64>,
    /// What the plan was expected to need.
    pub forecast: Option<Forecast>,
    /// How much longer it takes, about; `None` while too little is known.
    pub remaining: Option<SignedDuration>,
    /// Things worth knowing that stopped nothing.
    pub warnings: Vec<Warning>,
}

impl Run {
    /// The status that people see: a run that waits for its turn or for a snapshot is queued.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.phase {
            Phase::Ended(ended) => ended.end.status(),
            Phase::Queued => Status::Queued,
            Phase::Looking(_) if self.waiting == Some(Waiting::Snapshot) => Status::Queued,
            _ => Status::Processing,
        }
    }

    /// What it is doing.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match &self.phase {
            Phase::Ended(_) => Stage::Ended,
            _ if self.status() == Status::Queued => Stage::Queued,
            Phase::Queued => Stage::Queued,
            Phase::Looking(_) => Stage::Looking,
            Phase::Planning(_) => Stage::Planning,
            Phase::Sending(sending) if sending.chunks.iter().all(|chunk| is_sent(&chunk.state)) => {
                Stage::Settling
            }
            Phase::Sending(_) => Stage::Sending,
            Phase::Finishing(_) => Stage::Finishing,
        }
    }
}

impl RunProgress {
    /// How `run` stands at `now`, with so many requests left today.
    #[must_use]
    pub fn of(run: &Run, now: Timestamp, requests_left_today: Option<u64>) -> Self {
        let chunks = run.sending().map_or(&[][..], |sending| &sending.chunks);
        let canceling = run.cancel.is_some() && run.ended().is_none();
        let imports = done(chunks, |_| 1);
        let rows = done(chunks, |chunk| u64::from(chunk.planned_rows.max(chunk.rows)));
        let remaining = match &run.phase {
            Phase::Sending(sending) => remaining(sending, rows, imports, now, requests_left_today),
            _ => None,
        };
        Self {
            key: run.key.clone(),
            status: run.status(),
            stage: run.stage(),
            canceling,
            waiting: run.waiting,
            parked: run.parked.clone(),
            imports,
            rows,
            requests_used: run.total_requests(),
            requests_left_today,
            forecast: run.forecast,
            remaining,
            warnings: run.warnings.clone(),
        }
    }
}

const fn is_sent(state: &ChunkState) -> bool {
    !matches!(state, ChunkState::Waiting | ChunkState::Intended { .. })
}

const fn is_settled(state: &ChunkState) -> bool {
    is_sent(state) && !matches!(state, ChunkState::Sent { .. })
}

fn done(chunks: &[Chunk], size: fn(&Chunk) -> u64) -> Done {
    let sum =
        |test: fn(&ChunkState) -> bool| chunks.iter().filter(|chunk| test(&chunk.state)).map(size).sum();
    Done { total: chunks.iter().map(size).sum(), sent: sum(is_sent), settled: sum(is_settled) }
}

/// As long as the rows so far took, in proportion; and not before the next day's requests when today's are not enough.
fn remaining(
    sending: &Sending,
    rows: Done,
    imports: Done,
    now: Timestamp,
    requests_left_today: Option<u64>,
) -> Option<SignedDuration> {
    if rows.settled == 0 {
        return None;
    }
    let so_far = now.duration_since(sending.planned_at).max(SignedDuration::ZERO);
    let share = i64::try_from(so_far.as_millis())
        .ok()?
        .checked_mul(i64::try_from(rows.total - rows.settled).ok()?)?;
    let by_rows = SignedDuration::from_millis(share / i64::try_from(rows.settled).ok()?);
    let enough = requests_left_today.is_none_or(|left| left >= imports.total - imports.sent);
    if enough {
        return Some(by_rows);
    }
    let tomorrow =
        now.to_zoned(TimeZone::UTC).date().checked_add(1.day()).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(by_rows.max(tomorrow.timestamp().duration_since(now)))
}

impl Engine {
    /// How a run stands now; `None` when there is no such run. Two reads at once.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn progress(&self, key: &RunKey) -> Result<Option<RunProgress>, DocumentError> {
        let (run, left) = tokio::join!(self.run(key), self.connector.requests_left_today());
        let left = left.unwrap_or_else(|error| {
            if error.class() != FailureClass::NeedsPerson {
                tracing::warn!(error = %in_one_line(&error), "how many requests are left today is not known");
            }
            None
        });
        Ok(run?.map(|run| RunProgress::of(&run, self.clock.now(), left)))
    }
}
