//! Starting executions.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sfn::Client;
use configuration::{DriverError, RunDriver};
use domain::Clock;
use engine::{Engine, RunKey};
use serde::Serialize;
use store::{AwsServer, DocumentError, Documents, Versioned};

use crate::error::{ExecutionError, Start, judge};
use crate::execution::{Execution, Wanted, execution_key, name, wanted};

/// So often somebody else may be faster.
const ATTEMPTS: u32 = 5;

/// Where the state machine is.
#[derive(Debug, Clone)]
pub struct StepFunctionsSettings {
    /// The ARN of the state machine that advances a run.
    pub state_machine: String,
    /// The server, when it is not AWS's own, or not in the region of the environment.
    pub server: AwsServer,
}

/// Drives runs by executions of a state machine.
#[derive(Debug, Clone)]
pub struct StepFunctionsDriver {
    client: Client,
    state_machine: String,
    engine: Engine,
    documents: Documents,
    clock: Arc<dyn Clock>,
}

/// What an execution is given: what `export-run` expects.
#[derive(Debug, Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    run: &'a RunKey,
    generation: u64,
}

impl StepFunctionsDriver {
    /// A driver for runs of `engine`, whose generations lie in `documents`; what `settings` leave open is taken from
    /// `shared`. Nothing is sent yet. An attempt is given up after 5 s, all attempts together after 15 s.
    #[must_use]
    pub fn new(
        settings: StepFunctionsSettings,
        shared: &SdkConfig,
        engine: Engine,
        documents: Documents,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let client = Client::new(&settings.server.for_small_calls(shared));
        Self { client, state_machine: settings.state_machine, engine, documents, clock }
    }

    /// Sees to it that an execution works on the run; answers the generation that was started now, `None` when one
    /// was at work already.
    ///
    /// # Errors
    /// [`ExecutionError`].
    pub async fn start(&self, key: &RunKey) -> Result<Option<u64>, ExecutionError> {
        let mut closed = None;
        for _ in 0..ATTEMPTS {
            let run = self.engine.run(key).await?.ok_or_else(|| ExecutionError::unknown_run(key))?;
            let last = self.documents.load::<Execution>(&execution_key(key)).await?;
            let now = self.clock.now();
            let announced = match wanted(last.as_ref().map(|last| &last.content), &run, closed, now) {
                Wanted::Nothing => return Ok(None),
                Wanted::Again(_) => last,
                Wanted::New(generation) => {
                    let cancelled = run.cancel.is_some();
                    let next = Execution { generation, requested_at: now, started: false, cancelled };
                    self.announce(key, last, next).await?
                }
            };
            // `None`: somebody else was faster, and may have started what is wanted.
            let Some(announced) = announced else { continue };
            let generation = announced.content.generation;
            let start = self.start_execution(key, generation).await?;
            self.confirm(announced).await?;
            if start == Start::Closed {
                closed = Some(generation);
                continue;
            }
            tracing::info!(export = %key.export, run = %key.run, generation, "an execution was started");
            return Ok(Some(generation));
        }
        Err(ExecutionError::Contended(key.run.to_string()))
    }

    async fn announce(
        &self,
        key: &RunKey,
        last: Option<Versioned<Execution>>,
        next: Execution,
    ) -> Result<Option<Versioned<Execution>>, DocumentError> {
        let written = match &last {
            Some(last) => self.documents.replace(last, next).await,
            None => self.documents.create(&execution_key(key), next).await,
        };
        or_somebody_else(written)
    }

    /// When somebody else has announced the next one meanwhile, that one will be confirmed.
    async fn confirm(&self, announced: Versioned<Execution>) -> Result<(), DocumentError> {
        let started = Execution { started: true, ..announced.content.clone() };
        or_somebody_else(self.documents.replace(&announced, started).await).map(|_| ())
    }

    async fn start_execution(&self, key: &RunKey, generation: u64) -> Result<Start, ExecutionError> {
        let input = serde_json::to_string(&Input { run: key, generation })
            .map_err(|error| ExecutionError::Refused(error.to_string()))?;
        let request = self
            .client
            .start_execution()
            .state_machine_arn(&self.state_machine)
            .name(name(key, generation))
            .input(input);
        match request.send().await {
            Ok(_) => Ok(Start::Open),
            Err(error) => judge(error),
        }
    }
}

/// `None` when somebody else has written or deleted the document meanwhile.
fn or_somebody_else<T>(
    written: Result<Versioned<T>, DocumentError>,
) -> Result<Option<Versioned<T>>, DocumentError> {
    match written {
        Ok(written) => Ok(Some(written)),
        Err(
            DocumentError::AlreadyExists { .. } | DocumentError::Conflict { .. } | DocumentError::Gone { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl RunDriver for StepFunctionsDriver {
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError> {
        match self.start(run).await {
            Ok(_) => Ok(()),
            Err(error) => Err(DriverError(Box::new(error))),
        }
    }
}
