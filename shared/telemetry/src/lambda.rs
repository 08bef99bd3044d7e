//! Log records of a Lambda function.

use tracing::{Event, Span, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{self, FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

use crate::invocation::{Invocation, PRESENT, Present};
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
    let _ = tracing::subscriber::set_global_default(subscriber(format, level, &PRESENT, std::io::stdout));
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "a panic: this is a bug of the program; report it with this place");
    }));
}

/// An invocation begins: run it inside this span, and every record of it names the invocation; so do records and
/// metrics of whatever it has spawned, on other threads, until the next one begins. `trace` is the header that X-Ray
/// gave the invocation, of which the trace's own id is kept.
#[must_use]
pub fn begin_invocation(request_id: &str, trace: Option<&str>) -> Span {
    let invocation = Invocation::new(request_id, trace);
    let span = invocation.span();
    PRESENT.set(invocation);
    span
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

/// Adds the present invocation to records that are written outside its span, as those of spawned tasks, of threads and
/// of libraries are.
struct Attributed<F> {
    inner: F,
    format: Format,
    present: &'static Present,
}

impl<S, N, F> FormatEvent<S, N> for Attributed<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let outside = context.lookup_current().is_none();
        let Some(invocation) = outside.then(|| self.present.get()).flatten() else {
            return self.inner.format_event(context, writer, event);
        };
        let mut record = String::new();
        self.inner.format_event(context, Writer::new(&mut record), event)?;
        let record = record.trim_end();
        match (self.format, record.strip_suffix('}')) {
            (Format::Json, Some(open)) => {
                // As it looks inside the span.
                let name = ("name", "invocation");
                let span: serde_json::Map<_, _> = std::iter::once(name)
                    .chain(invocation.fields())
                    .map(|(name, value)| (name.to_owned(), value.into()))
                    .collect();
                writeln!(writer, "{open},\"spans\":[{}]}}", serde_json::Value::Object(span))
            }
            _ => {
                write!(writer, "{record}")?;
                for (name, value) in invocation.fields() {
                    write!(writer, " {name}={value:?}")?;
                }
                writeln!(writer)
            }
        }
    }
}

fn subscriber<W>(
    format: Format,
    level: LevelFilter,
    present: &'static Present,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry().with(filter::targets(level));
    let layer = fmt::layer().with_writer(writer).with_ansi(false);
    match format {
        Format::Json => {
            // The list of spans begins with the invocation's, whatever is nested in it.
            let layer = layer.json().flatten_event(true).with_current_span(false).with_span_list(true);
            Box::new(registry.with(layer.map_event_format(|inner| Attributed { inner, format, present })))
        }
        Format::Text => {
            Box::new(registry.with(layer.map_event_format(|inner| Attributed { inner, format, present })))
        }
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

    /// What is recorded by `work`, which is given what the process knows of its invocation.
    fn recorded(format: Format, level: LevelFilter, work: impl FnOnce(&'static Present)) -> String {
        let written = Written::default();
        let writer = written.clone();
        let present: &'static Present = Box::leak(Box::new(Present::none()));
        let subscriber = subscriber(format, level, present, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || work(present));
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(text: &str) -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn each_line_is_json_and_has_both_ids() {
        let text = recorded(Format::Json, LevelFilter::INFO, |_| {
            Invocation::new("request-1", Some(TRACE)).span().in_scope(|| {
                tracing::info!(chunks = 3, "sent");
                tracing::info_span!("nested").in_scope(|| tracing::warn!("again"));
            });
        });
        let lines = lines(&text);
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
    fn what_is_recorded_outside_the_span_looks_as_if_it_were_inside() {
        let invocation = Invocation::new("request \"1\"", Some(TRACE));
        let text = recorded(Format::Json, LevelFilter::INFO, |present| {
            tracing::info!("before");
            present.set(invocation.clone());
            invocation.span().in_scope(|| tracing::info!(chunks = 3, "sent"));
            tracing::info!(chunks = 3, "sent");
            present.set(Invocation::new("request-2", None));
            tracing::info!("afterwards");
        });
        let mut lines = lines(&text);
        for line in &mut lines {
            line.as_object_mut().unwrap().remove("timestamp");
        }
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0].get("spans"), None, "no invocation has begun");
        assert_eq!(lines[1], lines[2]);
        assert_eq!(lines[2]["spans"][0]["request_id"], "request \"1\"");
        assert_eq!(lines[3]["spans"], json!([{ "name": "invocation", "request_id": "request-2" }]));
    }

    #[test]
    fn the_ids_are_there_when_only_errors_are_written() {
        let text = recorded(Format::Json, LevelFilter::ERROR, |_| {
            Invocation::new("request-1", None).span().in_scope(|| {
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
        let text = recorded(Format::Text, LevelFilter::INFO, |present| {
            tracing::info!("sent");
            present.set(Invocation::new("request-1", Some(TRACE)));
            tracing::info!("again");
        });
        let (first, second) = text.trim_end().split_once('\n').unwrap();
        assert!(first.contains(" INFO ") && first.ends_with("sent"), "{text}");
        let ids = "request_id=\"request-1\" trace_id=\"1-5759e988-bd862e3fe1be46a994272793\"";
        assert!(second.ends_with(&format!("again {ids}")), "{text}");
    }
}
