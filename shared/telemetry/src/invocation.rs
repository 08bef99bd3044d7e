//! Which invocation of a Lambda function is under way in this process.

use std::sync::{Mutex, PoisonError};

/// That of this process: Lambda gives a process one invocation at a time.
pub(crate) static PRESENT: Present = Present::none();

/// The ids of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    request: String,
    trace: Option<String>,
}

impl Invocation {
    /// `trace` is the header that X-Ray gave the invocation, of which the trace's own id is kept.
    pub(crate) fn new(request: &str, trace: Option<&str>) -> Self {
        Self { request: request.to_owned(), trace: trace.map(|header| trace_id(header).to_owned()) }
    }

    /// As they are named in records.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let trace = self.trace.as_deref().map(|trace| ("trace_id", trace));
        std::iter::once(("request_id", self.request.as_str())).chain(trace)
    }

    /// What every record that is written inside it has.
    pub(crate) fn span(&self) -> tracing::Span {
        // At the level of errors, so that it is there whatever level is asked for.
        tracing::error_span!("invocation", request_id = self.request, trace_id = self.trace)
    }
}

/// The root of a trace header such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
fn trace_id(header: &str) -> &str {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or(header)
}

/// The invocation that is under way, or the last one: what still goes on after its answer belongs to it, too.
#[derive(Debug)]
pub(crate) struct Present(Mutex<Option<Invocation>>);

impl Present {
    /// Before the first one.
    pub(crate) const fn none() -> Self {
        Self(Mutex::new(None))
    }

    /// Another one has begun.
    pub(crate) fn set(&self, invocation: Invocation) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(invocation);
    }

    /// Which one it is.
    pub(crate) fn get(&self) -> Option<Invocation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_without_a_root_is_kept_as_it_is() {
        assert_eq!(trace_id("1-2-3"), "1-2-3");
    }
}
