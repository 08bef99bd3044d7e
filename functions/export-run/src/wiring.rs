//! The function as Lambda has it: what it is made of, and what it answers.

use std::sync::Arc;

use deployment::{
    CommonSettings, Deployment, Environment, EventFunction, Failure, Invocation, NotifierSettings, StartError,
};

use crate::answer::Answer;
use crate::end_metrics::EndMetrics;
use crate::handler::Handler;

impl EventFunction for Handler {
    type Answer = Answer;

    fn connect(environment: &Environment) -> Result<Self, StartError> {
        let common = CommonSettings::read(environment)?;
        let notifier = NotifierSettings::read(environment)?;
        let deployment = Deployment::connect(&common)?;
        let engine = deployment.engine_parts(Arc::new(EndMetrics::new(deployment.clock())));
        Ok(Self::new(engine, deployment.notifications(notifier)))
    }

    async fn handle(&self, invocation: Invocation) -> Result<Answer, Failure> {
        self.advance(invocation.payload, invocation.timeout_at).await
    }
}
