//! The steps, each performed as decided and saved before anything else happens.

mod conclude;
mod destination;
mod identify;
mod list;
mod look;
mod pin;
mod plan;
mod plan_rows;
mod poll;
mod send;
mod settle;
mod settlement;

use crate::decide::Step;
use crate::error::StepError;
use crate::session::Session;

impl Step {
    /// For logs.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::AcquireList => "acquire list",
            Self::CheckDestination => "check destination",
            Self::LookAtOptOuts => "look at opt-outs",
            Self::Pin => "pin snapshots",
            Self::Plan => "plan",
            Self::RefreshOptOuts => "refresh opt-outs",
            Self::AcquireSlot => "acquire sending slot",
            Self::Send(_) => "send",
            Self::Resolve(_) => "resolve lost answer",
            Self::SchedulePoll => "schedule poll",
            Self::Poll => "poll",
            Self::Identify => "identify refused rows",
            Self::ClosePart => "close part",
            Self::Finish(_) => "finish",
            Self::Settle => "settle",
            Self::Conclude => "conclude",
            Self::CleanUp => "clean up",
            Self::Wait { .. } => "wait",
        }
    }
}

impl Session<'_> {
    /// Performs a step.
    pub(crate) async fn perform(&mut self, step: Step) -> Result<(), StepError> {
        match step {
            Step::AcquireList => self.acquire_list().await,
            Step::CheckDestination => self.check_destination().await,
            Step::LookAtOptOuts => self.look_at_opt_outs().await,
            Step::Pin => self.pin().await,
            Step::Plan => self.plan().await,
            Step::RefreshOptOuts => self.refresh_opt_outs().await,
            Step::AcquireSlot => self.acquire_slot().await,
            Step::Send(number) => self.send(number).await,
            Step::Resolve(number) => self.resolve(number).await,
            Step::SchedulePoll => self.schedule_poll().await,
            Step::Poll => self.poll().await,
            Step::Identify => self.identify().await,
            Step::ClosePart => self.close_part().await,
            Step::Finish(end) => Ok(self.finish(end).await?),
            Step::Settle => self.settle().await,
            Step::Conclude => self.conclude().await,
            // The loop deals with these itself.
            Step::CleanUp | Step::Wait { .. } => Ok(()),
        }
    }
}
