//! The object of `--json`, taken apart strictly: exactly the documented members, each of its type.

use std::collections::BTreeSet;

use serde_json::Value;

/// One object of `--json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// `Successful` or another status.
    pub status: String,
    /// Where every row went.
    pub counts: Counts,
    /// Requests that were imports.
    pub imports: u64,
    /// All requests.
    pub requests: u64,
    /// From the start of the process.
    pub seconds: f64,
    /// Of the exporting process.
    pub cpu_seconds: f64,
    /// Of the exporting process.
    pub peak_memory_bytes: u64,
    /// Another one for each run.
    pub run_id: String,
}

/// Where every row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the product's own words for them")]
pub struct Counts {
    pub read: u64,
    pub members: u64,
    pub duplicates: u64,
    pub rejected: u64,
    pub opted_out: u64,
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub unsent: u64,
    pub removed: u64,
}

impl Counts {
    /// On the list according to this run, whether sent now or before.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.added + self.updated + self.unchanged
    }

    /// The same, without the difference between sent now and sent before: a run that went on after a kill and one that
    /// came after it agree in this.
    #[must_use]
    pub fn without_when(&self) -> Self {
        Self { added: self.held(), updated: 0, unchanged: 0, ..*self }
    }
}

impl Summary {
    /// The only line of what was printed with `--json`.
    ///
    /// # Panics
    /// When it is anything but one JSON object on one line, or not as documented.
    #[must_use]
    pub fn parse(output: &str) -> Self {
        assert!(output.ends_with('\n') && output.lines().count() == 1, "{output:?}");
        Self::of(&serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}")))
    }

    fn of(object: &Value) -> Self {
        members(
            object,
            &["status", "counts", "requests", "seconds", "cpu_seconds", "peak_memory_bytes", "run_id"],
        );
        members(&object["requests"], &["imports", "total"]);
        let summary = Self {
            status: object["status"].as_str().expect("a status").to_owned(),
            counts: counts(&object["counts"]),
            imports: count(&object["requests"], "imports"),
            requests: count(&object["requests"], "total"),
            seconds: object["seconds"].as_f64().expect("seconds"),
            cpu_seconds: object["cpu_seconds"].as_f64().expect("seconds of processor time"),
            peak_memory_bytes: count(object, "peak_memory_bytes"),
            run_id: object["run_id"].as_str().expect("a run id").to_owned(),
        };
        assert!(summary.seconds > 0.0 && summary.cpu_seconds >= 0.0, "{object}");
        assert!(summary.peak_memory_bytes > 1_000_000 && !summary.run_id.is_empty(), "{object}");
        assert!(summary.imports <= summary.requests, "{object}");
        summary
    }
}

/// Every row in one count.
fn counts(object: &Value) -> Counts {
    let names = [
        "read",
        "members",
        "duplicates",
        "rejected",
        "opted_out",
        "added",
        "updated",
        "unchanged",
        "unsent",
        "removed",
    ];
    members(object, &names);
    let [read, members, duplicates, rejected, opted_out, added, updated, unchanged, unsent, removed] =
        names.map(|name| count(object, name));
    let sum = duplicates + rejected + opted_out + added + updated + unchanged + unsent;
    assert_eq!(read, sum, "every row in one count: {object}");
    Counts { read, members, duplicates, rejected, opted_out, added, updated, unchanged, unsent, removed }
}

fn members(object: &Value, names: &[&str]) {
    let found: BTreeSet<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, names.iter().copied().collect(), "{object}");
}

fn count(object: &Value, name: &str) -> u64 {
    object[name].as_u64().unwrap_or_else(|| panic!("{name} must be a count: {object}"))
}
