//! Promises of this file:
//! - docs/RUNBOOK.md has a section for each alarm of the template, and for no other;
//! - every test that docs/SECURITY.md names exists, and every command of both names outputs and resources that there are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The logical ids at this indentation below `section` whose `Type` is `kind`, if one is given.
fn entries(section: &str, kind: Option<&str>) -> BTreeSet<String> {
    let template = read("template.yaml");
    let lines: Vec<&str> = template.lines().collect();
    let start = lines.iter().position(|line| *line == section).unwrap();
    let below = lines[start + 1..].iter().take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let below: Vec<&&str> = below.collect();
    let mut found = BTreeSet::new();
    for (place, line) in below.iter().enumerate() {
        let name = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with([' ', '#']))
            .and_then(|rest| rest.strip_suffix(':'));
        let is_kind =
            |kind: &str| below.get(place + 1).is_some_and(|next| next.trim() == format!("Type: {kind}"));
        if let Some(name) = name.filter(|_| kind.is_none_or(is_kind)) {
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn each_alarm_has_a_section_in_the_runbook_and_each_section_an_alarm() {
    let runbook = read("docs/RUNBOOK.md");
    let alarms = runbook.split("\n## ").find_map(|section| section.strip_prefix("Alarms\n")).unwrap();
    let headings = alarms.lines().filter_map(|line| line.strip_prefix("### "));
    let described: BTreeSet<String> =
        headings.flat_map(|names| names.split(", ")).map(str::to_owned).collect();
    let alarms = entries("Resources:", Some("AWS::CloudWatch::Alarm"));
    assert!(alarms.len() > 10, "the template was read: {alarms:?}");
    assert_eq!(described, alarms);
}

#[test]
fn what_the_runbook_asks_the_stack_for_is_there() {
    let runbook = read("docs/RUNBOOK.md");
    let asked = |function: &str| -> BTreeSet<String> {
        let opening = format!("$({function} ");
        let calls = runbook.split(opening.as_str()).skip(1);
        let names = calls.map(|call| call.split(')').next().unwrap().to_owned());
        names.filter(|name| !name.starts_with('$')).collect()
    };
    let (outputs, resources) = (entries("Outputs:", None), entries("Resources:", None));
    let (wanted_outputs, wanted_resources) = (asked("output"), asked("resource"));
    assert!(wanted_outputs.len() > 2 && wanted_resources.len() > 2);
    assert!(wanted_outputs.is_subset(&outputs), "{wanted_outputs:?} of {outputs:?}");
    assert!(wanted_resources.is_subset(&resources), "{wanted_resources:?} of {resources:?}");
}

/// The folder of a package, by the name in its manifest.
fn package(name: &str) -> Option<PathBuf> {
    let groups = ["functions", "shared", "tests"].map(|group| repository().join(group));
    let folders =
        groups.iter().flat_map(|group| fs::read_dir(group).unwrap()).map(|entry| entry.unwrap().path());
    folders.into_iter().find(|folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line == format!("name = \"{name}\""))
    })
}

#[test]
fn each_test_that_the_security_document_names_exists() {
    // Wrapped lines are one.
    let security = read("docs/SECURITY.md").replace("\n", " ");
    let mut named = 0;
    for test in security.split('`').filter(|text| text.contains(" :: ")) {
        let parts: Vec<&str> = test.split(" :: ").collect();
        let [name, file, function] = parts[..] else { panic!("{test} has three parts") };
        let folder = package(name).unwrap_or_else(|| panic!("{test}: there is no package {name}"));
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{test}: {error}"));
        let there = text.contains(&format!("fn {function}(")) || text.contains(&format!("fn {function}<"));
        assert!(there, "{test}: there is no such function");
        named += 1;
    }
    assert!(named > 40, "the document was read");
}
