//! Functions that are given events and answer JSON.

use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::environment::Environment;
use crate::error::StartError;
use crate::failure::Failure;
use crate::serve::{answer, serve};

/// One event, and how long there is for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The event.
    pub payload: Value,
    /// Lambda's time-out, in milliseconds since 1970.
    pub timeout_at: u64,
}

/// What a function of events is.
pub trait EventFunction: Sized + Send + Sync + 'static {
    /// What it answers.
    type Answer: Serialize + Send + 'static;

    /// Makes its parts, once at the start. Send nothing: an error would keep it from serving for good.
    ///
    /// # Errors
    /// [`StartError`], which each invocation is then answered with.
    fn connect(environment: &Environment) -> Result<Self, StartError>;

    /// Sees to one event. Lambda gives a process one at a time.
    ///
    /// # Errors
    /// [`Failure`]; it is recorded by whoever serves the function.
    fn handle(&self, invocation: Invocation) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// Answers invocations for as long as Lambda keeps the process. With settings that cannot be used each invocation is
/// answered with the reason, where it can be seen, instead of ending the process.
#[must_use]
pub fn serve_events<F: EventFunction>() -> ExitCode {
    serve(async {
        let function = Arc::new(connect::<F>());
        let service = service_fn(move |event| {
            let function = Arc::clone(&function);
            async move { handle(&*function, event).await }
        });
        answer(Runtime::new(service)).await
    })
}

/// The function, or what every invocation is to be told instead.
fn connect<F: EventFunction>() -> Result<F, Failure> {
    let connected = F::connect(&Environment::of_process()).map_err(|error| Failure::needs_person(&error));
    if let Err(failure) = &connected {
        tracing::error!(error = %failure, "the function's settings cannot be used");
    }
    connected
}

async fn handle<F: EventFunction>(
    function: &Result<F, Failure>,
    event: LambdaEvent<Value>,
) -> Result<F::Answer, Failure> {
    let LambdaEvent { payload, context } = event;
    // Recorded at the start already.
    let function = function.as_ref().map_err(Failure::clone)?;
    let handled = function.handle(Invocation { payload, timeout_at: context.deadline }).await;
    if let Err(failure) = &handled {
        failure.record();
    }
    handled
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use lambda_runtime::{Context, Diagnostic};
    use serde_json::json;

    use super::*;
    use crate::failure::ErrorType;
    use crate::settings::{CommonSettings, SettingsError};

    /// Remembers how long it was given.
    #[derive(Default)]
    struct Echo {
        timeout_at: AtomicU64,
    }

    impl EventFunction for Echo {
        type Answer = Value;

        fn connect(environment: &Environment) -> Result<Self, StartError> {
            CommonSettings::read(environment)?;
            Ok(Self::default())
        }

        async fn handle(&self, invocation: Invocation) -> Result<Value, Failure> {
            self.timeout_at.store(invocation.timeout_at, Ordering::SeqCst);
            match invocation.payload {
                Value::Null => Err(Failure::permanent(&SettingsError::Prefix)),
                payload => Ok(payload),
            }
        }
    }

    fn event(payload: Value) -> LambdaEvent<Value> {
        let mut context = Context::default();
        context.deadline = 1_795_334_400_000;
        LambdaEvent { payload, context }
    }

    #[tokio::test]
    async fn a_function_is_given_the_event_and_its_time() {
        let function = Ok(Echo::default());
        assert_eq!(handle(&function, event(json!({ "a": 1 }))).await, Ok(json!({ "a": 1 })));
        assert_eq!(function.map(|echo| echo.timeout_at.into_inner()), Ok(1_795_334_400_000));
        let failure = handle(&Ok(Echo::default()), event(json!(null))).await.unwrap_err();
        assert_eq!(failure.error_type, ErrorType::Permanent);
    }

    #[tokio::test]
    async fn a_setting_that_is_missing_is_the_answer_to_every_event() {
        // No test has the variables of a deployed function.
        let function = connect::<Echo>();
        for _ in 0..2 {
            let Diagnostic { error_type, error_message } =
                handle(&function, event(json!({}))).await.unwrap_err().into();
            assert_eq!(error_type, "NeedsPerson");
            assert_eq!(
                error_message,
                "the environment variable STATE_BUCKET is not set; set it in the function's configuration"
            );
        }
    }
}
