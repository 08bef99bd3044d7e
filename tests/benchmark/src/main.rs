//! Measures what depends on us, and prints it as tables: `cargo run --release -p benchmark`.
//!
//! The exporting process is measured from outside the way anybody would: the real program is run, and reports its own
//! processor time and peak memory. Beside it stands the plain cost of reading, and of parsing, the same bytes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for developers: a measurement that cannot be taken has nothing to report"
)]

mod export;
mod functions;
mod plain;
mod requests;
mod table;

use std::path::{Path, PathBuf};

use crate::export::{Export, Measured};
use crate::table::{Row, print};

/// What is measured.
struct Options {
    profiles: u64,
    large: bool,
    functions_only: bool,
}

fn options() -> Options {
    let mut options = Options { profiles: 1_000_000, large: false, functions_only: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--profiles" => options.profiles = arguments.next().unwrap().parse().unwrap(),
            "--large" => options.large = true,
            "--functions" => options.functions_only = true,
            _ => {
                println!(
                    "usage: cargo run --release -p benchmark -- [--profiles N] [--large] [--functions]\n\n\
                     --profiles N  rows of the sample (1,000,000)\n\
                     --large       also ten times as many\n\
                     --functions   only the deployed functions"
                );
                std::process::exit(2);
            }
        }
    }
    options
}

/// The program, built in the same profile beside this one.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().unwrap().join("segment-export");
    assert!(program.exists(), "build the program first: cargo build --release");
    program
}

fn main() {
    let options = options();
    if options.functions_only {
        functions::print();
        return;
    }
    let program = program();
    let mut rows = measure(&program, options.profiles, "");
    if options.large {
        rows.extend(measure(&program, options.profiles * 10, ", ten times as many"));
    }
    rows.push(requests::first_full_run());
    print(&rows);
    functions::print();
}

fn measure(program: &Path, profiles: u64, suffix: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let export = Export { program, data: folder.path(), profiles };
    let first = export.run(&[]);
    let unchanged = export.run(&[]);
    let changed = export.run(&["--change", "0.03"]);
    let bytes = plain::sample_bytes(folder.path());
    let reading = plain::read_only(folder.path());
    let parsing = plain::parse_only(folder.path());
    let row = |what: &str, measured: Measured, target: &'static str| Row {
        what: format!("{what}{suffix}"),
        cpu_seconds: Some(measured.cpu_seconds),
        peak_bytes: measured.peak_bytes,
        seconds: Some(measured.seconds),
        requests: measured.requests,
        bytes: Some(bytes),
        target,
    };
    let targets = if suffix.is_empty() {
        ["<= 0.8 s CPU, <= 160 MiB", "<= 0.5 s CPU, <= 160 MiB"]
    } else {
        ["time linear, <= 1 GiB", "time linear, <= 1 GiB"]
    };
    vec![
        row("plain reading of the same bytes", reading, ""),
        row("reading and parsing them", parsing, ""),
        row("first full run", first, targets[0]),
        row("run with nothing changed", unchanged, ""),
        row("run with 3 % changed", changed, targets[1]),
    ]
}
