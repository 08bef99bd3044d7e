//! What every API request passes before it is served: faults, token, limits, scope.

use rusqlite::OptionalExtension as _;

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::faults::Interference;
use crate::world::World;
use crate::{RateWindow, Throttle, storage, times};

/// As what a request is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Import,
    Poll,
    Membership,
    Contact,
    List,
    Other,
}

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Any valid token.
    Token,
    /// Scope `account_read`.
    AccountRead,
    /// Scope `contact_data` and a user who may manage contacts.
    ContactData,
    /// The same, and room for one more activity.
    Activity,
}

/// The synchronous part of a route.
pub(crate) type Work = fn(&mut World, &Call) -> Result<Answer, Refusal>;

/// A route of the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endpoint {
    pub(crate) kind: RequestKind,
    pub(crate) needs: Needs,
    pub(crate) work: Work,
}

/// How a request ends.
#[derive(Debug)]
pub(crate) enum Served {
    Answer(Answer),
    /// The connection is closed without a byte.
    Dropped,
}

/// State of a one-second limit.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    tokens: f64,
    at: Option<i64>,
}

impl Rate {
    /// Takes one request's worth, if there is one.
    pub(crate) fn take(&mut self, now: i64, per_second: u32, window: RateWindow) -> bool {
        let most = f64::from(per_second);
        let Some(at) = self.at else {
            *self = Self { tokens: most - 1.0, at: Some(now) };
            return per_second > 0;
        };
        match window {
            RateWindow::TokenBucket => {
                // Exact up to a quarter of a billion years of milliseconds; a clock set back adds nothing.
                #[expect(clippy::cast_precision_loss, reason = "differences of a few seconds matter here")]
                let passed = (now - at).max(0) as f64 / 1_000.0;
                self.tokens = passed.mul_add(most, self.tokens).min(most);
            }
            RateWindow::FixedSecond if now.div_euclid(1_000) != at.div_euclid(1_000) => self.tokens = most,
            RateWindow::FixedSecond => {}
        }
        self.at = Some(now);
        let granted = self.tokens >= 1.0;
        if granted {
            self.tokens -= 1.0;
        }
        granted
    }
}

impl World {
    /// Serves one API request from the first fault to the durable answer.
    pub(crate) fn serve(&mut self, endpoint: Endpoint, call: &Call) -> Served {
        self.count(endpoint.kind);
        let served = match self.faults.before(&mut self.fault_counters, &call.path) {
            Interference::Drop => Served::Dropped,
            Interference::Unauthorized => self.refuse(Refusal::unauthorized()),
            Interference::Throttle => self.refuse(Refusal::throttled()),
            Interference::Error(status) => self.refuse(Refusal::service(status)),
            Interference::None => match self.admitted(endpoint, call) {
                Ok(answer) => self.after(endpoint, answer),
                Err(refusal) => self.refuse(refusal),
            },
        };
        if matches!(served, Served::Dropped) {
            self.statistics.dropped += 1;
        }
        match self.save_statistics() {
            Ok(()) => served,
            Err(error) => Served::Answer(Refusal::from(error).into_answer(self.faults.error_body)),
        }
    }

    fn admitted(&mut self, endpoint: Endpoint, call: &Call) -> Result<Answer, Refusal> {
        self.run_due_for_request()?;
        self.admit(endpoint, call)?;
        self.atomically(|world| (endpoint.work)(world, call))
    }

    fn after(&mut self, endpoint: Endpoint, answer: Answer) -> Served {
        let dropped =
            endpoint.kind == RequestKind::Import && self.faults.drops_after_import(&mut self.fault_counters);
        if dropped { Served::Dropped } else { Served::Answer(answer) }
    }

    fn admit(&mut self, endpoint: Endpoint, call: &Call) -> Result<(), Refusal> {
        let scope = self.scope_of(call)?.ok_or_else(Refusal::unauthorized)?;
        if self.switches.application_deactivated {
            return Err(Refusal::forbidden());
        }
        self.throttle()?;
        let has = |wanted: &str| scope.split(' ').any(|one| one == wanted);
        let allowed = match endpoint.needs {
            Needs::Token => true,
            Needs::AccountRead => has("account_read"),
            Needs::ContactData | Needs::Activity => {
                has("contact_data") && !self.switches.user_without_contacts
            }
        };
        if !allowed {
            return Err(Refusal::forbidden());
        }
        if endpoint.needs == Needs::Activity {
            let queued =
                storage::count(&self.database, "SELECT count(*) FROM activities WHERE state = 'queued'", [])?;
            if queued >= self.limits.queued_activities {
                return Err(Refusal::queue_full(self.limits.queued_activities));
            }
        }
        Ok(())
    }

    /// The scope of a request's token; `None` if it is missing, unknown, expired or revoked.
    fn scope_of(&self, call: &Call) -> Result<Option<String>, rusqlite::Error> {
        let Some(token) = call.header("authorization").strip_prefix("Bearer ") else {
            return Ok(None);
        };
        self.database
            .prepare_cached(
                "SELECT scope FROM access_tokens JOIN consents ON consents.id = consent
                 WHERE token = ?1 AND expires > ?2 AND revoked IS NULL",
            )?
            .query_row(rusqlite::params![token.trim(), self.now()], |row| row.get(0))
            .optional()
    }

    fn throttle(&mut self) -> Result<(), Refusal> {
        let now = self.now();
        let today = times::day(now - i64::from(self.switches.day_starts_late_seconds) * times::SECOND);
        if self.statistics.day != today {
            self.statistics.day = today;
            self.statistics.today = 0;
        }
        let refusal = if self.limits.throttle == Throttle::Off {
            None
        } else if !self.rate.take(now, self.limits.requests_per_second, self.switches.rate_window) {
            Some(Refusal::throttled())
        } else if self.statistics.today >= self.limits.requests_per_day {
            Some(Refusal::quota_exceeded())
        } else {
            None
        };
        if refusal.is_none() || self.switches.refused_calls_count {
            self.statistics.today += 1;
        }
        refusal.map_or(Ok(()), Err)
    }

    fn count(&mut self, kind: RequestKind) {
        let statistics = &mut self.statistics;
        statistics.total += 1;
        let counter = match kind {
            RequestKind::Import => &mut statistics.imports,
            RequestKind::Poll => &mut statistics.polls,
            RequestKind::Membership => &mut statistics.memberships,
            RequestKind::Contact => &mut statistics.contacts,
            RequestKind::List => &mut statistics.lists,
            RequestKind::Other => &mut statistics.other,
        };
        *counter += 1;
    }

    fn refuse(&mut self, refusal: Refusal) -> Served {
        let statistics = &mut self.statistics;
        let counter = match refusal.status {
            401 => &mut statistics.unauthorized,
            403 => &mut statistics.forbidden,
            429 if refusal.is_queue_full() => &mut statistics.queue_refused,
            429 if refusal.is_quota() => &mut statistics.quota_exceeded,
            429 => &mut statistics.throttled,
            500.. => &mut statistics.failed,
            _ => &mut statistics.rejected,
        };
        *counter += 1;
        Served::Answer(refusal.into_answer(self.faults.error_body))
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;
    use crate::RateWindow;

    #[test]
    fn a_bucket_gives_four_at_once_and_one_more_each_quarter_of_a_second() {
        let mut rate = Rate::default();
        let take = |rate: &mut Rate, now| rate.take(now, 4, RateWindow::TokenBucket);
        assert!((0..4).all(|_| take(&mut rate, 1_000)));
        assert!(!take(&mut rate, 1_000));
        assert!(!take(&mut rate, 1_200));
        assert!(take(&mut rate, 1_250));
        assert!(!take(&mut rate, 1_250));
    }

    #[test]
    fn a_fixed_second_starts_anew_with_the_second() {
        let mut rate = Rate::default();
        let take = |rate: &mut Rate, now| rate.take(now, 4, RateWindow::FixedSecond);
        assert!((0..4).all(|_| take(&mut rate, 1_990)));
        assert!(!take(&mut rate, 1_999));
        assert!((0..4).all(|_| take(&mut rate, 2_000)));
        assert!(!take(&mut rate, 2_999));
    }
}
