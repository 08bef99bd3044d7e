//! Faults that can be injected, and the counters that decide which request they hit.

use serde::{Deserialize, Serialize};

/// Faults to inject. `every` means every Nth request of the kind (0: never); `next` means the next N and is counted
/// down as they happen, so that reading the faults back shows what is left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Every Nth API request is answered 429 `throttled`.
    pub throttle_every: u32,
    /// Every Nth API request (below `error_path`) is answered with `error_status`.
    pub error_every: u32,
    /// The next N API requests (below `error_path`) are answered with `error_status`.
    pub error_next: u32,
    /// Status of the injected error: 403, 500 or 503; 0 stands for 500.
    pub error_status: u16,
    /// Only paths that start so take part in `error_every` and `error_next`, for instance `/v3/activities`.
    pub error_path: Option<String>,
    /// After every Nth import was created the connection is dropped instead of answering.
    pub drop_after_import_every: u32,
    /// After each of the next N imports was created the connection is dropped instead of answering.
    pub drop_after_import_next: u32,
    /// After each of the next N token refreshes was made the connection is dropped instead of answering.
    pub drop_after_refresh_next: u32,
    /// Every Nth API request (below `drop_path`) is dropped before anything happened.
    pub drop_before_every: u32,
    /// The next N API requests (below `drop_path`) are dropped before anything happened.
    pub drop_before_next: u32,
    /// Only paths that start so take part in `drop_before_every` and `drop_before_next`.
    pub drop_path: Option<String>,
    /// Every answer waits so many milliseconds of real time.
    pub delay_milliseconds: u64,
    /// The next N API requests are answered 401, whatever their token.
    pub unauthorized_next: u32,
    /// Shape of every error answer of the API.
    pub error_body: ErrorBody,
    /// Every Nth import activity ends as `failed_import_ends`.
    pub failed_import_every: u32,
    /// The next N import activities end as `failed_import_ends`.
    pub failed_import_next: u32,
    /// How an import that was chosen to fail ends.
    pub failed_import_ends: FailedImport,
    /// Per cent of its rows that a failing import applies before it ends (0 to 100).
    pub failed_import_applies_percent: u8,
    /// Rows whose address has this text before its @ are refused.
    pub refuse_containing: Option<String>,
    /// Every Nth row of an import is refused.
    pub refuse_every_row: u32,
    /// As what `refuse_containing` and `refuse_every_row` refuse.
    pub refuse_as: RefusedAs,
}

/// Shape of error answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorBody {
    /// As documented or observed for each error.
    #[default]
    Documented,
    /// Always an array of objects.
    Array,
    /// Always one object.
    Object,
    /// An HTML page, as a gateway in front would send.
    Html,
    /// Nothing.
    Empty,
}

/// How a failing import ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedImport {
    /// State `failed`.
    #[default]
    Failed,
    /// State `timed_out`.
    TimedOut,
    /// State `cancelled`.
    Cancelled,
    /// It never ends.
    Stuck,
}

impl FailedImport {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Stuck => "stuck",
        }
    }
}

/// As what an injected refusal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedAs {
    /// In `correctable_count`.
    #[default]
    Correctable,
    /// In `error_count`.
    Error,
}

/// How often each kind of request came by, for the faults that hit every Nth.
#[derive(Debug, Default)]
pub(crate) struct FaultCounters {
    throttle: u32,
    error: u32,
    drop_before: u32,
    drop_after_import: u32,
    failed_import: u32,
}

/// What the faults do to a request before it is served.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Interference {
    None,
    Drop,
    Throttle,
    Unauthorized,
    Error(u16),
}

fn every(counter: &mut u32, every: u32) -> bool {
    *counter = counter.wrapping_add(1);
    every != 0 && counter.is_multiple_of(every)
}

fn next(left: &mut u32) -> bool {
    let hit = *left > 0;
    *left = left.saturating_sub(1);
    hit
}

fn below(path: &str, prefix: Option<&str>) -> bool {
    prefix.is_none_or(|prefix| path.starts_with(prefix))
}

impl Faults {
    pub(crate) fn before(&mut self, counters: &mut FaultCounters, path: &str) -> Interference {
        if below(path, self.drop_path.as_deref())
            && (next(&mut self.drop_before_next) | every(&mut counters.drop_before, self.drop_before_every))
        {
            return Interference::Drop;
        }
        if next(&mut self.unauthorized_next) {
            return Interference::Unauthorized;
        }
        if below(path, self.error_path.as_deref())
            && (next(&mut self.error_next) | every(&mut counters.error, self.error_every))
        {
            return Interference::Error(self.injected_status());
        }
        if every(&mut counters.throttle, self.throttle_every) {
            return Interference::Throttle;
        }
        Interference::None
    }

    /// Token requests take part only in faults whose path names them.
    pub(crate) fn before_token(&mut self, counters: &mut FaultCounters, path: &str) -> Interference {
        let named =
            |prefix: &Option<String>| prefix.as_deref().is_some_and(|prefix| path.starts_with(prefix));
        if named(&self.drop_path)
            && (next(&mut self.drop_before_next) | every(&mut counters.drop_before, self.drop_before_every))
        {
            return Interference::Drop;
        }
        if named(&self.error_path)
            && (next(&mut self.error_next) | every(&mut counters.error, self.error_every))
        {
            return Interference::Error(self.injected_status());
        }
        Interference::None
    }

    fn injected_status(&self) -> u16 {
        match self.error_status {
            status @ (403 | 503) => status,
            _ => 500,
        }
    }

    pub(crate) fn drops_after_import(&mut self, counters: &mut FaultCounters) -> bool {
        next(&mut self.drop_after_import_next)
            | every(&mut counters.drop_after_import, self.drop_after_import_every)
    }

    pub(crate) fn drops_after_refresh(&mut self) -> bool {
        next(&mut self.drop_after_refresh_next)
    }

    /// The end state, if not `completed`, that the import created now will have.
    pub(crate) fn fails_import(&mut self, counters: &mut FaultCounters) -> Option<FailedImport> {
        let hit =
            next(&mut self.failed_import_next) | every(&mut counters.failed_import, self.failed_import_every);
        hit.then_some(self.failed_import_ends)
    }
}
