//! What the clock does: schedules, and everything that keeps an installation in order.

use std::sync::Arc;

use configuration::Configuration;
use domain::{Clock, in_one_line};
use jiff::SignedDuration;
use notifications::Notifications;

/// A schedule is exact to the minute.
const TICK: SignedDuration = SignedDuration::from_secs(20);

/// Maintenance comes with every so manyth tick, five minutes apart.
const BETWEEN_MAINTENANCE: u32 = 15;

/// The clock of an installation that is served.
#[derive(Debug)]
pub(super) struct Clockwork {
    configuration: Configuration,
    notifications: Notifications,
    clock: Arc<dyn Clock>,
}

impl Clockwork {
    pub(super) fn new(
        configuration: Configuration,
        notifications: Notifications,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self { configuration, notifications, clock: Arc::clone(clock) }
    }

    /// Ticks for as long as it is polled; it may be dropped at any moment.
    pub(super) async fn go_on(self) {
        let mut until_maintenance = 0;
        loop {
            self.start_due().await;
            if until_maintenance == 0 {
                // Of many segments only some are counted at a time.
                until_maintenance = if self.maintain().await { 1 } else { BETWEEN_MAINTENANCE };
            }
            until_maintenance -= 1;
            let now = self.clock.now();
            self.clock.sleep_until(now.checked_add(TICK).unwrap_or(now)).await;
        }
    }

    async fn start_due(&self) {
        if let Err(error) = self.configuration.start_due(self.clock.now()).await {
            tracing::error!(
                error = in_one_line(&error),
                "what is due could not be started; it is tried again"
            );
        }
    }

    /// Answers whether there may be more to do at once.
    async fn maintain(&self) -> bool {
        let report = self.configuration.maintenance(self.clock.now()).await;
        tracing::debug!(?report, "maintenance");
        if let Err(error) = self.notifications.look_at_everything().await {
            tracing::error!(
                error = in_one_line(&error),
                "people could not be told of changes; it is tried again"
            );
        }
        report.counted > 0
    }
}
