//! CloudWatch's embedded metric format: a log line from which metrics are made.
//!
//! Fields as AWS documents them ("Specification: Embedded metric format").

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::environment;
use crate::invocation::{Invocation, PRESENT};

/// The namespace of every metric of this product.
const NAMESPACE: &str = "SegmentExport";

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A duration.
    Seconds,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

/// Values that belong to one moment and one set of dimensions, written as one line.
///
/// Each metric appears once for the first dimension alone, once for the first two together, and so on: a sum over
/// everything and its parts. Every value of a dimension is a metric that costs money, so that ids of runs or
/// exports are no dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    dimensions: Vec<(&'static str, String)>,
    values: Vec<(&'static str, Unit, u64)>,
}

impl Metrics {
    /// Metrics of a function: by its name where it is deployed, so that two deployments in one account do not count
    /// together; elsewhere by this one.
    #[must_use]
    pub fn of(function: &str) -> Self {
        let name = environment::read(environment::FUNCTION_NAME).unwrap_or_else(|| function.to_owned());
        Self { dimensions: vec![("Function", name)], values: Vec::new() }
    }

    /// One more dimension, with few possible values.
    #[must_use]
    pub fn by(mut self, dimension: &'static str, value: impl Into<String>) -> Self {
        self.dimensions.push((dimension, value.into()));
        self
    }

    /// One more metric, named once.
    #[must_use]
    pub fn with(mut self, metric: &'static str, unit: Unit, value: u64) -> Self {
        self.values.push((metric, unit, value));
        self
    }

    /// One more metric, unless it is zero: for what nearly always is, because a metric is paid for by each hour in which it
    /// has a value. No alarm can tell zero from silence then.
    #[must_use]
    pub fn with_unless_zero(self, metric: &'static str, unit: Unit, value: u64) -> Self {
        if value == 0 { self } else { self.with(metric, unit, value) }
    }

    /// The line, without its end.
    #[must_use]
    pub fn line(&self, now: Timestamp) -> String {
        self.line_of(None, now)
    }

    /// The line of an invocation. Its ids make no metrics; they lead from a metric to the records.
    fn line_of(&self, invocation: Option<&Invocation>, now: Timestamp) -> String {
        let names: Vec<&str> = self.dimensions.iter().map(|(name, _)| *name).collect();
        let sets: Vec<&[&str]> = (1..=names.len()).filter_map(|length| names.get(..length)).collect();
        let metrics: Vec<Value> =
            self.values.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit.name() })).collect();
        let mut line = Map::new();
        for (name, value) in &self.dimensions {
            line.insert((*name).to_owned(), json!(value));
        }
        for (name, _, value) in &self.values {
            line.insert((*name).to_owned(), json!(value));
        }
        for (name, value) in invocation.into_iter().flat_map(Invocation::fields) {
            line.insert(name.to_owned(), json!(value));
        }
        let directive = json!({ "Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics });
        let metadata = json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] });
        line.insert("_aws".to_owned(), metadata);
        Value::Object(line).to_string()
    }

    /// Writes the line to standard output, which is what Lambda hands to CloudWatch.
    ///
    /// # Errors
    /// When standard output cannot be written to. A lost metric is no reason to fail.
    pub fn write(&self, now: Timestamp) -> io::Result<()> {
        let mut line = self.line_of(PRESENT.get().as_ref(), now);
        line.push('\n');
        // One write under the lock, so that no log record falls into the line.
        io::stdout().lock().write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_declares_what_it_holds() {
        let metrics = Metrics::of("export-run")
            .by("Status", "Successful")
            .with("RowsRead", Unit::Count, 1_000_000)
            .with("RunDuration", Unit::Seconds, 61);
        let now = "2026-11-22T08:00:00.125Z".parse().unwrap();
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
        let invocation = Invocation::new("request-1", Some(trace));
        let line: Value = serde_json::from_str(&metrics.line_of(Some(&invocation), now)).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_795_334_400_125_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "SegmentExport",
                    "Dimensions": [["Function"], ["Function", "Status"]],
                    "Metrics": [
                        { "Name": "RowsRead", "Unit": "Count" },
                        { "Name": "RunDuration", "Unit": "Seconds" },
                    ],
                }],
            },
            "Function": "export-run",
            "Status": "Successful",
            "RowsRead": 1_000_000,
            "RunDuration": 61,
            "request_id": "request-1",
            "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn what_is_left_out_at_zero_is_written_at_one() {
        let line = |value| {
            let metrics = Metrics::of("export-trigger").with("RunsStarted", Unit::Count, 0);
            metrics.with_unless_zero("RunsResumed", Unit::Count, value).line(Timestamp::UNIX_EPOCH)
        };
        assert!(line(0).contains("RunsStarted") && !line(0).contains("RunsResumed"));
        assert!(line(1).contains(r#""RunsResumed":1"#));
    }
}
