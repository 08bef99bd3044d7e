//! docs/REQUIREMENTS.md holds: every test that it names exists and is run, and no promise stands without either a test or
//! a word about what is not there yet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// How many promises each letter has: none is dropped in silence.
const PROMISES: [(char, usize); 7] =
    [('A', 9), ('B', 12), ('C', 18), ('D', 8), ('E', 11), ('F', 4), ('S', 10)];

/// A line of the tables: id, promise, the tests that show it, what is not there yet.
struct Requirement {
    id: String,
    promise: String,
    tests: Vec<String>,
    not_yet: String,
}

fn requirements() -> Vec<Requirement> {
    let text = fs::read_to_string(Path::new(REPOSITORY).join("docs/REQUIREMENTS.md")).unwrap();
    text.lines().filter_map(requirement).collect()
}

fn requirement(line: &str) -> Option<Requirement> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let id = cells[0];
    let number = id.strip_prefix(|first: char| first.is_ascii_uppercase())?;
    number.parse::<usize>().ok()?;
    assert_eq!(cells.len(), 4, "{id} has four cells");
    let tests = cells[2].split("<br>").filter(|test| !test.is_empty());
    Some(Requirement {
        id: id.to_owned(),
        promise: cells[1].to_owned(),
        tests: tests.map(|test| test.trim_matches('`').to_owned()).collect(),
        not_yet: cells[3].to_owned(),
    })
}

/// The folder of each package, by its name.
fn packages() -> BTreeMap<String, PathBuf> {
    let mut packages = BTreeMap::new();
    for parent in ["functions", "shared", "tests"] {
        for entry in fs::read_dir(Path::new(REPOSITORY).join(parent)).unwrap() {
            let folder = entry.unwrap().path();
            let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap();
            packages.insert(name.trim_end_matches('"').to_owned(), folder);
        }
    }
    packages
}

/// Whether the source has a test of this name, which is run without being asked for.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declares = |line: &str| {
        let after = line.split_once("fn ").and_then(|(_, after)| after.strip_prefix(name));
        after.is_some_and(|after| after.starts_with(['(', '<']))
    };
    lines.iter().enumerate().filter(|(_, line)| declares(line)).any(|(place, _)| {
        let above = || lines[..place].iter().rev().take_while(|line| !line.is_empty() && **line != "}");
        let marks = ["#[test]", "#[tokio::test", "#[rstest"];
        above().any(|line| marks.iter().any(|mark| line.starts_with(mark)))
            && !above().any(|line| line.starts_with("#[ignore"))
    })
}

/// What is wrong with a test's name, if anything is.
fn problem(packages: &BTreeMap<String, PathBuf>, test: &str) -> Option<&'static str> {
    let parts: Vec<&str> = test.split(" :: ").collect();
    let [package, file, name] = parts[..] else { return Some("is not of the form package :: file :: test") };
    let Some(folder) = packages.get(package) else { return Some("names no package") };
    let Ok(source) = fs::read_to_string(folder.join(file)) else { return Some("names no file") };
    if has_test(&source, name) { None } else { Some("names no test of that file") }
}

#[test]
fn every_test_that_is_named_exists() {
    let packages = packages();
    let mut missing = Vec::new();
    for requirement in requirements() {
        for test in &requirement.tests {
            if let Some(problem) = problem(&packages, test) {
                missing.push(format!("{}: {test} {problem}", requirement.id));
            }
        }
    }
    assert!(missing.is_empty(), "docs/REQUIREMENTS.md:\n{}", missing.join("\n"));
}

#[test]
fn every_promise_has_a_test_or_says_what_is_not_there_yet() {
    let requirements = requirements();
    let mut ids = requirements.iter().map(|requirement| requirement.id.clone());
    for (letter, count) in PROMISES {
        for number in 1..=count {
            assert_eq!(ids.next(), Some(format!("{letter}{number}")));
        }
    }
    assert_eq!(ids.collect::<Vec<_>>(), ["G1", "G2"]);
    for Requirement { id, promise, tests, not_yet } in requirements {
        assert!(promise.ends_with('.'), "{id} promises something: {promise:?}");
        assert!(!tests.is_empty() || !not_yet.is_empty(), "{id} has neither a test nor a word about it");
    }
}

#[test]
fn what_is_no_test_is_not_taken_for_one() {
    let source = "fn helper() {}\n\n#[test]\nfn real() {}\n\n#[test]\n#[ignore]\nfn asleep() {}\n\n\
                  #[rstest]\n#[case(\n    1,\n)]\nasync fn cases(#[case] one: u8) {}\n#[test]\nfn realistic() {}\n";
    let found = ["helper", "real", "asleep", "cases", "realistic", "absent", "listic"]
        .map(|name| has_test(source, name));
    assert_eq!(found, [false, true, false, true, true, false, false]);
}
