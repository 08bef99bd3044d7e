//! Looking into the simulator and changing it from outside the API: for tests, and for the control routes.

mod activity_records;
mod members;
mod people;
mod records;
mod routes;

use std::time::Duration;

use jiff::Timestamp;

pub use activity_records::ActivityRecord;
pub use members::{ImportCounts, Member, MemberPage, RefusedRow};
pub use people::{Change, NewContact};
pub use records::{ListRecord, Situation};
pub(crate) use routes::routes;

use crate::server::Core;
use crate::world::World;
use crate::{AccountOptions, Clock, Faults, Limits, Statistics, Switches, storage};

/// Why a control call failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The simulator runs on the machine's clock.
    #[error("the clock cannot be set; start the simulator with a settable clock")]
    ClockNotSettable,
    /// No such contact, list or activity.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// The name of a list is taken, or the account is full.
    #[error("the list could not be created; its name is taken or the account has too many lists")]
    List,
    /// The database failed.
    #[error("the simulator's database failed")]
    Storage(#[from] rusqlite::Error),
}

/// Looks into a simulator and changes it; clones share it. Nothing here counts as a request.
#[derive(Clone)]
pub struct Control {
    core: Core,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Control").finish_non_exhaustive()
    }
}

/// Tokens given out without the round trip through a browser.
#[derive(Clone)]
pub struct IssuedTokens {
    /// Bearer token.
    pub access_token: String,
    /// Only with the scope `offline_access`.
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for IssuedTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("IssuedTokens")
    }
}

impl Control {
    pub(crate) fn new(core: Core) -> Self {
        Self { core }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut World) -> Result<T, ControlError> + Send + 'static,
    ) -> Result<T, ControlError> {
        self.core
            .run(|world| {
                world.run_due_for_request()?;
                work(world)
            })
            .await
    }

    /// The simulator's time.
    pub async fn now(&self) -> Timestamp {
        let milliseconds = self.core.run(|world| world.now()).await;
        Timestamp::from_millisecond(milliseconds).unwrap_or_default()
    }

    /// Sets a settable clock, also backwards; everything due by then has happened when it returns.
    ///
    /// # Errors
    /// The simulator runs on the machine's clock, or its database failed.
    pub async fn set_clock(&self, moment: Timestamp) -> Result<(), ControlError> {
        self.core.run(move |world| move_clock(world, |_| moment)).await
    }

    /// Moves a settable clock forward; everything due by then has happened when it returns.
    ///
    /// # Errors
    /// The simulator runs on the machine's clock, or its database failed.
    pub async fn advance(&self, duration: Duration) -> Result<(), ControlError> {
        self.core.run(move |world| move_clock(world, |now| now + duration)).await
    }

    /// The present switches.
    pub async fn switches(&self) -> Switches {
        self.core.run(|world| world.switches.clone()).await
    }

    /// Changes switches; activities that were created before keep their delay.
    pub async fn change_switches(&self, change: impl FnOnce(&mut Switches) + Send + 'static) {
        self.core.run(|world| change(&mut world.switches)).await;
    }

    /// The present faults; what is counted down shows what is left.
    pub async fn faults(&self) -> Faults {
        self.core.run(|world| world.faults.clone()).await
    }

    /// Changes faults; the counting of every Nth request starts anew.
    pub async fn change_faults(&self, change: impl FnOnce(&mut Faults) + Send + 'static) {
        self.core
            .run(|world| {
                change(&mut world.faults);
                world.fault_counters = crate::faults::FaultCounters::default();
            })
            .await;
    }

    /// The present limits.
    pub async fn limits(&self) -> Limits {
        self.core.run(|world| world.limits.clone()).await
    }

    /// Changes limits from the next request on.
    pub async fn change_limits(&self, change: impl FnOnce(&mut Limits) + Send + 'static) {
        self.core.run(|world| change(&mut world.limits)).await;
    }

    /// The account that is connected to.
    pub async fn account(&self) -> AccountOptions {
        self.core.run(|world| world.account.clone()).await
    }

    /// Another account answers from now on, with the same contacts: for a reconnect to the wrong one.
    pub async fn set_account(&self, account: AccountOptions) {
        self.core.run(|world| world.account = account).await;
    }

    /// Registers one more address to which an authorization may return; until the next start.
    pub async fn register_redirect_uri(&self, redirect_uri: impl Into<String>) {
        let redirect_uri = redirect_uri.into();
        self.core.run(|world| world.application.redirect_uris.push(redirect_uri)).await;
    }

    /// Whether consent is given without the *Allow* page.
    pub async fn set_auto_approve(&self, auto_approve: bool) {
        self.core.run(move |world| world.auto_approve = auto_approve).await;
    }

    /// Counts of requests by kind.
    pub async fn statistics(&self) -> Statistics {
        self.core.run(|world| world.statistics.clone()).await
    }

    /// Starts counting anew, the day's limit included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reset_statistics(&self) -> Result<(), ControlError> {
        self.run(|world| {
            world.statistics = Statistics::default();
            Ok(world.save_statistics()?)
        })
        .await
    }

    /// Gives out tokens for these scopes (parted by spaces), as if the account's owner had just allowed them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn issue_tokens(&self, scope: impl Into<String>) -> Result<IssuedTokens, ControlError> {
        let scope = scope.into();
        self.run(move |world| {
            let pair = world.atomically(|world| {
                let consent = world.consent(&scope, true)?;
                world.first_tokens(consent, &scope)
            })?;
            Ok(IssuedTokens { access_token: pair.access, refresh_token: pair.refresh })
        })
        .await
    }

    /// Every access token expires now; refresh tokens stay.
    ///
    /// # Errors
    /// The database failed.
    pub async fn expire_access_tokens(&self) -> Result<(), ControlError> {
        self.run(|world| {
            world.database.execute("UPDATE access_tokens SET expires = 0", [])?;
            Ok(())
        })
        .await
    }

    /// The person disconnects the application: all its tokens die, refreshing answers `invalid_grant`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn disconnect(&self) -> Result<(), ControlError> {
        self.run(|world| Ok(world.revoke(None)?)).await
    }

    /// Creates a list and returns its id.
    ///
    /// # Errors
    /// The name is taken, the account is full, or the database failed.
    pub async fn create_list(&self, name: impl Into<String>) -> Result<String, ControlError> {
        let name = name.into();
        self.run(move |world| match world.atomically(|world| world.new_list(&name, "", false)) {
            Ok(row) => Ok(crate::identifiers::encode(crate::identifiers::Kind::List, row)),
            Err(_) => Err(ControlError::List),
        })
        .await
    }

    /// A list and its memberships are deleted from outside.
    ///
    /// # Errors
    /// There is no such list, or the database failed.
    pub async fn delete_list(&self, list_id: impl Into<String>) -> Result<(), ControlError> {
        let list_id = list_id.into();
        self.run(move |world| {
            let list = people::list_row(world, &list_id)?;
            let now = world.now();
            world.atomically(|world| {
                world.database.execute("DELETE FROM memberships WHERE list = ?1", [list])?;
                world
                    .database
                    .execute("UPDATE lists SET deleted = ?2, updated = ?2 WHERE id = ?1", [list, now])?;
                Ok::<_, rusqlite::Error>(())
            })?;
            world.contacts_changed();
            Ok(())
        })
        .await
    }
}

fn move_clock(world: &mut World, to: impl FnOnce(Timestamp) -> Timestamp) -> Result<(), ControlError> {
    let Clock::Settable(now) = world.clock else {
        return Err(ControlError::ClockNotSettable);
    };
    let moment = to(now);
    storage::set_value(&world.database, "clock", &moment.to_string())?;
    world.clock = Clock::Settable(moment);
    world.run_due_for_request()?;
    Ok(())
}
