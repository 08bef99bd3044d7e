//! What happened, for a person and for a program.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use constant_contact::RequestKind;
use domain::outcome::Counts;
use engine::{End, Run, Status};
use serde::Serialize;

use super::notes::notes;
use crate::text::{counted, grouped, quoted};
use crate::usage::Usage;

/// So many different texts of the service are shown; the report has all.
const MOST_TEXTS: usize = 5;

/// A run and everything around it that is worth telling.
#[derive(Debug)]
pub struct Summary {
    /// The run.
    pub run: Run,
    /// What Constant Contact said of refused rows and of how many, the most frequent first.
    pub said: Vec<(String, u64)>,
    /// How long this process has worked on it.
    pub elapsed: Duration,
    /// What it used of the machine.
    pub usage: Usage,
    /// Where things lie and what to do next.
    pub places: Places,
}

/// What a program reads; its members never change their meaning.
#[derive(Serialize)]
struct Report<'a> {
    status: String,
    counts: ReportedCounts,
    requests: ReportedRequests,
    seconds: f64,
    cpu_seconds: Option<f64>,
    peak_memory_bytes: Option<u64>,
    run_id: &'a str,
}

#[derive(Serialize)]
struct ReportedRequests {
    imports: u64,
    total: u64,
}

#[derive(Serialize)]
struct ReportedCounts {
    read: u64,
    members: u64,
    duplicates: u64,
    rejected: u64,
    opted_out: u64,
    added: u64,
    updated: u64,
    unchanged: u64,
    unsent: u64,
    removed: u64,
}

impl From<Counts> for ReportedCounts {
    fn from(counts: Counts) -> Self {
        let Counts { read, members, duplicates, rejected, opted_out, .. } = counts;
        let Counts { added, updated, unchanged, unsent, removed, .. } = counts;
        Self { read, members, duplicates, rejected, opted_out, added, updated, unchanged, unsent, removed }
    }
}

/// Where things lie.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The data directory.
    pub data: PathBuf,
    /// The segments.
    pub segments: PathBuf,
    /// The report of rejected rows, as a file.
    pub report: Option<PathBuf>,
    /// The outcome of every row, as a file.
    pub outcomes: Option<PathBuf>,
    /// The simulated account.
    pub simulator: Option<PathBuf>,
    /// The list's name.
    pub list: String,
    /// The account's organisation.
    pub account: String,
    /// How this program was called.
    pub program: String,
    /// Whether the sample was exported.
    pub sample: bool,
    /// Whether the console comes up next: the data directory is in use until it ends.
    pub console: bool,
}

impl Summary {
    /// The status; *Processing* when the run has not ended.
    #[must_use]
    pub fn status(&self) -> Status {
        self.run.ended().map_or(Status::Processing, |ended| ended.end.status())
    }

    /// The counts; of a run that has not ended, everything it means to send is unsent so far.
    fn counts(&self) -> Counts {
        if let Some(ended) = self.run.ended() {
            return ended.counts.clone();
        }
        let Some(sending) = self.run.sending() else { return Counts::default() };
        let mut counts = sending.counts.clone();
        counts.unsent += sending.additions + sending.updates;
        counts
    }

    fn imports(&self) -> u64 {
        self.run.requests.get(&RequestKind::Import).copied().unwrap_or_default()
    }

    /// The object of `--json`, in one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let object = Report {
            status: self.status().to_string(),
            counts: self.counts().into(),
            requests: ReportedRequests { imports: self.imports(), total: self.run.total_requests() },
            seconds: rounded(self.elapsed.as_secs_f64()),
            cpu_seconds: self.usage.cpu_seconds.map(rounded),
            peak_memory_bytes: self.usage.peak_memory_bytes,
            run_id: self.run.key.run.as_str(),
        };
        // Numbers and texts always become JSON.
        serde_json::to_string(&object).unwrap_or_default()
    }

    /// The text for a person.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("\n{}\n", self.status_line());
        let counts = self.counts();
        if counts.read > 0 {
            let unsent = match self.run.ended() {
                Some(ended) if matches!(ended.end, End::Braked { .. }) => "held back by the safety brake",
                Some(_) => "should have been sent and were not",
                None => "still to be sent, or not known to have arrived",
            };
            add_counts(&mut text, &counts, unsent);
        }
        self.add_refusals(&mut text);
        let notes = notes(&counts, &self.run.warnings);
        if !notes.is_empty() {
            line(&mut text, &format!("\nWorth knowing\n{}", notes.join("\n")));
        }
        self.add_effort(&mut text);
        self.add_places(&mut text);
        self.add_advice(&mut text);
        text
    }

    /// The status and what it means, in one line.
    #[must_use]
    pub fn status_line(&self) -> String {
        match self.run.ended() {
            Some(ended) => format!("{}. {}", self.status(), ended.end),
            None => "Stopped. The export goes on where it was at the next start.".to_owned(),
        }
    }

    fn add_refusals(&self, text: &mut String) {
        if self.said.is_empty() {
            return;
        }
        line(text, "\nWhat Constant Contact said about rejected rows");
        for (words, rows) in self.said.iter().take(MOST_TEXTS) {
            line(text, &format!("  {:>12}   {words}", counted(*rows, "row", "rows")));
        }
        if let Some(more) = self.said.len().checked_sub(MOST_TEXTS).filter(|more| *more > 0) {
            line(
                text,
                &format!(
                    "  and {} in the report of rejected rows",
                    counted(more as u64, "other text", "other texts")
                ),
            );
        }
    }

    fn add_effort(&self, text: &mut String) {
        let mut effort = format!(
            "\n{} and {} in all, {:.1} s",
            counted(self.imports(), "import", "imports"),
            counted(self.run.total_requests(), "request", "requests"),
            self.elapsed.as_secs_f64()
        );
        if let Some(seconds) = self.usage.cpu_seconds {
            // Writing to a text cannot fail.
            let _ = write!(effort, ", {seconds:.2} s of processor time");
        }
        if let Some(bytes) = self.usage.peak_memory_bytes {
            let _ = write!(effort, ", {} MiB of memory at most", bytes / (1024 * 1024));
        }
        line(text, &format!("{effort}."));
    }

    fn add_places(&self, text: &mut String) {
        let places = &self.places;
        line(text, "\nWhere everything is");
        let service = if places.simulator.is_some() { "the simulated account" } else { "the account" };
        line(text, &format!("  list               {:?} of {service} {:?}", places.list, places.account));
        let mut place = |what: &str, path: &PathBuf| line(text, &format!("  {what:<18} {}", path.display()));
        place("segments", &places.segments);
        if let Some(report) = &places.report {
            place("rejected rows", report);
        }
        if let Some(outcomes) = &places.outcomes {
            place("row outcomes", outcomes);
        }
        if let Some(simulator) = &places.simulator {
            place("simulated account", simulator);
        }
        place("state and ledger", &places.data.join("aws"));
    }

    fn add_advice(&self, text: &mut String) {
        let program = quoted(Path::new(&self.places.program));
        let data = quoted(&self.places.data);
        let successful = self.status() == Status::Successful;
        let (option, effect) = match self.run.ended().map(|ended| &ended.end) {
            None => ("", "goes on with this export"),
            Some(End::Braked { .. }) => (" --approve", "exports exactly what was planned"),
            Some(End::TooManyProfiles { .. }) => {
                (" --most-profiles N", "exports as many as N profiles, if that is what you want")
            }
            Some(End::ListMissing) => (" --list NAME", "exports to another list, by its name or id"),
            Some(_) if self.places.sample && successful => {
                (" --change 0.01", "changes one per cent of the sample and sends only that")
            }
            Some(_) => ("", "exports again: only what is new, changed or missing is sent"),
        };
        let real = if self.places.simulator.is_none() { " --constant-contact real" } else { "" };
        line(
            text,
            if self.places.console { "\nWhat you can do after Ctrl-C" } else { "\nWhat you can do next" },
        );
        line(text, &format!("  {program} --data {data}{real}{option}\n      {effect}"));
        if let Some(simulator) = &self.places.simulator {
            let simulator = quoted(simulator);
            line(text, &format!("  {program} simulator --port 8090 --data {simulator}"));
            line(text, "      shows what the simulated account holds, at http://127.0.0.1:8090/");
        }
        if self.places.sample {
            line(text, &format!("  {program} --help"));
            line(text, "      explains how to export your own segments to your own account");
        }
        // The caller ends the last line.
        text.truncate(text.trim_end().len());
    }
}

fn add_counts(text: &mut String, counts: &Counts, unsent: &str) {
    let reasons: Vec<String> = counts
        .reasons
        .iter()
        .map(|(reason, rows)| format!("{} {}", grouped(*rows), reason.as_str()))
        .collect();
    let rows = [
        (" ", "read", counts.read, "rows of the segments"),
        ("=", "duplicates", counts.duplicates, "of a profile or an address that counts already"),
        ("+", "rejected", counts.rejected, &reasons.join(", ")),
        ("+", "opted out", counts.opted_out, "unsubscribed or deleted at Constant Contact; not sent"),
        ("+", "added", counts.added, "accepted, new to this export"),
        ("+", "updated", counts.updated, "accepted with new values"),
        ("+", "unchanged", counts.unchanged, "on the list with the same values; not sent"),
        ("+", "unsent", counts.unsent, unsent),
    ];
    line(text, "");
    for (sign, name, rows, remark) in rows {
        let remark = if rows == 0 { "" } else { remark };
        line(text, format!("  {sign} {name:<12}{:>12}   {remark}", grouped(rows)).trim_end());
    }
    line(text, &format!("    {:<12}{:>12}   distinct valid profiles", "members", grouped(counts.members)));
    if counts.removed > 0 {
        line(text, &format!("    {:<12}{:>12}   taken off the list", "removed", grouped(counts.removed)));
    }
}

/// Milliseconds are enough.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
