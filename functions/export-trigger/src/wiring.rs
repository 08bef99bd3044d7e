//! The function as Lambda has it: what it is made of, and what it answers.

use deployment::{
    ActionSettings, CommonSettings, Deployment, Environment, EventFunction, Failure, Invocation,
    NotifierSettings, StartError,
};

use crate::handler::{Answer, Handler, HandlerParts};

/// Of a segment's rows none is shown here.
const SAMPLE_ROWS: usize = 0;

impl EventFunction for Handler {
    type Answer = Answer;

    fn connect(environment: &Environment) -> Result<Self, StartError> {
        let common = CommonSettings::read(environment)?;
        let actions = ActionSettings::read(environment)?;
        let notifier = NotifierSettings::read(environment)?;
        let deployment = Deployment::connect(&common)?;
        Ok(Self::new(HandlerParts {
            configuration: deployment.configuration(actions, None, SAMPLE_ROWS),
            notifications: deployment.notifications(notifier),
            clock: deployment.clock(),
            segments: deployment.segments(),
            segments_bucket: common.segments_bucket,
        }))
    }

    async fn handle(&self, invocation: Invocation) -> Result<Answer, Failure> {
        let answer = self.answer(invocation.payload).await?;
        self.record(&answer);
        Ok(answer)
    }
}
