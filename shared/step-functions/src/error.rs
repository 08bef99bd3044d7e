//! Why an execution could not be started.

use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use domain::{Classified, FailureClass};
use engine::RunKey;
use store::DocumentError;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An execution could not be started. The run is unharmed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecutionError {
    /// The run's document is not there: it was removed with its export, or is yet to be written by maintenance.
    #[error("run {0} does not exist; if it was asked for just now, maintenance makes up for it")]
    UnknownRun(String),
    /// The run or its generation could not be read or written.
    #[error("the generation of the run's execution could not be raised")]
    State(#[from] DocumentError),
    /// Somebody else raised the generation again and again.
    #[error("others keep starting executions of run {0}; nothing needs to be done")]
    Contended(String),
    /// The function may not start executions.
    #[error(
        "starting an execution was denied; give the function's role the permission states:StartExecution on the state \
         machine of the runs"
    )]
    AccessDenied,
    /// There is no such state machine.
    #[error(
        "the state machine of the runs does not exist; set STATE_MACHINE_ARN to the ARN of the one that does"
    )]
    NoStateMachine,
    /// Step Functions did not take it for another reason.
    #[error("Step Functions refused to start an execution: {0}")]
    Refused(String),
    /// No usable answer.
    #[error("Step Functions is not available")]
    Unavailable(#[source] BoxError),
}

impl ExecutionError {
    pub(crate) fn unknown_run(key: &RunKey) -> Self {
        Self::UnknownRun(key.run.to_string())
    }
}

impl Classified for ExecutionError {
    fn class(&self) -> FailureClass {
        match self {
            Self::State(error) => error.class(),
            Self::Contended(_) | Self::Unavailable(_) => FailureClass::Retry,
            Self::AccessDenied | Self::NoStateMachine => FailureClass::NeedsPerson,
            Self::UnknownRun(_) | Self::Refused(_) => FailureClass::Permanent,
        }
    }
}

/// Whose execution has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// The one that was asked for, which is open.
    Open,
    /// One that has closed: "StartExecution is idempotent for STANDARD workflows" and succeeds while the execution is open
    /// (documented).
    Closed,
}

/// What the answer of Step Functions means.
pub(crate) fn judge(error: SdkError<StartExecutionError, HttpResponse>) -> Result<Start, ExecutionError> {
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let SdkError::ServiceError(refusal) = &error else {
        // Time-outs, lost connections, unreadable answers. The source names nothing of what was sent.
        let source = error.into_source().unwrap_or_else(|_| "no usable answer".into());
        return Err(ExecutionError::Unavailable(source));
    };
    let code = refusal.err().code().unwrap_or("unnamed");
    match code {
        "ExecutionAlreadyExists" => Ok(Start::Closed),
        "AccessDeniedException" | "UnrecognizedClientException" => Err(ExecutionError::AccessDenied),
        "StateMachineDoesNotExist" | "StateMachineDeleting" | "InvalidArn" => {
            Err(ExecutionError::NoStateMachine)
        }
        // Throttled, or too many executions are open: both pass.
        "ThrottlingException" | "ExecutionLimitExceeded" => {
            Err(ExecutionError::Unavailable(code.to_owned().into()))
        }
        _ if status >= 500 => Err(ExecutionError::Unavailable(code.to_owned().into())),
        _ => Err(ExecutionError::Refused(code.to_owned())),
    }
}
