//! The loop of every function.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaInvocation, Runtime, Service};

use crate::invocation::Invocations;

/// What depends on the processor has threads of its own; these two only wait for the network.
const WORKERS: usize = 2;

/// Sets up logging and threads, and runs `serve` for as long as Lambda keeps the process.
pub(crate) fn serve(serve: impl Future<Output = Result<(), Error>>) -> ExitCode {
    telemetry::lambda::init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    match runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "the function cannot be served");
            ExitCode::FAILURE
        }
    }
}

/// Answers invocations, one at a time.
pub(crate) async fn answer<S>(runtime: Runtime<S>) -> Result<(), Error>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    runtime.layer(Invocations).run().await
}
