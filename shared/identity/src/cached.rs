//! A document of the issuer that is fetched once for all who wait, and kept.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{Clock, in_one_line};
use jiff::{SignedDuration, Timestamp};

use crate::fetch::FetchError;

/// A key that the issuer has withdrawn is not accepted for longer than this.
const KEPT: SignedDuration = SignedDuration::from_hours(12);

/// Whoever sends a token chooses the name of its key, and must not be able to make us ask more often.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// As long as there is nothing at all, nobody can be let in: ask again sooner.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Cached<T> {
    state: Mutex<State<T>>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<Arc<T>>,
    fetched_at: Timestamp,
    attempt: Option<Attempt>,
}

/// The latest fetch, from its beginning on: one that was given up counts as failed.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    begun_at: Timestamp,
    failed: bool,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        let state = State { value: None, fetched_at: Timestamp::UNIX_EPOCH, attempt: None };
        Self { state: Mutex::new(state), turn: tokio::sync::Mutex::new(()) }
    }
}

impl<T> Cached<T> {
    /// The kept value if it suits and is not too old, otherwise a fetched one.
    ///
    /// A value that does not suit is returned when the issuer has said the same a moment ago. One that is too old
    /// and suits is returned as long as there is no newer one to be had.
    pub(crate) async fn get<Fetching>(
        &self,
        clock: &dyn Clock,
        document: &'static str,
        suits: impl Fn(&T) -> bool,
        fetch: impl FnOnce() -> Fetching,
    ) -> Result<Arc<T>, FetchError>
    where
        Fetching: Future<Output = Result<T, FetchError>>,
    {
        if let Some(value) = self.kept(clock.now(), &suits) {
            return Ok(value);
        }
        let _turn = self.turn.lock().await;
        let now = clock.now();
        // Somebody else may have fetched it while we waited for our turn.
        if let Some(value) = self.kept(now, &suits) {
            return Ok(value);
        }
        if let Some(attempt) = self.pausing(now) {
            let value = self.state().value.clone();
            return value.filter(|_| !attempt.failed).ok_or(FetchError::Pausing);
        }
        self.state().attempt = Some(Attempt { begun_at: now, failed: true });
        match fetch().await {
            Ok(value) => {
                let value = Arc::new(value);
                let mut state = self.state();
                state.value = Some(Arc::clone(&value));
                state.fetched_at = now;
                state.attempt = Some(Attempt { begun_at: now, failed: false });
                Ok(value)
            }
            Err(error) => {
                let old = self.state().value.clone().filter(|value| suits(value));
                if old.is_some() {
                    let error = in_one_line(&error);
                    tracing::warn!(
                        document,
                        error,
                        "the identity provider's document could not be renewed; the old one is kept"
                    );
                }
                old.ok_or(error)
            }
        }
    }

    /// What needs no fetch.
    fn kept(&self, now: Timestamp, suits: &impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let state = self.state();
        let value = state.value.as_ref().filter(|value| suits(value))?;
        let usable = within(now, state.fetched_at, KEPT) || state.pausing(now).is_some();
        usable.then(|| Arc::clone(value))
    }

    fn pausing(&self, now: Timestamp) -> Option<Attempt> {
        self.state().pausing(now)
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// The latest attempt, if another one would come too soon after it.
    fn pausing(&self, now: Timestamp) -> Option<Attempt> {
        let pause = if self.value.is_some() { PAUSE } else { FIRST_PAUSE };
        self.attempt.filter(|attempt| within(now, attempt.begun_at, pause))
    }
}

/// Whether `moment` is less than `length` ago. One in the future is not: a clock that was set back must not
/// stop us from asking.
fn within(now: Timestamp, moment: Timestamp, length: SignedDuration) -> bool {
    let age = now.duration_since(moment);
    age >= SignedDuration::ZERO && age < length
}
