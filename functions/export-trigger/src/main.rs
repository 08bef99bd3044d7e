//! The process of the function; what it does is described by the library beside it.

use std::process::ExitCode;
use std::sync::Arc;

use export_trigger::{Failure, Handler, Settings, connect};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

/// What depends on the processor has threads of its own; these two only wait for the network.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    telemetry::lambda::init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let served = runtime.map_err(lambda_runtime::Error::from).and_then(|runtime| runtime.block_on(serve()));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "the function cannot be served");
            ExitCode::FAILURE
        }
    }
}

/// Answers invocations for as long as Lambda keeps the process.
async fn serve() -> Result<(), lambda_runtime::Error> {
    let handler = Arc::new(handler().await);
    let service = service_fn(move |event: LambdaEvent<Value>| {
        let handler = Arc::clone(&handler);
        async move {
            match &*handler {
                Ok(handler) => handler.handle(event).await,
                Err(failure) => Err(failure.clone()),
            }
        }
    });
    lambda_runtime::run(service).await
}

/// The handler, or what every invocation is to be told instead.
async fn handler() -> Result<Handler, Failure> {
    let connected = match Settings::read() {
        Ok(settings) => connect(&settings).await.map_err(|error| Failure::needs_person(&error)),
        Err(error) => Err(Failure::needs_person(&error)),
    };
    if let Err(failure) = &connected {
        tracing::error!(error = %failure, "the function's settings cannot be used");
    }
    connected.map(Handler::new)
}
