//! What happened, for a person and for a program.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use constant_contact::RequestKind;
use domain::outcome::Counts;
use engine::{End, Run, Status, Warning};
use serde::Serialize;

use crate::text::{counted, grouped};
use crate::usage::Usage;

/// A run and everything around it that is worth telling.
#[derive(Debug)]
pub struct Summary {
    /// The run.
    pub run: Run,
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
        let mut text = String::new();
        self.add_status(&mut text);
        let counts = self.counts();
        if counts.read > 0 {
            let unsent = match self.run.ended() {
                Some(_) => "should have been sent and were not",
                None => "still to be sent, or not known to have arrived",
            };
            add_counts(&mut text, &counts, unsent);
        }
        add_notes(&mut text, &counts, &self.run.warnings);
        self.add_effort(&mut text);
        self.add_places(&mut text);
        self.add_advice(&mut text);
        text
    }

    fn add_status(&self, text: &mut String) {
        let status = self.status();
        match self.run.ended() {
            Some(ended) => line(text, &format!("\n{status}. {}", ended.end)),
            None => line(text, "\nStopped. The export goes on where it was at the next start."),
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
        let program = quoted(&self.places.program);
        let data = quoted(&self.places.data.display().to_string());
        let successful = self.status() == Status::Successful;
        let (option, effect) = match self.run.ended().map(|ended| &ended.end) {
            None => ("", "goes on with this export"),
            Some(End::Braked { .. }) => (" --approve", "exports exactly what was planned"),
            Some(_) if self.places.sample && successful => {
                (" --change 0.01", "changes one per cent of the sample and sends only that")
            }
            Some(_) => ("", "exports again: only what is new, changed or missing is sent"),
        };
        let real = if self.places.simulator.is_none() { " --constant-contact real" } else { "" };
        line(text, "\nWhat you can do next");
        line(text, &format!("  {program} --data {data}{real}{option}\n      {effect}"));
        if let Some(simulator) = &self.places.simulator {
            let simulator = quoted(&simulator.display().to_string());
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

fn add_notes(text: &mut String, counts: &Counts, warnings: &[Warning]) {
    let notes = &counts.notes;
    let remarks = [
        (notes.values_cut, "values were longer than their field and were cut"),
        (
            notes.values_left_out,
            "values were left out because Constant Contact would refuse the row for them",
        ),
        (notes.long_addresses, "addresses have more than 50 characters; Constant Contact may refuse them"),
        (
            notes.address_changed,
            "profiles have a new address; the old one stays on the list, they may get mail twice",
        ),
        (notes.possibly_repeated, "rows may have been sent twice after a lost answer; that harms nothing"),
    ];
    let mut lines: Vec<String> = remarks
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, remark)| format!("  {} {remark}", grouped(*count)))
        .collect();
    lines.extend(warnings.iter().map(|warning| format!("  {}", worded(warning))));
    if !lines.is_empty() {
        line(text, "\nWorth knowing");
        line(text, &lines.join("\n"));
    }
}

fn worded(warning: &Warning) -> String {
    match warning {
        Warning::SnapshotOld { segment, last_modified } => {
            format!(
                "the newest snapshot of {segment:?} is from {}: is it still refreshed?",
                last_modified.strftime("%Y-%m-%d")
            )
        }
        Warning::UploadUnfinished { segment, snapshot } => format!(
            "the snapshot {snapshot:?} of {segment:?} never became complete; an older one was exported"
        ),
        Warning::LedgerUnreadable => {
            "the record of what was sent before could not be read, so that everybody was sent again"
                .to_owned()
        }
    }
}

/// For a shell.
fn quoted(path: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Milliseconds are enough.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
