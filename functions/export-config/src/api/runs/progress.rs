//! How a run that is under way stands.

use ::configuration::RunWarning;
use engine::{Done, Forecast, ParkReason, RunProgress};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::words::{Stage, Status, Waiting};
use super::view::Warning;

/// How a run stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Progress {
    /// The run's id.
    run: String,
    status: Status,
    stage: Stage,
    /// It was canceled; what the service has taken is settled first.
    canceling: bool,
    /// Why it waits although no person is needed.
    waiting: Option<Waiting>,
    /// Why it waits for a person.
    parked: Option<Parked>,
    imports: Amounts,
    rows: Amounts,
    /// Requests made so far.
    requests_used: u64,
    /// Requests left for exports today (UTC).
    requests_left_today: Option<u64>,
    forecast: Option<ForecastOfRequests>,
    /// How much longer it takes, about.
    remaining_seconds: Option<i64>,
    warnings: Vec<Warning>,
}

/// Why a run waits for a person.
#[derive(Serialize, ToSchema)]
struct Parked {
    /// For programs: `needs_reauthentication` or `needs_person`.
    code: String,
    /// What to do, for people.
    sentence: String,
}

/// How much of something is done.
#[derive(Serialize, ToSchema)]
struct Amounts {
    total: u64,
    /// The service has taken it.
    sent: u64,
    /// What came of it is known.
    settled: u64,
}

/// How many requests the plan was expected to need.
#[derive(Serialize, ToSchema)]
struct ForecastOfRequests {
    at: Timestamp,
    imports: u64,
    /// All requests, imports included, about.
    requests: u64,
    /// Requests that were left for exports on that day (UTC).
    left_today: Option<u64>,
    /// Whether they were enough; when not, the run goes on after 00:00 UTC.
    suffices: Option<bool>,
}

impl From<RunProgress> for Progress {
    fn from(progress: RunProgress) -> Self {
        let warnings = progress.warnings.iter().map(|warning| RunWarning::from(warning).into());
        Self {
            run: progress.key.run.into(),
            status: progress.status.into(),
            stage: progress.stage.into(),
            canceling: progress.canceling,
            waiting: progress.waiting.map(Into::into),
            parked: progress.parked.map(Into::into),
            imports: progress.imports.into(),
            rows: progress.rows.into(),
            requests_used: progress.requests_used,
            requests_left_today: progress.requests_left_today,
            forecast: progress.forecast.map(Into::into),
            remaining_seconds: progress.remaining.map(|remaining| remaining.as_secs()),
            warnings: warnings.collect(),
        }
    }
}

impl From<ParkReason> for Parked {
    fn from(reason: ParkReason) -> Self {
        let code = match reason {
            ParkReason::NeedsReauthentication => "needs_reauthentication",
            ParkReason::NeedsPerson { .. } => "needs_person",
        };
        Self { code: code.to_owned(), sentence: reason.to_string() }
    }
}

impl From<Done> for Amounts {
    fn from(done: Done) -> Self {
        let Done { total, sent, settled } = done;
        Self { total, sent, settled }
    }
}

impl From<Forecast> for ForecastOfRequests {
    fn from(forecast: Forecast) -> Self {
        Self {
            at: forecast.at,
            imports: forecast.imports,
            requests: forecast.requests(),
            left_today: forecast.left_today,
            suffices: forecast.suffices(),
        }
    }
}
