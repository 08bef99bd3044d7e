//! Around each invocation: whatever is recorded meanwhile belongs to it.

use std::task::{Context, Poll};

use lambda_runtime::tower::Layer;
use lambda_runtime::{Error, LambdaInvocation, Service};
use telemetry::lambda::begin_invocation;
use tracing::Instrument;
use tracing::instrument::Instrumented;

/// The outermost layer of a runtime, in place of the runtime's own for traces, which names the ids in another way and
/// not at every level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invocations;

/// A service inside it.
#[derive(Debug, Clone)]
pub(crate) struct InInvocation<S> {
    inner: S,
}

impl<S> Layer<S> for Invocations {
    type Service = InInvocation<S>;

    fn layer(&self, inner: S) -> Self::Service {
        InInvocation { inner }
    }
}

impl<S> Service<LambdaInvocation> for InInvocation<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    type Response = ();
    type Error = Error;
    type Future = Instrumented<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let context = &invocation.context;
        let span = begin_invocation(&context.request_id, context.xray_trace_id.as_deref());
        let answering = span.in_scope(|| {
            tracing::debug!("an invocation begins");
            self.inner.call(invocation)
        });
        answering.instrument(span)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use axum::body::Bytes;
    use axum::http::Response;
    use lambda_runtime::service_fn;
    use tracing::Level;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn invocation(request_id: &str, trace: Option<&str>) -> LambdaInvocation {
        let mut context = lambda_runtime::Context::default();
        context.request_id = request_id.to_owned();
        context.xray_trace_id = trace.map(ToOwned::to_owned);
        let (parts, ()) = Response::new(()).into_parts();
        LambdaInvocation { parts, body: Bytes::new(), context }
    }

    #[tokio::test]
    async fn what_is_recorded_before_and_while_it_is_answered_names_the_invocation() {
        let written = Written::default();
        let writer = written.clone();
        // Only errors are written: the ids are there nevertheless.
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::ERROR)
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let inner = service_fn(|_: LambdaInvocation| {
            tracing::error!("read");
            async {
                tokio::task::yield_now().await;
                tracing::error!("answered");
                Ok::<_, Error>(())
            }
        });
        let mut service = Invocations.layer(inner);
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
        service.call(invocation("request-1", Some(trace))).await.unwrap();
        tracing::error!("between them");
        service.call(invocation("request-2", None)).await.unwrap();
        drop(guard);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let ids: Vec<[Option<String>; 2]> = text
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                ["request_id", "trace_id"].map(|id| line["span"][id].as_str().map(ToOwned::to_owned))
            })
            .collect();
        let first = [Some("request-1".to_owned()), Some("1-5759e988-bd862e3fe1be46a994272793".to_owned())];
        let second = [Some("request-2".to_owned()), None];
        assert_eq!(ids, [first.clone(), first, [None, None], second.clone(), second]);
    }
}
