//! Runs the program and takes what it reports of itself.

use std::path::Path;
use std::process::Command;

/// What a run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_bytes: Option<u64>,
    pub(crate) seconds: f64,
    /// Imports and other requests.
    pub(crate) requests: Option<(u64, u64)>,
}

/// The program on one data directory.
pub(crate) struct Export<'a> {
    pub(crate) program: &'a Path,
    pub(crate) data: &'a Path,
    pub(crate) profiles: u64,
}

impl Export<'_> {
    /// One run with these further options.
    pub(crate) fn run(&self, further: &[&str]) -> Measured {
        let mut command = Command::new(self.program);
        command.args(["--json", "--data"]).arg(self.data);
        command.args([
            "--profiles",
            &self.profiles.to_string(),
            "--most-profiles",
            &self.profiles.to_string(),
        ]);
        let output = command.args(further).output().unwrap();
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "the program did not succeed: {problem}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |path: &str| report.pointer(path).and_then(serde_json::Value::as_u64);
        let seconds = |path: &str| report.pointer(path).and_then(serde_json::Value::as_f64).unwrap();
        let (imports, total) = (number("/requests/imports"), number("/requests/total"));
        Measured {
            cpu_seconds: seconds("/cpu_seconds"),
            peak_bytes: number("/peak_memory_bytes"),
            seconds: seconds("/seconds"),
            requests: imports.zip(total).map(|(imports, total)| (imports, total - imports)),
        }
    }
}
