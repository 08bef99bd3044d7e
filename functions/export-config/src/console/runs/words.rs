//! What runs do and why, in words that people use.

use console::RunState;
use domain::outcome::Reason;
use engine::{RunProgress, Stage, Status, Trigger, Waiting};
use planner::RunKind;

/// A status as the badges know it; `canceling` while what the service has taken is settled.
pub(in crate::console) fn run_state(status: Option<Status>, canceling: bool) -> RunState {
    match status {
        None => RunState::NeverRun,
        Some(Status::Queued | Status::Processing) if canceling => RunState::Cancelling,
        Some(Status::Queued) => RunState::Queued,
        Some(Status::Processing) => RunState::Processing,
        Some(Status::Successful) => RunState::Successful,
        Some(Status::Skipped) => RunState::Skipped,
        Some(Status::Failure) => RunState::Failure,
        Some(Status::Canceled) => RunState::Canceled,
    }
}

/// What started a run.
pub(in crate::console) const fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::OnDemand => "On demand",
        Trigger::Scheduled => "Scheduled",
        Trigger::Upload => "New data",
    }
}

/// What a run was to do.
pub(in crate::console) const fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Changes => "New and changed people",
        RunKind::Full => "Everybody (full run)",
        RunKind::RetryFailed => "New, changed and failed rows (retry)",
    }
}

/// Why rows were rejected.
pub(super) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::FieldCount => "The row has another number of fields than the header",
        Reason::Encoding => "Characters cannot be read (not UTF-8)",
        Reason::IdentityMissing => "The customer id is missing",
        Reason::EmailMissing => "No e-mail address",
        Reason::EmailInvalid => "Not a valid e-mail address",
        Reason::EmailTooLong => "The e-mail address is longer than 80 characters",
        Reason::Parked => "Rejected in five runs; tried again when the row changes, or with Retry failed",
        Reason::ServiceCorrectable => "Rejected by Constant Contact; can be corrected there",
        Reason::ServiceError => "Rejected by Constant Contact",
        Reason::RejectedUnidentified => "Rejected by Constant Contact, which did not say which row",
    }
}

/// The phases in their order.
pub(super) const PHASES: [&str; 6] = ["Wait", "Check", "Plan", "Send", "Settle", "Finish"];

/// The place of a stage among the phases.
pub(super) const fn phase(stage: Stage) -> usize {
    match stage {
        Stage::Queued => 0,
        Stage::Looking => 1,
        Stage::Planning => 2,
        Stage::Sending => 3,
        Stage::Settling => 4,
        Stage::Finishing => 5,
        Stage::Ended => 6,
    }
}

/// What a run is doing at this moment.
pub(super) fn sentence(progress: &RunProgress) -> &'static str {
    if progress.canceling {
        return "Constant Contact cannot stop what it has accepted already: that is settled first.";
    }
    if progress.parked.is_some() {
        return "Waits for a person.";
    }
    match progress.waiting {
        Some(Waiting::List) => "Waits until another export that writes to the same list has ended.",
        Some(Waiting::Account) => "Waits until another export has sent to the same account.",
        Some(Waiting::Snapshot) => "Waits for data that is still being uploaded, for two hours at most.",
        Some(Waiting::LostAnswer) => {
            "An answer of Constant Contact was lost; it is being found out whether the rows arrived."
        }
        Some(Waiting::Quota) => "Constant Contact takes no more requests for now; the run goes on by itself.",
        Some(Waiting::Retry) => "Something failed and is tried again by itself.",
        Some(Waiting::Activities) | None => match progress.stage {
            Stage::Queued => "Begins in a moment.",
            Stage::Looking => "Checks the list, the connection, and who has unsubscribed.",
            Stage::Planning => "Reads the segments and compares them with what was sent before.",
            Stage::Sending => "Sends to Constant Contact.",
            Stage::Settling => "Everything is sent. Constant Contact is taking it in.",
            Stage::Finishing => "Writes the report.",
            Stage::Ended => "Has ended.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_being_canceled_says_so_until_it_has_ended() {
        assert_eq!(run_state(Some(Status::Processing), true), RunState::Cancelling);
        assert_eq!(run_state(Some(Status::Canceled), true), RunState::Canceled);
        assert_eq!(run_state(None, false), RunState::NeverRun);
    }

    #[test]
    fn each_phase_has_its_place() {
        let stages = [
            Stage::Queued,
            Stage::Looking,
            Stage::Planning,
            Stage::Sending,
            Stage::Settling,
            Stage::Finishing,
        ];
        assert!(stages.into_iter().map(phase).eq(0..PHASES.len()));
        assert_eq!(phase(Stage::Ended), PHASES.len());
    }
}
