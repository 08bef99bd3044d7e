//! What a function wrote, and whether that is as it must be: JSON, with the ids of its invocation, valid metrics, and
//! nothing of anybody.

use serde_json::Value;

use crate::metric_format;
use crate::private::Private;
use crate::runtime_interface::Invocation;

const LEVELS: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/// Every line of standard output and standard error, in the order in which each was written.
#[derive(Debug)]
pub struct Log {
    lines: Vec<String>,
    invocations: Vec<Invocation>,
    /// The requests whose process died or took too long; it may not have come to write anything.
    unanswered: Vec<String>,
}

impl Log {
    pub(crate) const fn new(
        lines: Vec<String>,
        invocations: Vec<Invocation>,
        unanswered: Vec<String>,
    ) -> Self {
        Self { lines, invocations, unanswered }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The log records: every line but the metrics.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        self.parsed().into_iter().filter(|line| line.get("_aws").is_none()).collect()
    }

    /// The lines from which CloudWatch makes metrics.
    #[must_use]
    pub fn metrics(&self) -> Vec<Value> {
        self.parsed().into_iter().filter(|line| line.get("_aws").is_some()).collect()
    }

    /// Fails unless everything is as it must be, and `private` is nowhere.
    pub fn check(&self, private: &Private) {
        let problems = self.problems(private);
        assert!(problems.is_empty(), "of {} lines:\n{}", self.lines.len(), problems.join("\n"));
    }

    /// What is wrong with it, each with its line.
    #[must_use]
    pub fn problems(&self, private: &Private) -> Vec<String> {
        let mut problems = Vec::new();
        let mut named = vec![false; self.invocations.len()];
        for text in &self.lines {
            let mut found: Vec<String> = private.found_in(text).collect();
            match serde_json::from_str::<Value>(text) {
                Ok(line) if line.is_object() => {
                    found.extend(self.misidentified(&line, &mut named));
                    found.extend(malformed(&line));
                }
                _ => found.push("it is no JSON object".to_owned()),
            }
            problems.extend(found.iter().map(|problem| format!("{problem}: {text}")));
        }
        for (invocation, named) in self.invocations.iter().zip(named) {
            if !named && !self.unanswered.contains(&invocation.request_id) {
                problems.push(format!("nothing was recorded of invocation {}", invocation.request_id));
            }
        }
        problems
    }

    /// Every line says to which invocation it belongs, save those of the start, before the first one.
    fn misidentified(&self, line: &Value, named: &mut [bool]) -> Option<String> {
        let (request_id, trace_id) = (id(line, "request_id"), id(line, "trace_id"));
        let before_the_first = !named.contains(&true);
        match (request_id, trace_id) {
            (None, None) if before_the_first => None,
            (None, _) => Some("it has no request_id".to_owned()),
            (_, None) => Some("it has no trace_id".to_owned()),
            (Some(request_id), Some(trace_id)) => {
                let place = self.invocations.iter().position(|known| known.request_id == request_id);
                let Some(place) = place else { return Some("there was no such invocation".to_owned()) };
                named[place] = true;
                (self.invocations[place].trace_id != trace_id).then(|| "its trace_id is another's".to_owned())
            }
        }
    }

    fn parsed(&self) -> Vec<Value> {
        self.lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn malformed(line: &Value) -> Option<String> {
    if line.get("_aws").is_some() {
        return metric_format::problem(line);
    }
    let level = line["level"].as_str().unwrap_or_default();
    if !LEVELS.contains(&level) {
        return Some("it has no level".to_owned());
    }
    let complete = ["timestamp", "message"].iter().all(|name| line[name].is_string());
    (!complete).then(|| "it has no timestamp or no message".to_owned())
}

/// The value of an id, beside the message or in one of the spans around it.
fn id<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    let spans = line["spans"].as_array().into_iter().flatten();
    std::iter::once(line).chain(spans).find_map(|place| place[name].as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(change: impl FnOnce(&mut Value)) -> String {
        let invocation = Invocation::number(1);
        let mut record = json!({
            "timestamp": "2026-11-22T08:00:00Z",
            "level": "INFO",
            "message": "advanced",
            "spans": [{
                "name": "invocation",
                "request_id": invocation.request_id,
                "trace_id": invocation.trace_id,
            }],
        });
        change(&mut record);
        record.to_string()
    }

    fn problems(lines: &[String]) -> Vec<String> {
        let private = Private::default().secret("the token", "token-0123456789-abcdefghij");
        Log::new(lines.to_vec(), vec![Invocation::number(1)], Vec::new()).problems(&private)
    }

    #[test]
    fn a_log_as_it_must_be_has_no_problems() {
        let start = json!({ "timestamp": "t", "level": "ERROR", "message": "settings" }).to_string();
        assert_eq!(problems(&[start, record(|_| ())]), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_found() {
        let wrong: [(&str, String); 8] = [
            ("no JSON object", "memory allocation of 8 bytes failed".to_owned()),
            ("no JSON object", "\"text\"".to_owned()),
            ("no request_id", record(|record| record["spans"] = json!([]))),
            ("no trace_id", record(|record| record["spans"][0]["trace_id"] = json!(null))),
            ("no such invocation", record(|record| record["spans"][0]["request_id"] = json!("another"))),
            ("another's", record(|record| record["spans"][0]["trace_id"] = json!("1-2-3"))),
            ("no level", record(|record| record["level"] = json!("LOUD"))),
            ("no timestamp or no message", record(|record| record["message"] = json!(null))),
        ];
        for (expected, line) in wrong {
            let found = problems(&[record(|_| ()), line.clone()]);
            assert!(matches!(found.as_slice(), [one] if one.contains(expected)), "{line}: {found:?}");
        }
    }

    #[test]
    fn an_invocation_without_a_record_is_found() {
        let found = problems(&[]);
        assert!(matches!(found.as_slice(), [one] if one.contains("nothing was recorded")), "{found:?}");
    }

    #[test]
    fn what_is_private_is_found_wherever_it_stands() {
        for change in [
            |record: &mut Value| record["message"] = json!("for token-0123456789-abcdefghij"),
            |record: &mut Value| record["spans"][0]["token"] = json!("token-0123456789-abcdefghij"),
            |record: &mut Value| record["token-0123456789-abcdefghij"] = json!(1),
        ] {
            let found = problems(&[record(change)]);
            assert!(matches!(found.as_slice(), [one] if one.contains("the token")), "{found:?}");
        }
        let metrics = json!({ "_aws": {}, "Status": "token-0123456789-abcdefghij" }).to_string();
        assert!(problems(&[record(|_| ()), metrics]).iter().any(|one| one.contains("the token")));
    }
}
