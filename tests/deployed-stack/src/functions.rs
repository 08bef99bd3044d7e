//! The deployed functions: their time, their processes, what they have logged.

use std::fs;

use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::process::signal;

/// The functions of one emulator.
#[derive(Debug, Clone, Copy)]
pub struct Functions<'a>(pub(crate) &'a Emulator);

impl Functions<'_> {
    /// Gives a function another time-out, in seconds, as an operator can at any moment. In AWS it holds for invocations
    /// from now on, and those under way keep theirs; ministack (1.5) kills them.
    pub fn set_timeout(&self, function: &str, seconds: u64) {
        let path = format!("/2015-03-31/functions/{function}/configuration");
        let _ = self.0.ask("lambda", "PUT", &path, &[], &json!({ "Timeout": seconds }).to_string());
    }

    /// Kills all processes of a function. Answers how many there were.
    #[must_use]
    pub fn kill(&self, function: &str) -> usize {
        self.0
            .function_processes(Some(function))
            .into_iter()
            .filter(|process| signal(*process, "KILL"))
            .count()
    }

    /// The most memory, in bytes, that one of a function's present processes has had at once. `None` when it has none.
    #[must_use]
    pub fn peak_memory(&self, function: &str) -> Option<u64> {
        let processes = self.0.function_processes(Some(function));
        processes.into_iter().filter_map(peak_memory).max()
    }

    /// The names of all log groups.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn log_groups(&self) -> Vec<String> {
        let groups = self.logs("DescribeLogGroups", &json!({}));
        let groups = groups["logGroups"].as_array().expect("log groups").iter();
        groups.map(|group| group["logGroupName"].as_str().expect("a name").to_owned()).collect()
    }

    fn logs(&self, action: &str, question: &Value) -> Value {
        let target = format!("X-Amz-Target: Logs_20140328.{action}");
        let headers = [target.as_str(), "Content-Type: application/x-amz-json-1.1"];
        self.0.ask("logs", "POST", "/", &headers, &question.to_string()).json()
    }

    /// Everything that a log group holds, line by line, as CloudWatch Logs keeps it.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn log(&self, group: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut next = Value::Null;
        loop {
            let mut question = json!({ "logGroupName": group });
            if !next.is_null() {
                question["nextToken"] = next;
            }
            let page = self.logs("FilterLogEvents", &question);
            let events = page["events"].as_array().expect("events").iter();
            lines.extend(events.map(|event| event["message"].as_str().expect("a message").to_owned()));
            next = page["nextToken"].clone();
            if next.is_null() {
                return lines;
            }
        }
    }
}

/// What Linux calls the peak of the resident set (proc_pid_status(5)), which it counts in KiB.
fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
