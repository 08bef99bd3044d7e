//! Log records of a Lambda function.

use tracing::{Span, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;

use crate::{environment, filter};

/// Writes records to standard output in the format and at the level that Lambda's environment names
/// (`AWS_LAMBDA_LOG_FORMAT`, `AWS_LAMBDA_LOG_LEVEL`); JSON and `INFO` when it names none. From then on a panic is
/// recorded with its place and without its message.
///
/// Call it first in `main`. The first call in a process counts; later ones change nothing.
pub fn init() {
    let format = Format::named(environment::read(environment::LAMBDA_FORMAT).as_deref());
    let level = filter::level(environment::read(environment::LAMBDA_LEVEL).as_deref(), LevelFilter::INFO);
    // Fails only when there is one already.
    let _ = tracing::subscriber::set_global_default(subscriber(format, level, std::io::stdout));
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "a panic: this is a bug of the program; report it with this place");
    }));
}

/// What every record of one invocation belongs to: run the invocation inside it. `trace` is the header that X-Ray
/// gave the invocation, of which the trace's own id is kept.
#[must_use]
pub fn invocation_span(request_id: &str, trace: Option<&str>) -> Span {
    // At the level of errors, so that it is there whatever level is asked for.
    tracing::error_span!("invocation", request_id, trace_id = trace.map(trace_id))
}

/// The root of a trace header such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
fn trace_id(header: &str) -> &str {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or(header)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
}

impl Format {
    fn named(text: Option<&str>) -> Self {
        match text {
            Some(text) if text.eq_ignore_ascii_case("text") => Self::Text,
            _ => Self::Json,
        }
    }
}

fn subscriber<W>(format: Format, level: LevelFilter, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry().with(filter::targets(level));
    let layer = fmt::layer().with_writer(writer).with_ansi(false);
    match format {
        // The list of spans begins with the invocation's, whatever is nested in it.
        Format::Json => Box::new(
            registry.with(layer.json().flatten_event(true).with_current_span(false).with_span_list(true)),
        ),
        Format::Text => Box::new(registry.with(layer)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

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

    fn recorded(format: Format, level: LevelFilter, work: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = subscriber(format, level, move || writer.clone());
        tracing::subscriber::with_default(subscriber, work);
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn each_line_is_json_and_has_both_ids() {
        let text = recorded(Format::Json, LevelFilter::INFO, || {
            invocation_span("request-1", Some(TRACE)).in_scope(|| {
                tracing::info!(chunks = 3, "sent");
                tracing::info_span!("nested").in_scope(|| tracing::warn!("again"));
            });
        });
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        for line in &lines {
            assert_eq!(line["spans"][0]["request_id"], "request-1");
            assert_eq!(line["spans"][0]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
            assert!(line["timestamp"].is_string());
        }
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["message"], "sent");
        assert_eq!(lines[0]["chunks"], json!(3));
    }

    #[test]
    fn the_ids_are_there_when_only_errors_are_written() {
        let text = recorded(Format::Json, LevelFilter::ERROR, || {
            invocation_span("request-1", None).in_scope(|| {
                tracing::warn!("not this one");
                tracing::error!("a person is needed");
            });
        });
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("\"request_id\":\"request-1\""), "{text}");
    }

    #[test]
    fn text_is_written_when_lambda_asks_for_it() {
        assert_eq!(Format::named(Some("Text")), Format::Text);
        assert_eq!(Format::named(Some("JSON")), Format::Json);
        assert_eq!(Format::named(None), Format::Json);
        let text = recorded(Format::Text, LevelFilter::INFO, || tracing::info!("sent"));
        assert!(text.contains(" INFO ") && text.ends_with("sent\n"), "{text}");
    }

    #[test]
    fn a_header_without_a_root_is_kept_as_it_is() {
        assert_eq!(trace_id("1-2-3"), "1-2-3");
    }
}
